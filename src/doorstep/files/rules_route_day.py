"""What must hold between the cells and rows of the files of a day under way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from doorstep.files.rules import Rule, Tables, have, sound_rows
from doorstep.files.schema_route_day import NEEDED
from doorstep.files.table import Columns

CELLS = ("stop", "vehicle", "latitude", "longitude", "seconds")
ON_VAN = ("done", "locked", "cancelled")


def kind_of(name: str, vehicles: Sequence[str], counts: Sequence[int]) -> int | None:
    """The row of VEHICLES.csv that a van in routes.csv is of; None: of none, or one too many."""
    listed = list(vehicles)
    if name in listed and counts[listed.index(name)] == 1:
        return listed.index(name)
    of, _, number = name.rpartition("-")
    if of not in listed or not number.isascii() or not number.isdecimal() or number != str(int(number)):
        return None
    row = listed.index(of)
    return row if counts[row] > 1 and 1 <= int(number) <= counts[row] else None


def check_vans_known(tables: Tables) -> None:
    """A van is one of VEHICLES.csv, by the name that `doorstep route` gives it."""
    vehicles = tables.get("vehicles")
    if vehicles is None or not vehicles.has("vehicle") or not vehicles.complete or vehicles.faulty("count"):
        return
    listed, counts = vehicles.values["vehicle"], vehicles.values["count"]
    for name in ("routes", "vans_now"):
        read = tables.get(name)
        if read is None or not read.has("vehicle"):
            continue
        finding, known = read.rule("vehicle"), dict[str, bool]()
        for row, van in sound_rows(read, "vehicle"):
            if van not in known:
                known[van] = kind_of(van, listed, counts) is not None
            if not known[van]:
                finding.add(row, van, f"is no van of {vehicles.file}; of several alike the first is van-1")


def check_vans_in_use(tables: Tables) -> None:
    """Rounds are of vans that vans_now.csv has, where it is there; events are of vans in use."""
    used = _names(tables.get("routes"))
    stands = tables.get("vans_now")
    if used is None or (stands is not None and _names(stands) is None):
        return
    known = used | (_names(stands) or set())
    pairs = [("events", known, "is not in use: routes.csv has no such van")]
    if stands is not None:
        pairs.append(("routes", _names(stands) or set(), f"stands not in {stands.file}, which is of another day"))
    for name, those, why in pairs:
        read = tables.get(name)
        if read is None or not read.has("vehicle"):
            continue
        finding = read.rule("vehicle")
        for row, van in sound_rows(read, "vehicle"):
            if van and van not in those:
                finding.add(row, van, why)


def _names(read: Columns | None) -> set[str] | None:
    """Vans of a file; None where not all of them are known."""
    if read is None or not read.complete or not read.has("vehicle") or read.faulty("vehicle"):
        return None
    return set(read.values["vehicle"])


def check_events(tables: Tables) -> None:
    """Each kind of event has the cells that it needs, and no others."""
    read = tables.get("events")
    if read is None or not have(read, "event", *CELLS):
        return
    findings = {name: read.rule(name) for name in CELLS}
    for row, event, *cells in sound_rows(read, "event", *CELLS):
        needed = NEEDED[event]
        for name, cell in zip(CELLS, cells, strict=True):
            if name in needed and cell in (None, ""):
                findings[name].add(row, "", f"is empty; an event {event} needs {', '.join(needed)}")
            elif name not in needed and cell not in (None, ""):
                findings[name].add(row, str(cell), f"is nothing that an event {event} has; it has {', '.join(needed)}")


def check_stops_of_events(tables: Tables) -> None:
    """What is done, locked or cancelled is on a round; what is new is on none, new once, and at most cancelled."""
    read, rounds = tables.get("events"), tables.get("routes")
    if read is None or rounds is None or not rounds.complete or not rounds.has("stop"):
        return
    on, fresh = set(rounds.values["stop"]), dict[str, int]()
    finding = read.rule("stop")
    cells = list(_stop_events(read))
    for row, event, stop in cells:
        if event == "new" and fresh.setdefault(stop, row) != row:
            finding.add(row, stop, f"is new already in row {fresh[stop]}")
    for row, event, stop in cells:
        if event not in ON_VAN or stop in on or tables.get("vans_now"):
            continue
        if stop not in fresh:
            finding.add(row, stop, f"is on no round of {rounds.file}, and no event says that it is new")
        elif event != "cancelled":
            finding.add(row, stop, f"is new in row {fresh[stop]}, and on no round of {rounds.file} yet: replan first")


def _stop_events(read: Columns) -> Iterator[tuple[Any, ...]]:
    return ((row, event, stop) for row, event, stop in sound_rows(read, "event", "stop") if stop)


def check_order(tables: Tables) -> None:
    """A van's trips follow one another along its round, and it is under way to its next stops alone."""
    read = tables.get("routes")
    if read is None or not have(read, "vehicle", "position", "trip", "under_way"):
        return
    by_trip, by_way = read.rule("trip"), read.rule("under_way")
    last: dict[str, tuple[int, bool]] = {}
    rows = sorted(sound_rows(read, "vehicle", "position", "trip", "under_way"), key=lambda one: (one[1], one[2]))
    for row, van, _, trip, under_way in rows:
        before, bound = last.get(van, (trip, True))
        if trip < before:
            by_trip.add(row, str(trip), f"comes after trip {before} of the same van")
        if under_way and not bound:
            by_way.add(row, "1", "is under way behind a stop that is not")
        last[van] = (trip, bool(under_way))


def check_stands(tables: Tables) -> None:
    """A van can drive on no sooner than it left; one that is home for good has no stops any more."""
    stands, rounds = tables.get("vans_now"), tables.get("routes")
    if stands is None or not have(stands, "vehicle", "state", "at", "left"):
        return
    finding, texts = stands.rule("left"), dict(zip(stands.rows, stands.texts.get("left", ()), strict=False))
    for row, at, left in sound_rows(stands, "at", "left"):
        if left is not None and type(left) is type(at) and left > at:
            finding.add(row, texts[row], "is later than at: it could drive on before it left")
    home = {van for _, van, state in sound_rows(stands, "vehicle", "state") if state == "home"}
    if rounds is None or not rounds.has("vehicle"):
        return
    finding = rounds.rule("vehicle")
    for row, van in sound_rows(rounds, "vehicle"):
        if van in home:
            finding.add(row, van, f"is home for good, says {stands.file}, and has this stop still to come")


DAY_RULES: tuple[Rule, ...] = (
    check_vans_known,
    check_vans_in_use,
    check_events,
    check_stops_of_events,
    check_order,
    check_stands,
)
