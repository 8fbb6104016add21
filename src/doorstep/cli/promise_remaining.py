"""`doorstep promise remaining`."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from doorstep.cli.options import AsJson, BrandFolder, instant
from doorstep.cli.terminal import bars, out, print_table

if TYPE_CHECKING:
    from doorstep.flows.promise_remaining import Foretold, Remaining

SHOWN = 20  # parcels in a terminal; JSON has them all
_WHY = {
    "beyond_calendar": "promised for a day too far off to be reckoned with",
    "contradictory": "handed over before it was placed",
    "lost": "older than 120 days: nobody waits for it any more",
    "no_collection": "it waits where its service does not call",
    "no_service": "its service is not of the folder",
    "no_site": "it waits, and history does not say where",
}
At = Annotated[
    datetime,
    typer.Option("--at", metavar="INSTANT", parser=instant, help="The instant; nothing later is known."),
]


def remaining(folder: BrandFolder, at: At, as_json: AsJson = False) -> None:
    """List the parcels of history.csv that were under way at an instant: when each arrives, and how likely late it is.

    A parcel is under way when it was placed by then and not delivered before it. What counts is how far it has come,
    how long ago that was, and that it is not there yet. Promises that can still be kept come first.

    \b
    Examples:
      doorstep promise remaining my-shop --at 2026-10-15T12:00:00+02:00
      doorstep promise remaining my-shop --at 2026-10-15T12:00:00+02:00 --json

    Exit codes: 0 told, 2 the input is refused, 1 anything else.
    """
    from doorstep.flows.promise_remaining import tell_remaining
    from doorstep.kernels.run import Run

    with bars(not as_json) as progress:
        told = tell_remaining(folder, at, Run(progress=progress))
    if as_json:
        print(json.dumps(_record(told)))
    else:
        _say(told)


def _record(told: Remaining) -> dict[str, Any]:
    return {
        "brand": told.brand.brand,
        "at": told.at.isoformat(),
        "target": told.brand.on_time_target_ppm / 1_000_000,
        "likely_late_from": told.likely_late_ppm / 1_000_000,
        "learned": {"lanes": told.lanes, "handled_sites": told.handled_sites, "disruptions": told.disruptions},
        "under_way": len(told.parcels),
        "likely_late": sum(one.likely_late for one in told.parcels),
        "set_aside": dict(told.aside),
        "parcels": [_parcel(one) for one in told.parcels],
        "data_version": told.data_version,
    }


def _parcel(one: Foretold) -> dict[str, Any]:
    since = one.left_at or one.ready_at
    return {
        "parcel": one.parcel,
        "order": one.order,
        "site": one.site,
        "service": one.service,
        "destination": one.destination,
        "milestone": "handed_over" if one.left_at else "placed",
        "since": since.isoformat(),
        "promised_by": one.promised_by and one.promised_by.isoformat(),
        "expected_by": one.expected_by and one.expected_by.isoformat(),
        "late_probability": None if one.late_ppm is None else one.late_ppm / 1_000_000,
        "likely_late": one.likely_late,
        "beyond_evidence": one.outlived,
        "quantiles": [{"probability": share / 1_000_000, "date": by and by.isoformat()} for share, by in one.quantiles],
    }


def _say(told: Remaining) -> None:
    late = sum(one.likely_late for one in told.parcels)
    out.print(f"{len(told.parcels):,} parcels under way at {told.at.isoformat()}, {late:,} of them likely late")
    if told.parcels:
        print_table(_table(told))
    if len(told.parcels) > SHOWN:
        out.print(f"... and {len(told.parcels) - SHOWN:,} more; --json has them all")
    for why, number in told.aside.items():
        out.print(f"set aside {number:,}: {_WHY[why]}")


def _table(told: Remaining) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    share = f"{told.brand.on_time_target_ppm / 10_000:g} %"
    for name in ("parcel", "to", "milestone", "since", "promised by", "likely late", "half by", f"{share} by"):
        table.add_column(name, justify="right" if name == "likely late" else "left", no_wrap=True)
    for one in told.parcels[:SHOWN]:
        half = next((by for ppm, by in one.quantiles if ppm == 500_000), None)
        table.add_row(
            one.parcel,
            one.destination,
            "handed over" if one.left_at else "placed",
            f"{one.left_at or one.ready_at:%Y-%m-%d}",
            f"{one.promised_by}" if one.promised_by else "",
            "" if one.late_ppm is None else f"{one.late_ppm / 10_000:.1f} %",
            f"{half}" if half else "not known",
            f"{one.expected_by}" if one.expected_by else "not known",
        )
    return table
