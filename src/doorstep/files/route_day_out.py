"""A day under way out: its rounds as they stand, its vans as they stand, and what has changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from doorstep.domain.rounds import Rounds
from doorstep.domain.units import PPM
from doorstep.files.route_events_in import CELLS, Row
from doorstep.files.route_out import (
    NOT_SERVED_COLUMNS,
    geojson,
    not_served_row,
    round_columns,
    round_row,
    route_columns,
    stop_row,
    time_text,
)
from doorstep.files.schema_route_day import HEEDED, VANS
from doorstep.files.write import write_csv

CHANGE_COLUMNS = (
    "row", "change", "effect", "stop", "vehicle_before", "vehicle", "begins_before", "begins", "seconds", "promised",
    "cost", "why",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Changed:
    """One thing that a change has come to.

    Parameters
    ----------
    row
        Of EVENTS.csv; None: time has gone on.
    change, effect
        What happened, and what came of it.
    seconds
        By how much a window is missed, or a van is out for longer.
    cost
        What the rounds cost more, millionths of the major unit; of what was asked for only.
    """

    row: int | None
    change: str
    effect: str
    stop: str = ""
    vehicle_before: str = ""
    vehicle: str = ""
    begins_before_s: int | None = None
    begins_s: int | None = None
    seconds: int | None = None
    promised: bool | None = None
    cost: int | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class VanStands:
    """A row of vans_now.csv."""

    vehicle: str
    state: str
    at_s: int
    latitude: float
    longitude: float
    left_s: int | None
    driven_m: int
    reloads: int
    collected: tuple[int, ...]
    has_paused: bool
    reports: bool
    extra_s: int


@dataclass(frozen=True, slots=True)
class Marks:
    """Of stops, by id: what is on board, what a van is on its way to, and what is locked."""

    on_board: frozenset[str]
    under_way: frozenset[str]
    locked: frozenset[str]


def write_day(
    folder: Path, rounds: Rounds, vans: Sequence[VanStands], marks: Marks, changes: Sequence[Changed], now_s: int,
    heeded: Sequence[Row] = (),
) -> None:  # fmt: skip
    """Write routes.csv, rounds.csv, vans_now.csv, events_known.csv, changes.csv, unserved.csv and routes.geojson."""
    measures = rounds.measures
    rows = (
        (*stop_row(one, visit, rounds), *(visit.stop in of for of in (marks.on_board, marks.under_way, marks.locked)))
        for one in rounds.rounds for visit in one.visits if not visit.is_reload
    )  # fmt: skip
    write_csv(folder / "routes.csv", (*route_columns(measures), "on_board", "under_way", "locked"), rows)
    write_csv(folder / "rounds.csv", round_columns(measures), (round_row(one, rounds) for one in rounds.rounds))
    columns = [column.name for column in VANS.columns]
    write_csv(folder / "vans_now.csv", columns, (_van(one, rounds, now_s) for one in vans))
    write_csv(folder / HEEDED.file, CELLS, ((kind, time_text(at, rounds), *rest) for kind, at, *rest in heeded))
    write_csv(folder / "changes.csv", CHANGE_COLUMNS, (_change(one, rounds) for one in changes))
    write_csv(folder / "unserved.csv", NOT_SERVED_COLUMNS, map(not_served_row, rounds.unserved))
    (folder / "routes.geojson").write_bytes(orjson.dumps(geojson(rounds)))


def _van(one: VanStands, rounds: Rounds, now_s: int) -> tuple[object, ...]:
    left = None if one.left_s is None else time_text(one.left_s, rounds)
    weight, volume = (*one.collected, 0, 0)[:2]
    return (
        one.vehicle, time_text(now_s, rounds), one.state, time_text(one.at_s, rounds), f"{one.latitude:.6f}",
        f"{one.longitude:.6f}", left, one.driven_m, one.reloads, weight, volume, one.has_paused, one.reports,
        one.extra_s,
    )  # fmt: skip


def _change(one: Changed, rounds: Rounds) -> tuple[object, ...]:
    before, now = (None if at is None else time_text(at, rounds) for at in (one.begins_before_s, one.begins_s))
    cost = None if one.cost is None else f"{one.cost / PPM:.2f}"
    return (
        one.row, one.change, one.effect, one.stop, one.vehicle_before, one.vehicle, before, now, one.seconds,
        one.promised, cost, one.why,
    )  # fmt: skip
