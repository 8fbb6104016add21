"""`doorstep pack`."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from doorstep.cli.options import MOST_WORKERS, AsJson, Force, currency_code, price, support_share
from doorstep.cli.terminal import EXIT_SOME_UNPLANNED, notice, out, print_table

if TYPE_CHECKING:
    from doorstep.domain.money import Currency

Items = Annotated[Path, typer.Argument(metavar="ITEMS.csv", help="What each order asks for, with sizes and weights.")]
Cartons = Annotated[Path, typer.Option("--cartons", metavar="CARTONS.csv", help="What goods are packed in.")]
OutFolder = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the parcels go.")]
Support = Annotated[
    str,
    typer.Option(
        metavar="SHARE", callback=support_share, help="Share of a unit's base that must rest on something; 0: no rule."
    ),
]
FreightTable = Annotated[
    Path | None, typer.Option("--freight", metavar="FREIGHT.csv", help="What a carrier asks by weight and size.")
]
Divisor = Annotated[
    int, typer.Option(metavar="N", min=0, max=100_000, help="Cubic centimetres that count as a kilogram; 0: none do.")
]
VoidFill = Annotated[str, typer.Option(metavar="PRICE", callback=price, help="Price of a litre of void fill.")]
CurrencyCode = Annotated[
    str, typer.Option("--currency", metavar="CODE", callback=currency_code, help="Of all amounts, as in EUR.")
]
Effort = Annotated[str, typer.Option(metavar="NAME", help="How hard to try: quick, usual, thorough or utmost.")]
Workers = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, max=MOST_WORKERS, help="Processes; all cores by default. The result is the same."),
]
Documents = Annotated[bool, typer.Option(help="Write report.html.")]
Drawn = Annotated[int, typer.Option(metavar="N", min=1, max=10_000, help="Parcels drawn in the report, at most.")]

ALONE = 5_000  # orders: packed in less time than it takes to start processes
QUICK = ("quick", "usual")


def pack(
    items: Items,
    cartons: Cartons,
    out_folder: OutFolder,
    support: Support = "0.8",
    freight: FreightTable = None,
    divisor: Divisor = 0,
    void_fill: VoidFill = "0",
    currency: CurrencyCode = "",
    effort: Effort = "usual",
    documents: Documents = True,
    drawn: Drawn = 100,
    workers: Workers = None,
    as_json: AsJson = False,
    force: Force = False,
) -> None:
    """Pack orders into the cheapest parcels: which cartons, and how the units lie in them.

    Cheapest by carton, void fill and freight together. Writes parcels.csv, placements.csv, unpacked.csv, summary.json
    and report.html into DIR.

    \b
    Examples:
      doorstep pack items.csv --cartons cartons.csv --out packed
      doorstep pack items.csv --cartons my-shop/cartons.csv --out packed --freight freight.csv --divisor 5000
      doorstep pack items.csv --cartons cartons.csv --out packed --support 0 --no-documents --json

    Exit codes: 0 every order is packed, 3 some are not, 2 the input is refused, 1 anything else.
    """
    if divisor and freight is None:
        raise typer.BadParameter("needs --freight: without prices nothing is billed", param_hint="'--divisor'")
    from doorstep.cli.at_work import at_work
    from doorstep.cli.efforts import params_of
    from doorstep.domain.money import Currency
    from doorstep.files.kinds import millionths
    from doorstep.flows.pack_files import Files, pack_files

    named = Currency(currency) if currency else None
    files = Files(items, cartons, freight, divisor, millionths(void_fill), named)
    params = params_of(effort, millionths(support))
    with at_work(workers, not as_json) as run:
        summary = pack_files(
            files,
            out_folder,
            params=params,
            run=run,
            stopwatch=perf_counter,
            drawn=drawn if documents else 0,
            alone=ALONE if workers is None and effort in QUICK else 0,
            force=force,
        )
    _tell(out_folder, summary, named, documents, as_json)


def _tell(folder: Path, summary: dict[str, object], currency: Currency | None, documents: bool, as_json: bool) -> None:
    if as_json:
        print((folder / "summary.json").read_text(encoding="utf-8"), end="")
    else:
        _say(folder, summary, currency, documents)
    if summary["unpacked"]:
        raise typer.Exit(EXIT_SOME_UNPLANNED)


def _say(folder: Path, summary: dict[str, object], currency: Currency | None, documents: bool) -> None:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column("")
    table.add_column("", justify="right", style="bold", no_wrap=True)
    unit, digits = (f" {currency.code}", currency.digits) if currency else ("", 2)
    numbers = {key: float(str(value)) for key, value in summary.items() if isinstance(value, (int, float))}
    for row in (
        ("orders", f"{numbers['orders']:,.0f}"),
        ("parcels", f"{numbers['parcels']:,.0f}"),
        ("not packed whole", f"{numbers['unpacked']:,.0f}"),
        ("in one box, of all orders", f"{numbers['one_box_rate']:.1%}"),
        ("boxes filled", f"{numbers['fill_rate']:.1%}"),
        ("billed volume", f"{numbers['billed_volume_l']:,.1f} l"),
        ("cost", f"{numbers['cost_total']:,.{digits}f}{unit}"),
        ("lower bound", f"{numbers['lower_bound']:,.{digits}f}{unit}"),
        ("proven, of all orders", f"{numbers['proven_rate']:.1%}"),
        ("orders per second", f"{numbers['orders_per_second']:,.0f}"),
    ):
        table.add_row(*row)
    if not numbers["orders"]:
        notice("the file names no order; nothing is packed")
    print_table(table)
    if numbers["unpacked"]:
        out.print(f"{numbers['unpacked_units']:,.0f} units left, each with its reason: {folder / 'unpacked.csv'}")
    if documents:
        out.print(f"open {folder / 'report.html'}")
