"""What must hold between the cells and rows of the files of a day's rounds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import Any

import numpy as np

from doorstep.files.route_places import FAR_M, NEAR_M, exchanged, nearest_m
from doorstep.files.rules import Rule, Tables, check_keys, check_references, check_rows_present, have, sound_rows
from doorstep.files.table import Columns
from doorstep.kernels.route.problem import MOST_SKILLS, FloatArray

MOMENTS = {
    "vehicles": ("shift_from", "shift_to", "break_from", "break_to"),
    "stops": ("window_from", "window_to"),
    "traffic": ("from",),
    "routes": ("window_from", "window_to"),
    "vans_now": ("as_of", "at", "left"),
    "events": ("at",),
    "events_known": ("at",),
    "windows": ("window_from", "window_to"),
}


def check_clock(tables: Tables) -> None:
    """All times are HH:MM, or all are instants: between the two there is no telling which day is meant."""
    first: tuple[str, int, type] | None = None
    for name, columns in MOMENTS.items():
        for column, read in ((column, tables[name]) for column in columns if name in tables):
            finding = read.rule(column)
            for row, cell in sound_rows(read, column) if have(read, column) else ():
                if cell is None:
                    continue
                first = first or (f"{column} in row {row} of {read.file}", row, type(cell))
                if type(cell) is not first[2]:
                    kind = "an instant" if isinstance(cell, datetime) else "HH:MM"
                    text = cell.isoformat() if isinstance(cell, datetime) else f"{cell // 3600:02}:{cell // 60 % 60:02}"
                    finding.add(row, text, f"is {kind}, and {first[0]} is not; write all times alike")


def check_windows(tables: Tables) -> None:
    """Several windows stand in a column of their own, written as all times are; a stop of a pair has one."""
    read = tables.get("stops")
    if read is None or not read.has("windows"):
        return
    finding = read.rule("windows")
    texts = dict(zip(read.rows, read.texts["windows"], strict=True))
    partners = set(read.values["pair"]) - {""} if have(read, "pair") else set()
    instants = _instants(tables)
    for row, spans, begin, end, stop, pair in sound_rows(read, "windows", "window_from", "window_to", "stop", "pair"):
        if not spans:
            continue
        if begin is not None or end is not None:
            finding.add(row, texts[row], "stands beside window_from or window_to; write one or the other")
        if len(spans) > 1 and (pair or stop in partners):
            finding.add(row, texts[row], "is of a stop of a pair, which has one window")
        if instants is not None and isinstance(spans[0][0], datetime) != instants:
            finding.add(row, texts[row], "is not written as the times of the vans are; write all times alike")


def _instants(tables: Tables) -> bool | None:
    """Whether shifts are written as instants; None: nobody can tell."""
    read = tables.get("vehicles")
    if read is None or not have(read, "shift_from"):
        return None
    return next((isinstance(cell, datetime) for _, cell in sound_rows(read, "shift_from")), None)


def check_shifts(tables: Tables) -> None:
    """A shift and a break end after they begin, and the break not before the shift begins."""
    read = tables.get("vehicles")
    if read is None or not have(read, *MOMENTS["vehicles"]):
        return
    pairs = (("shift_from", "shift_to"), ("break_from", "break_to"), ("shift_from", "break_to"))
    for begin, end in pairs:
        finding = read.rule(end)
        for row, begins, ends in sound_rows(read, begin, end):
            if begins is not None and ends is not None and type(begins) is type(ends) and ends < begins:
                shown = ends.isoformat() if isinstance(ends, datetime) else f"{ends // 3600:02}:{ends // 60 % 60:02}"
                finding.add(row, shown, f"is before {begin}")


def check_periods(tables: Tables) -> None:
    """Periods of traffic follow one another."""
    read = tables.get("traffic")
    if read is None or not have(read, "from"):
        return
    finding = read.rule("from")
    cells = list(sound_rows(read, "from"))
    for (earlier, before), (row, since) in pairwise(cells):
        if type(before) is type(since) and since < before:
            finding.add(row, read.texts["from"][read.rows.index(row)], f"is before row {earlier}")


def check_partners(tables: Tables) -> None:
    """A pair is two stops, the one's load is the other's, and neither has another partner or an alternative."""
    read = tables.get("stops")
    if read is None or not have(read, "stop", "pair"):
        return
    names = ("stop", "pair", "group", "prize", "weight_g", "volume_cm3", "pickup_weight_g", "pickup_volume_cm3")
    rows = {stop: (row, *cells) for row, stop, *cells in sound_rows(read, *names)}
    finding = read.rule("pair")
    taken: dict[str, int] = {}
    for row, pair, group, prize, _, _, weight, volume in rows.values():
        if not pair or pair not in rows:
            continue
        _, onward, other_group, other_prize, brought, room, _, _ = rows[pair]
        if onward:
            finding.add(row, pair, "is a pick-up itself, or the stop is its own partner")
        elif taken.setdefault(pair, row) != row:
            finding.add(row, pair, f"has a pick-up already, in row {taken[pair]}")
        elif group or other_group:
            finding.add(row, pair, "stands in a pair and in a group")
        elif prize != other_prize:
            finding.add(row, pair, "has another prize; a pair has one, on both rows")
        elif (weight, volume) != (brought, room):
            finding.add(row, pair, f"is brought {brought} g, {room} cm3, and {weight} g, {volume} cm3 are picked up")


def check_groups(tables: Tables) -> None:
    """One of a group is served, so leaving it has one price."""
    read = tables.get("stops")
    if read is None or not (read.has("group") and have(read, "prize")):
        return
    finding = read.rule("prize")
    first: dict[str, tuple[int, Any]] = {}
    for row, group, prize in sound_rows(read, "group", "prize"):
        if group and first.setdefault(group, (row, prize))[1] != prize:
            finding.add(row, "", f"differs from that of row {first[group][0]}, which is of the same group")


def check_skills(tables: Tables) -> None:
    """So many skills are told apart."""
    known: set[str] = set()
    for name, column in (("stops", "skill"), ("vehicles", "skills")):
        read = tables.get(name)
        if read is None or not read.has(column):
            continue
        finding = read.rule(column)
        for row, cells in sound_rows(read, column):
            for cell in cells:
                known.add(cell)
                if len(known) == MOST_SKILLS + 1:
                    finding.add(row, cell, f"is one skill more than {MOST_SKILLS}")


def check_exchanged(tables: Tables) -> None:
    """Latitude and longitude of all stops, or of a depot, are not the wrong way round."""
    stops, vehicles = tables.get("stops"), tables.get("vehicles")
    if not have(stops, "latitude", "longitude") or not have(vehicles, "depot_latitude", "depot_longitude"):
        return
    assert stops is not None
    assert vehicles is not None
    places = _degrees(stops, "latitude", "longitude")
    depots = _degrees(vehicles, "depot_latitude", "depot_longitude")
    if not len(places) or not len(depots):
        return
    if exchanged(places[:, 0], places[:, 1], depots):
        why = "is latitude in VEHICLES and longitude here: most stops are near the depots the other way round only"
        stops.rule("latitude").add(1, "", why)
        return
    finding = vehicles.rule("depot_latitude")
    for row, latitude, longitude in sound_rows(vehicles, "depot_latitude", "depot_longitude"):
        if abs(longitude) > 90 or latitude == longitude:
            continue
        here, there = (_half(places, depot) for depot in ((latitude, longitude), (longitude, latitude)))
        if here > FAR_M and there < NEAR_M:
            finding.add(row, f"{latitude:g}", "lies far from all stops; is it the longitude?")


def _half(places: FloatArray, depot: tuple[float, float]) -> float:
    return float(np.median(nearest_m(places[:, 0], places[:, 1], np.array([depot]))))


def _degrees(read: Columns, *names: str) -> FloatArray:
    rows: Iterator[tuple[Any, ...]] = sound_rows(read, *names)
    return np.array([cells for _, *cells in rows], np.float64).reshape(-1, 2)


ROUTE_RULES: tuple[Rule, ...] = (
    check_rows_present,
    check_keys,
    check_references,
    check_clock,
    check_windows,
    check_shifts,
    check_periods,
    check_partners,
    check_groups,
    check_skills,
    check_exchanged,
)
