"""`doorstep import ...`."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from doorstep.cli.options import AsJson, Force, NewFolder, Seed, day, some
from doorstep.cli.terminal import bars, out, print_table
from doorstep.documents.report.wording import percent

if TYPE_CHECKING:
    from doorstep.files.importers.olist import ImportReport
    from doorstep.files.importers.olist.fit_error import FitError

importers = typer.Typer(no_args_is_help=True, help="Turn public data into a brand folder.")
Source = Annotated[Path, typer.Argument(metavar="SOURCE", help="Folder with the public Olist tables.")]
Sites = Annotated[int, typer.Option(metavar="N", min=1, help="Fulfilment centres to place.")]
AsOf = Annotated[date, typer.Option(metavar="DATE", parser=day, help="Nothing later is read for stock and rates.")]
Scale = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, callback=some, help="Draw so many orders, in place of the real ones."),
]


@importers.command("olist")
def olist(
    source: Source,
    folder: NewFolder,
    sites: Sites,
    as_of: AsOf,
    scale: Scale = None,
    seed: Seed = 0,
    as_json: AsJson = False,
    force: Force = False,
) -> None:
    """Turn the public Olist data into a brand folder: real products, places, orders and deliveries.

    What is assumed stands in assumptions.toml of the folder, what was done in import.json.

    \b
    Examples:
      doorstep import olist olist my-olist --sites 5 --as-of 2018-03-01
      doorstep import olist olist load --sites 5 --as-of 2018-03-01 --scale 100000

    Exit codes: 0 written, 2 the source is refused, 1 it cannot be written there.
    """
    from doorstep.files.importers.olist import import_olist

    with bars(not as_json) as progress:
        report = import_olist(source, folder, sites, as_of, scale, seed, progress, force)
    if as_json:
        print(report.to_json(), end="")
        return
    out.print(_headline(folder, report))
    print_table(_sites(report))
    out.print(_stock(report))
    print_table(_fit(report))
    out.print(_rows(report))
    if report.orders_in_month:
        out.print(f"plan its first week: {_next(folder, report)}")


def _headline(folder: Path, report: ImportReport) -> str:
    drawn = "drawn " if report.scale else ""
    return (
        f"{folder}: {report.orders:,} {drawn}orders of {report.order_lines:,} lines and {report.order_units:,} units,"
        f" {report.products:,} products, {report.history:,} past parcels\n"
        f"as of {report.as_of}: {report.orders_before:,} orders before it,"
        f" {report.orders_in_month:,} from it to {report.month_until}\n"
    )


def _sites(report: ImportReport) -> Table:
    table = _table("site", "city", "", "customers", "mean distance", "units")
    for site in report.sites:
        table.add_row(
            site.site,
            site.city,
            site.region,
            percent(site.customers_share),
            f"{site.mean_distance_km:,.0f} km",
            f"{site.units:,}",
        )
    return table


def _stock(report: ImportReport) -> str:
    stock = report.stock
    held = f"\nstock: {stock.units:,} units of {stock.products:,} products, {stock.products_sold_before:,} sold before"
    if stock.coverage is None:
        return f"{held}; nothing was asked for in the following month\n"
    covered = f"{stock.covered_units:,} of the {stock.asked_units:,} units asked for in the following month"
    return f"{held}\nit covers {covered}: {percent(stock.coverage)}\n"


def _fit(report: ImportReport) -> Table:
    """Means a parcel, in the brand's currency, where it was fitted and later; beside it a card without zones."""
    table = _table("freight card", "", "parcels", "paid", "bias", "error", "error, %", "R²")
    for label, fit in (("fitted to", report.fit), ("the month after", report.held_out)):
        if fit is None:
            table.add_row(label, "no parcels", "0")
            continue
        table.add_row(label, "zones and weight", *_errors(fit.card))
        table.add_row("", "weight alone", *_errors(fit.constant_by_weight))
    return table


def _errors(fit: FitError) -> tuple[str, ...]:
    return (
        f"{fit.parcels:,}",
        f"{fit.mean_paid:,.2f}",
        f"{fit.bias:+,.2f}",
        f"{fit.mae:,.2f}",
        f"{fit.mape_pct:.1f}",
        f"{fit.r2:.3f}",
    )


def _rows(report: ImportReport) -> str:
    lines = [
        f"{fate} {tally.count:,} of {tally.file}: {tally.reason}"
        for fate, tallies in (("left out", report.dropped), ("mended", report.mended))
        for tally in tallies
    ]
    return "\n".join(("", *lines, "")) if lines else ""


def _next(folder: Path, report: ImportReport) -> str:
    until = report.as_of + timedelta(days=7)
    return f"doorstep plan {folder} --out PLAN --from {report.as_of} --to {until}"


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        table.add_column(
            name, justify="left" if name in {"site", "city", "freight card", ""} else "right", no_wrap=True
        )
    return table
