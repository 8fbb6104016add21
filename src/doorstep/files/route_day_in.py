"""A day under way in: its stops and vans, its rounds as they stand, and what has happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from doorstep.files.faults import Faults
from doorstep.files.kinds import moment
from doorstep.files.route_csv import Crow, day_of, origin_of, seconds_of
from doorstep.files.route_events_in import Happened, Row, heard
from doorstep.files.route_in import CROW, day_tables, guessed, sound, stands, text_of, version_of
from doorstep.files.route_instance import Instance
from doorstep.files.route_places import Reach, nearest_m
from doorstep.files.rules import Tables, sound_rows
from doorstep.files.rules_route import ROUTE_RULES
from doorstep.files.rules_route_day import DAY_RULES, kind_of
from doorstep.files.schema_route_day import EVENTS, HEEDED, ROUNDS, VANS
from doorstep.files.table import Columns, read_table
from doorstep.kernels.route.day import Day, Van
from doorstep.kernels.route.problem import NEVER, RELOAD, RouteProblem
from doorstep.kernels.route.windows import apart

ROUTES_FILE = "routes.csv"
NOW = "--now"
More = Callable[[Tables, Faults], list[str]]


@dataclass(frozen=True, slots=True)
class DayFiles:
    """What a day under way is read from.

    Parameters
    ----------
    stops, vehicles, traffic
        As for `doorstep route`.
    rounds
        The folder that `doorstep route` or `doorstep replan` wrote, or its routes.csv.
    events
        EVENTS.csv; None: nothing has happened.
    """

    stops: Path
    vehicles: Path | None
    rounds: Path
    events: Path | None = None
    traffic: Path | None = None

    @property
    def routes(self) -> Path:
        """The file of the rounds."""
        return self.rounds if self.rounds.is_file() else self.rounds / ROUTES_FILE

    @property
    def read(self) -> tuple[Path, ...]:
        """Every file that is read."""
        return tuple(one for one in (self.stops, self.vehicles, self.traffic, self.events) if one is not None)


@dataclass(frozen=True, slots=True)
class DayTold:
    """A day as it was when the rounds were written, and what has happened since, in the order of its instants.

    Parameters
    ----------
    names
        Of the vans of `day`.
    as_of_s, now_s
        The instant of the rounds, None: the plan of a whole day; and until when all is told.
    known
        How many events are in the rounds already.
    heeded
        What those said that were heeded until now, whether EVENTS.csv still has them or not.
    strays
        Why a van cannot be where vans_now.csv has it, by name; it is taken to be at its depot.
    """

    instance: Instance
    day: Day
    names: tuple[str, ...]
    events: tuple[Happened, ...]
    as_of_s: int | None
    now_s: int
    known: int
    heeded: tuple[Row, ...] = ()
    strays: Mapping[str, str] = field(default_factory=dict)


def read_day(files: DayFiles, now: str = "", crow: Crow = CROW, more: More | None = None) -> DayTold:
    """Read a day under way.

    Parameters
    ----------
    files
        Where it stands.
    now
        The instant, as the files write theirs; empty: of the last event, or of the rounds.
    crow
        As in `read_instance`.
    more
        Reads further tables and gives their texts; stops of one that is called "asked" are stops of the day on no
        round, and then nobody needs to say what time it is.

    Raises
    ------
    InputRefused
        With the first thousand faults of all files and the count of all.
    """
    faults = Faults()
    text = text_of(files.stops, 0, faults)
    if text is not None and guessed(text) != "csv":
        faults.rule(str(files.stops), 0).add(0, "", "is no STOPS.csv; only a day of one's own is under way")
        text = None
    tables, version = day_tables(files.stops, text, files.vehicles, files.traffic, faults) if text else ({}, "")
    texts = _more(files, tables, faults) + (more(tables, faults) if more else [])
    for rule in (*ROUTE_RULES, *DAY_RULES):
        rule(tables)
    at = _now(now, tables, faults)
    faults.refuse_if_any()
    name = files.stops.name.split(".")[0]
    whole = tables | {"stops": joined(tables["stops"], tables["asked"])} if "asked" in tables else tables
    instance = sound(files.stops, faults, lambda: day_of(whole, name, crow, version_of(version, *texts)))
    _refuse_aside(instance, tables)
    faults.refuse_if_any()
    return _told(instance, tables, at, faults)


def joined(stops: Columns, more: Columns) -> Columns:
    """Put further stops behind those of a day; what they have no column for is empty."""
    values: dict[str, Sequence[Any]] = {}
    for name, cells in stops.values.items():
        empty = [stops.table.column(name).kind.absent] * len(more.rows)
        values[name] = [*cells, *more.values.get(name, empty)]
    return replace(stops, rows=[*stops.rows, *more.rows], values=values)


def _more(files: DayFiles, tables: Tables, faults: Faults) -> list[str]:
    """Read the files of the day itself."""
    found = []
    told = [(files.routes, ROUNDS, 3)]
    vans, heeded = (files.routes.with_name(table.file) for table in (VANS, HEEDED))
    if stands(vans):
        told += [(vans, VANS, 4)]
        told += [(heeded, HEEDED, 4)] if stands(heeded) else []
    told += [(files.events, EVENTS, 5)] if files.events is not None else []
    for path, table, rank in told:
        text = text_of(path, rank, faults)
        if text is not None:
            tables[table.name] = read_table(text, table, str(path), rank, faults)
            found.append(text)
    return found


def _now(now: str, tables: Tables, faults: Faults) -> int | datetime | None:
    """What `--now` says; it is written as the files write their times."""
    if not now:
        return None
    finding = faults.rule(NOW, 6)
    try:
        found: int | datetime = moment(seconds=True).parse(now)
    except ValueError as why:
        finding.add(0, now, str(why))
        return None
    known = "stops" in tables
    of_day = origin_of(tables) if known else None
    if known and isinstance(found, datetime) != (of_day is not None):
        finding.add(0, now, "is not written as the times of the files are: all as HH:MM, or all as instants")
    return found


def _refuse_aside(instance: Instance, tables: Tables) -> None:
    """A stop that the reader sets aside cannot be on a round."""
    aside = {one.stop: one.why for one in instance.aside}
    read = tables["routes"]
    finding = read.rule("stop")
    for row, stop in sound_rows(read, "stop"):
        if stop in aside:
            finding.add(row, stop, f"cannot be served: {aside[stop]}")


def _told(instance: Instance, tables: Tables, now: int | datetime | None, faults: Faults) -> DayTold:
    origin, instance = instance.origin, _apart(instance)
    states = _states(tables.get("vans_now"))
    lines = _lines(tables["routes"])
    names = tuple(states) or tuple(lines)
    points = _Points(instance)
    number = _numbers(instance, tables["routes"])
    fleet = tables["vehicles"].values
    strays = {name: why for name, state in states.items() if (why := _astray(state, points))}
    vans = tuple(
        _van(instance, kind_of(name, fleet["vehicle"], fleet["count"]) or 0, lines.get(name, []), number,
             states.get(name), None if name in strays else points)
        for name in names
    )  # fmt: skip
    as_of = max((seconds_of(one["as_of"], origin, 0) for one in states.values()), default=None)
    van_of = {name: at for at, name in enumerate(names)}
    lost = {one.stop: one.why for one in instance.aside}
    instead = _instead(tables["stops"], lost, number)
    news = heard(tables.get("events"), tables.get("events_known"), as_of, origin, number, van_of, points, lost, instead)
    last = max((at for at in (news.last_s, as_of) if at is not None), default=None)
    now_s = last if now is None else seconds_of(now, origin, 0)
    finding = faults.rule(NOW, 6)
    if now_s is None and "asked" in tables:
        now_s = 0
    elif now_s is None:
        finding.add(0, "", "is needed: neither an event nor vans_now.csv says what time it is")
        now_s = 0
    elif as_of is not None and now_s < as_of:
        finding.add(0, "", "is before the instant at which vans_now.csv stands")
    _refuse_later(tables.get("events"), news.fresh, now_s)
    faults.refuse_if_any()
    told = replace(instance, problem=_held(points.problem(), tables["routes"], number, origin))
    rounds = tables["routes"].values
    fixed = {number[stop] for stop, is_so in zip(rounds["stop"], rounds["locked"], strict=True) if is_so}
    promised = {stop for van in vans for stop in van.rest if told.problem.stops.to_s[max(stop, 0)] < NEVER}
    day = Day(told.problem, vans, frozenset(promised - {RELOAD}), frozenset(fixed))
    return DayTold(told, day, names, news.fresh, as_of, now_s, news.known, news.before, strays)


def _instead(stops: Columns, lost: Mapping[str, str], number: Mapping[str, int]) -> dict[str, int]:
    """For stops that are set aside: another of their group that is not, if there is one."""
    group = {stop: name for stop, name in zip(stops.values["stop"], stops.values["group"], strict=True) if name}
    mates = {group[stop]: at for stop, at in number.items() if stop in group}
    return {stop: mates[group[stop]] for stop in lost if group.get(stop) in mates}


def _refuse_later(read: Columns | None, fresh: Sequence[Happened], now_s: int) -> None:
    later = {one.row for one in fresh if one.at_s > now_s}
    if read is None or not later:
        return
    finding = read.rule("at")
    for row, text in zip(read.rows, read.texts["at"], strict=True):
        if row in later:
            finding.add(row, text, "is later than --now")


def _apart(instance: Instance) -> Instance:
    """Lay several windows of a stop apart, as stops of that name of which one is served."""
    problem, rows = apart(instance.problem)
    names, labels, numbers = (
        tuple(of[row] for row in rows.tolist()) for of in (instance.stops, instance.labels, instance.numbers)
    )  # fmt: skip
    return replace(instance, problem=problem, stops=names, labels=labels, numbers=numbers)


def _numbers(instance: Instance, read: Columns) -> dict[str, int]:
    """The row of each stop: of one with several windows, that of the window in which it is on its round."""
    number: dict[str, int] = {}
    rows: dict[tuple[str, int], int] = {}
    from_s = instance.problem.stops.from_s.tolist()
    for at, stop in enumerate(instance.stops):
        number.setdefault(stop, at)
        rows[stop, from_s[at]] = at
    for _, stop, begin in sound_rows(read, "stop", "window_from"):
        number[stop] = rows.get((stop, seconds_of(begin, instance.origin, 0)), number[stop])
    return number


class _Points:
    """Places beyond those of the plan, each a row of `Travel`."""

    def __init__(self, instance: Instance) -> None:
        self.of = instance.problem
        self.x: list[float] = []
        self.y: list[float] = []
        self.reach = _reach(instance.problem)

    def row(self, latitude: float, longitude: float) -> int:
        self.x.append(longitude)
        self.y.append(latitude)
        return self.of.travel.locations + len(self.x) - 1

    def stray(self, latitude: float, longitude: float) -> str:
        found = None if self.reach is None else self.reach.stray(latitude, longitude)
        return "" if found is None else found[1]

    def problem(self) -> RouteProblem:
        travel = self.of.travel
        x, y = np.concatenate([travel.x, self.x]), np.concatenate([travel.y, self.y])
        return replace(self.of, travel=replace(travel, x=x, y=y))


def _reach(problem: RouteProblem) -> Reach | None:
    """Where vans may be, going by where the stops are; None: there are none."""
    depots = np.unique(np.concatenate([problem.fleet.start, problem.fleet.end]))
    at = np.column_stack([problem.travel.y, problem.travel.x])
    places = at[problem.stops.location]
    if not len(places) or not len(depots):
        return None
    return Reach(at[depots], float(np.median(nearest_m(places[:, 0], places[:, 1], at[depots]))))


def _astray(state: Mapping[str, Any], points: _Points) -> str:
    """Why a van that has left cannot be where it is said to be; empty: it can."""
    return "" if state["state"] == "waiting" else points.stray(state["latitude"], state["longitude"])


def _states(read: Columns | None) -> dict[str, dict[str, Any]]:
    if read is None:
        return {}
    names = [column.name for column in read.table.columns]
    return {cells[0]: dict(zip(names, cells, strict=True)) for _, *cells in sound_rows(read, *names)}


def _lines(read: Columns) -> dict[str, list[tuple[Any, ...]]]:
    """Rows of each van in their order: stop, trip, on board, under way."""
    rows = sound_rows(read, "vehicle", "position", "stop", "trip", "on_board", "under_way")
    found: dict[str, list[tuple[Any, ...]]] = {}
    for _, van, position, *cells in rows:
        found.setdefault(van, []).append((position, *cells))
    return {van: [one[1:] for one in sorted(lines)] for van, lines in found.items()}


def _van(
    instance: Instance, kind: int, lines: Sequence[tuple[Any, ...]], number: Mapping[str, int],
    state: Mapping[str, Any] | None, points: _Points | None,
) -> Van:  # fmt: skip
    """A van as it stands; without a state, before its day. Without `points` it is taken to be at its depot."""
    fleet, origin = instance.problem.fleet, instance.origin
    trips = 0 if state is None else state["reloads"]
    ahead: list[int] = []
    bound, trip = 0, trips + 1
    for own, of_trip in groupby(lines, key=lambda one: one[1]):
        if own > trip:
            ahead.append(RELOAD)
        trip = max(trip, own)
        for stop, _, _, under_way in of_trip:
            ahead.append(number[stop])
            bound = len(ahead) if under_way else bound
    none = (0,) * instance.problem.dimensions
    van = Van(kind, tuple(ahead[bound:]), int(fleet.start[kind]), int(fleet.from_s[kind]), locked=tuple(ahead[:bound]))
    if state is None:
        return replace(van, locked=(), rest=tuple(ahead), collected=none)
    at_s = seconds_of(state["at"], origin, 0)
    if state["state"] == "waiting":
        return replace(van, at_s=at_s, locked=(), rest=tuple(ahead), collected=none, extra_s=state["extra_seconds"])
    returning = state["state"] == "returning"
    if returning and van.rest[:1] == (RELOAD,):
        van = replace(van, rest=van.rest[1:])
    here = van.location if points is None else points.row(state["latitude"], state["longitude"])
    collected = (state["collected_weight_g"], state["collected_volume_cm3"])[: len(none)]
    return replace(
        van, at_s=at_s, is_out=True, location=here,
        left_s=seconds_of(state["left"], origin, at_s), driven_m=state["driven_m"], trips=trips, collected=collected,
        locked=(RELOAD,) if returning else van.locked,
        aboard=frozenset(number[stop] for stop, _, on_board, _ in lines if on_board),
        has_paused=state["has_paused"], tells=state["reports"], extra_s=state["extra_seconds"],
        at_depot=state["state"] == "at_depot", is_home=state["state"] == "home",
    )  # fmt: skip


def _held(problem: RouteProblem, read: Columns, number: Mapping[str, int], origin: datetime | None) -> RouteProblem:
    """Windows that were stretched before are held as they are now."""
    to_s = problem.stops.to_s.copy()
    for _, stop, until in sound_rows(read, "stop", "window_to"):
        if until is not None and to_s[number[stop]] < NEVER:
            to_s[number[stop]] = max(int(to_s[number[stop]]), seconds_of(until, origin, 0))
    return replace(problem, stops=replace(problem.stops, to_s=to_s))
