"""`doorstep insight carriers`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from doorstep.cli.options import AsJson, BrandFolder, Force, Seed, day
from doorstep.cli.terminal import bars, notice, out, print_table

OutFolder = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where report and tables go.")]
AsOf = Annotated[
    date, typer.Option("--as-of", metavar="DATE", parser=day, help="Use what was known when this day began.")
]
By = Annotated[str, typer.Option("--by", metavar="service|seller", help="Whose performance is told.")]
SHOWN = 20


def carriers(
    folder: BrandFolder,
    as_of: AsOf,
    out_folder: OutFolder,
    by: By = "service",
    seed: Seed = 0,
    as_json: AsJson = False,
    force: Force = False,
) -> None:
    """Tell how carriers keep promises, adjusted for what they carry, and open cases where they fail.

    \b
    Examples:
      doorstep insight carriers my-shop --as-of 2026-10-15 --out carriers

    Exit codes: 0 told, 2 the input is refused, 1 anything else.
    """
    from doorstep.flows.insight_carriers import insight_carriers
    from doorstep.kernels.run import Run

    if by not in ("service", "seller"):
        raise typer.BadParameter(f"{by!r} is neither service nor seller", param_hint="'--by'")
    with bars(not as_json) as progress:
        told = insight_carriers(
            folder,
            out_folder,
            as_of,
            "service" if by == "service" else "seller",
            run=Run(seed=seed, progress=progress),
            force=force,
        )
    if as_json:
        print((out_folder / "summary.json").read_text(encoding="utf-8"), end="")
        return
    _say(told)
    out.print(f"open {out_folder / 'report.html'}")


def _say(told: dict[str, Any]) -> None:
    for reason, number in told["left_out"].items():
        notice(f"not counted, {number:,}: {reason}")
    if not told["parcels"]:
        notice("no parcel is decided yet; the report is empty")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("service")
    for name in ("rank", "parcels", "on time", "interval", "raw", "ours"):
        table.add_column(name, justify="right", no_wrap=True)
    ranked = sorted(told["carriers"], key=lambda one: (one["group"], one["rank"] or 10**9, one["service"]))
    for one in ranked[:SHOWN]:
        interval = "" if one["on_time"] is None else f"{_share(one['on_time_low'])} to {_share(one['on_time_high'])}"
        rank = "" if one["rank"] is None else str(one["rank"])
        cells = (rank, f"{one['parcels']:,}", _share(one["on_time"]), interval, _share(one["raw"]))
        table.add_row(one["service"], *cells, f"{one['late_after_shipper']:,}")
    print_table(table)
    if len(ranked) > SHOWN:
        out.print(f"and {len(ranked) - SHOWN} more, in carriers.csv")
    for case in told["investigations"]:
        out.print(
            f"to look into: {case['service']}, {case['late']:,} of {case['due']:,} late since {case['since']},"
            f" {case['expected']:.1f} expected"
        )


def _share(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f} %"
