"""`doorstep tariffs check`, `diff` and `what-if`."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from doorstep.cli.options import AsJson, day, folder
from doorstep.cli.rate import ForceFile
from doorstep.cli.terminal import EXIT_REFUSED, bars, out, print_table
from doorstep.domain.errors import InputRefused

tariffs = typer.Typer(no_args_is_help=True, help="Import, check, compare and try out tariffs.")
TariffFolder = Annotated[Path, typer.Argument(metavar="FOLDER", parser=folder, help="The folder of the tariff.")]
Old = Annotated[Path, typer.Argument(metavar="OLD", parser=folder, help="The tariff before.")]
New = Annotated[Path, typer.Argument(metavar="NEW", parser=folder, help="The tariff after.")]
SHOWN = 50  # changes in a terminal; JSON has them all


@tariffs.command()
def check(tariff: TariffFolder, as_json: AsJson = False) -> None:
    """Validate a tariff alone; list every fault at once, with file, row, column, value and why.

    \b
    Examples:
      doorstep tariffs check tariff-2027
      doorstep tariffs check my-shop --json

    Exit codes: 0 no fault, 2 the tariff is refused, 1 anything else.
    """
    from doorstep.flows.tariff_files import check_tariff
    from doorstep.kernels.run import Run

    try:
        with bars(not as_json) as progress:
            read = check_tariff(tariff, Run(progress=progress))
    except InputRefused as error:
        if not as_json:
            raise
        print(json.dumps({"fault_count": error.count, "faults": [asdict(fault) for fault in error.faults]}))
        raise typer.Exit(EXIT_REFUSED) from None
    counts = {name: len(getattr(read.tariff, name)) for name in ("services", "zones", "rates", "surcharges")}
    if as_json:
        told = {"fault_count": 0, "faults": [], **counts, "currency": read.currency.code}
        print(json.dumps({**told, "data_version": read.data_version}))
    else:
        out.print(f"{tariff}: no fault; " + ", ".join(f"{n:,} {name}" for name, n in counts.items()))


@tariffs.command()
def diff(old: Old, new: New, as_json: AsJson = False) -> None:
    """List what differs between two tariffs: lines added, removed and changed, with the value before and after.

    \b
    Examples:
      doorstep tariffs diff tariff-2026 tariff-2027
      doorstep tariffs diff tariff-2026 tariff-2027 --json

    Exit codes: 0 compared, 2 a tariff is refused, 1 anything else.
    """
    from doorstep.flows.tariff_files import diff_tariffs
    from doorstep.kernels.run import Run

    with bars(not as_json) as progress:
        found = diff_tariffs(old, new, Run(progress=progress))
    if as_json:
        print(json.dumps({"changes": [asdict(change) for change in found]}))
        return
    for change in found[:SHOWN]:
        altered = (
            f": {change.column} {change.before or 'nothing'} -> {change.after or 'nothing'}" if change.column else ""
        )
        out.print(f"{change.what} in {change.file}: {change.line}{altered}")
    if len(found) > SHOWN:
        out.print(f"... and {len(found) - SHOWN:,} more; --json tells them all")
    out.print(f"{len(found):,} change{'s' * (len(found) != 1)}" if found else "no change")


@tariffs.command("what-if")
def what_if(
    tariff: TariffFolder,
    parcels: Annotated[Path, typer.Option("--parcels", metavar="PARCELS.csv", help="Parcels of the past.")],
    instead_of: Annotated[
        Path, typer.Option("--instead-of", metavar="OLD", parser=folder, help="The tariff that they went by.")
    ],
    on: Annotated[
        date | None,
        typer.Option(
            metavar="DATE", parser=day, help="Under the new tariff let all leave on this day; else on their own."
        ),
    ] = None,
    movers: Annotated[int, typer.Option(metavar="N", min=0, max=1_000, help="How many of the movers to tell.")] = 10,
    out_file: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write what each parcel costs before and after.")
    ] = None,
    as_json: AsJson = False,
    force: ForceFile = False,
) -> None:
    """Rate the parcels of a past month under another tariff: the total, and the parcels whose price moves most.

    Each parcel goes by the service that the column `service` of PARCELS.csv names, or by the cheapest of the tariff.

    \b
    Examples:
      doorstep tariffs what-if tariff-2027 --instead-of tariff-2026 --parcels november.csv --on 2027-01-04
      doorstep tariffs what-if tariff-2027 --instead-of my-shop --parcels november.csv --out compared.csv --json

    Exit codes: 0 rated, 2 the input is refused, 1 anything else.
    """
    from doorstep.cli.at_work import at_work
    from doorstep.flows.tariff_files import summarise_what_if, write_what_if
    from doorstep.flows.tariff_files import what_if as compare

    with at_work(1, not as_json) as run:
        found = compare(instead_of, tariff, parcels, run, on)
        if out_file is not None:
            write_what_if(found, out_file, force, reading=(instead_of, tariff, parcels))
    told = summarise_what_if(found, movers)
    if as_json:
        print(json.dumps(told))
    else:
        _say(told, out_file)


def _say(told: dict[str, object], out_file: Path | None) -> None:
    unit = f" {told['currency']}" if told["currency"] != "XXX" else ""
    percent = "" if told["difference_pct"] is None else f" ({told['difference_pct']:+} %)"
    out.print(
        f"{told['carried_by_both']:,} of {told['parcels']:,} parcels are carried by both:"
        f" {told['total_before']}{unit} before, {told['total_after']}{unit} after, {told['difference']}{unit}{percent}"
    )
    out.print(
        f"{told['dearer']:,} dearer, {told['cheaper']:,} cheaper, {told['other_service']:,} by another service;"
        f" {told['no_longer_carried']:,} no longer carried, {told['newly_carried']:,} carried only now\n"
    )
    for key in ("services", "movers"):
        listed = told[key]
        if isinstance(listed, list) and listed:
            table = Table(box=None, pad_edge=False, header_style="bold")
            for name in listed[0]:
                right = name.split("_")[0] in {"parcels", "total", "price", "difference"}
                table.add_column(name.replace("_", " "), justify="right" if right else "left", no_wrap=True)
            for row in listed:
                table.add_row(*map(str, row.values()))
            print_table(table)
            out.print()
    if out_file is not None:
        out.print(f"every parcel before and after: {out_file}")
