"""A day under way brought up to date: what was reported, what is late, and what was asked for, one after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from doorstep.domain.units import PPM
from doorstep.files.route_day_in import DayTold
from doorstep.files.route_day_out import Changed
from doorstep.files.route_events_in import Happened, Row
from doorstep.files.route_instance import Notice
from doorstep.flows.route_summary import people_cost
from doorstep.kernels.route.advance import advanced
from doorstep.kernels.route.check import check
from doorstep.kernels.route.day import Day, Running, running, visits_of
from doorstep.kernels.route.laid import result_of
from doorstep.kernels.route.problem import ANY, NEVER
from doorstep.kernels.route.reoptimise import (
    Cancelled,
    Change,
    Late,
    NewStop,
    Replan,
    alternatives_of,
    begins_of,
    caught_up,
    replan,
)
from doorstep.kernels.route.reported import Done, Left, Loaded, Paused, Report, Seen, reported
from doorstep.kernels.route.why import Unserved
from doorstep.kernels.route.why_words import Names

AT_DEPOT = "what is fetched from the depot"  # the dimension of load by which a van under way has no room for it
UNFIT = {
    "capacity": "what it has on board or fetches, with what it is to collect, is more than it carries",
    "skill": "it lacks a skill that a stop of its round needs",
    "only": "a stop of its round is for another van alone",
    "trips": "it would load more often than it may",
    "distance": "its round is longer than it may drive",
    "no_way": "no way leads to a stop of its round",
    "break": "its break fits nowhere",
    "window": "a stop of its round is reached after its window",
    "shift": "it would be back after its shift",
    "duration": "it would be out for longer than it may",
}
"""What the verifier finds, in words; the first that it names is told."""
REPORTS: dict[str, Callable[[Happened], Report]] = {
    "left": lambda one: Left(one.van, one.at_s),
    "loaded": lambda one: Loaded(one.van, one.at_s),
    "paused": lambda one: Paused(one.van, one.at_s),
    "position": lambda one: Seen(one.van, one.at_s, one.place),
    "done": lambda one: Done(one.stop, one.at_s),
}


@dataclass
class Replanning:
    """A day under way, the names of its vans, and what has come of each change.

    Parameters
    ----------
    refused
        Why new stops have no place, by stop.
    nowhere
        New stops to which no van can go, and why.
    took_s
        Of each change, how long planning anew took.
    """

    told: DayTold
    day: Day
    names: list[str]
    changes: list[Changed] = field(default_factory=list)
    refused: dict[int, Unserved] = field(default_factory=dict)
    nowhere: list[Notice] = field(default_factory=list)
    took_s: list[float] = field(default_factory=list)

    @property
    def events(self) -> tuple[Happened, ...]:
        """What there is to be done about; not what is set aside."""
        return tuple(one for one in self.told.events if not one.aside)

    @property
    def stops(self) -> tuple[str, ...]:
        return self.told.instance.stops

    @property
    def heeded(self) -> tuple[Row, ...]:
        """All that was heeded, before and now; not what was done before its stop was put on a round.

        Nor what concerns a stop to which no van can go: once its row of STOPS.csv is mended it is heeded after all.
        """
        early = (one for one in self.events if one.kind == "done" and not _was_on(self.told, one))
        again = {one.row for one in early if _there(self, one.stop) is not None}
        again |= {one.row for one in self.told.events if one.aside and one.kind != "position"}
        return (*self.told.heeded, *(one.says for one in self.told.events if one.row not in again))

    def van(self, number: int) -> str:
        """Name a van; one that was idle until now gets the first name that is free."""
        while number >= len(self.names):
            row = self.day.vans[len(self.names)].row
            self.names.append(self._free(row))
        return self.names[number]

    def _free(self, row: int) -> str:
        instance = self.told.instance
        name, count = instance.vehicles[row], int(instance.problem.fleet.count[row])
        every = [name] if count == 1 else (f"{name}-{k}" for k in range(1, count + 1))
        return next(one for one in every if one not in self.names)


def brought_up(told: DayTold, seed: int, tries: int, stopwatch: Callable[[], float]) -> Replanning:
    """Bring a day up to date, and take on what has happened in the order in which it did."""
    at = Replanning(told, told.day, list(told.names))
    reports = [REPORTS[one.kind](one) for one in at.events if one.kind in REPORTS]
    at.day = advanced(reported(told.day, reports), told.now_s)
    _astray(at)
    held = _locked(at)
    _undone(at)
    _timed(at, stopwatch, None, "delay", partial(caught_up, at.day, seed, tries))
    for one in at.events:
        asked = _asked(at, one)
        if asked is not None:
            _timed(at, stopwatch, one, one.kind, partial(replan, at.day, asked, seed, tries, _naming(at)))
        held |= _locked(at) if one.kind == "new" else set()
    for one in at.events:
        if one.kind == "locked" and one.row not in held:
            at.changes.append(_nothing(at, one, "it is done, as far as is known, or on no round"))
    return at


def _astray(at: Replanning) -> None:
    """Tell of places that no van can be at, and of stops that no van can go to; the rest goes on."""
    for van, why in at.told.strays.items():
        told = f"where vans_now.csv has it {why}; it is taken to be at its depot"
        at.changes.append(Changed(None, "position", "set_aside", vehicle=van, why=told))
    notices = {one.stop: one for one in at.told.instance.aside}
    off = {one.says[2] for one in at.told.events if one.aside and one.kind == "cancelled"}
    for one in at.told.events:
        if not one.aside:
            continue
        if one.kind == "position":
            why = f"where it is said to be {one.aside}; the row is not heeded"
            at.changes.append(Changed(one.row, one.kind, "set_aside", vehicle=at.van(one.van), why=why))
            continue
        notice = notices[one.says[2]]
        wanted = one.kind == "new" and notice.stop not in off
        at.changes.append(Changed(one.row, one.kind, "refused" if wanted else "set_aside", notice.stop, why=one.aside))
        at.nowhere += [notice] if wanted else []


def _locked(at: Replanning) -> set[int]:
    """Hold the stops that are locked and on a round by now; give the rows that say so."""
    on = {stop for _, stop in visits_of(at.day)}
    found = {one.row: _there(at, one.stop) for one in at.events if one.kind == "locked"}
    fixed = {stop for stop in found.values() if stop is not None}
    at.day = replace(at.day, fixed=frozenset((fixed | at.day.fixed) & on))
    return {row for row, stop in found.items() if stop is not None}


def _undone(at: Replanning) -> None:
    """Tell of stops that are said to be done, and were on no round."""
    for one in at.events:
        if one.kind == "done" and not _was_on(at.told, one):
            at.changes.append(
                _nothing(at, one, "it was on no round: done already, as far as is known, or not put in yet")
            )


def _was_on(told: DayTold, one: Happened) -> bool:
    return any(stop == one.stop for _, stop in visits_of(told.day))


def _there(at: Replanning, stop: int) -> int | None:
    """The stop on a round that has this name: of several windows, that in which it is."""
    on = {one for _, one in visits_of(at.day)}
    rows = (row for row in alternatives_of(at.day, stop) if at.stops[row] == at.stops[stop])
    return next((row for row in rows if row in on), None)


def _asked(at: Replanning, one: Happened) -> Change | None:
    """What a row asks for; None: nothing any more, which is told."""
    on = {stop for _, stop in visits_of(at.day)}
    if one.kind == "late":
        return Late(one.van, one.seconds)
    if one.kind == "cancelled":
        there = _there(at, one.stop)
        if there is not None:
            return Cancelled(there)
        at.changes.append(_nothing(at, one, "too late: it is done, as far as is known, or on no round"))
    if one.kind == "new":
        if not on & {*alternatives_of(at.day, one.stop)}:
            return NewStop(one.stop)
        at.changes.append(_nothing(at, one, "it, or another of its group or pair, is on a round already"))
    return None


def _nothing(at: Replanning, one: Happened, why: str) -> Changed:
    return Changed(one.row, one.kind, "nothing", at.stops[one.stop], why=why)


def _timed(
    at: Replanning, stopwatch: Callable[[], float], one: Happened | None, kind: str, planned: Callable[[], Replan]
) -> None:
    began = stopwatch()
    result = planned()
    at.took_s.append(stopwatch() - began)
    was, at.day = at.day, result.day
    if one is not None and one.kind == "new":
        on = {stop for _, stop in visits_of(at.day)} & {*alternatives_of(at.day, one.stop)}
        ends = {stop for stop in on if at.day.problem.stops.to_s[stop] < NEVER}
        at.day = replace(at.day, promised=at.day.promised | ends)
    at.changes += changes_told(at, was, result, one, kind, _because(at, one))


def changes_told(
    at: Replanning, was: Day, result: Replan, one: Happened | None, kind: str, because: str
) -> Iterator[Changed]:
    """Say what a change has come to: what was asked for first, then what it did to others."""
    row = None if one is None else one.row
    for number in range(len(was.vans), len(at.day.vans)):
        yield Changed(row, kind, "sent", vehicle=at.van(number), why="it stood idle until now")
    if one is not None:
        yield _direct(at, result, one)
    then, now = begins_of(was), begins_of(at.day)
    for stop, before, after in result.moved:
        yield Changed(
            row, kind, "moved", at.stops[stop], at.van(before), at.van(after), then.get(stop), now.get(stop),
            promised=stop in at.day.promised, why=because,
        )  # fmt: skip
    gone = {stop for stop, _, _ in result.moved}
    where = {stop: van for van, stop in visits_of(at.day)}
    for stop, begun, begins in result.shifted:
        if stop not in gone:
            van = at.van(where[stop])
            yield Changed(row, kind, "shifted", at.stops[stop], van, van, begun, begins,
                          promised=stop in at.day.promised, why=because)  # fmt: skip
    for missed in result.broken:
        van = at.van(where[missed.stop])
        yield Changed(
            row, kind, "broken", at.stops[missed.stop], vehicle=van, begins_s=now.get(missed.stop), seconds=missed.by_s,
            promised=missed.promised, why=f"{because}; no other order was found that holds it; held to the new time",
        )  # fmt: skip
    for number, by_s in result.overtime:
        yield Changed(row, kind, "overtime", vehicle=at.van(number), seconds=by_s, why=because)
    told = {changed.vehicle for changed in at.changes if changed.effect == "unfit"}
    for number in result.unfit:
        if at.van(number) not in told:
            yield Changed(row, kind, "unfit", vehicle=at.van(number), why=_unfit(at.day, number))


def _unfit(day: Day, number: int) -> str:
    """Why a round cannot be driven any more, as the verifier sees it."""
    run = running(day)
    found = check(run.problem, result_of([one for one in run.rounds if one[0] == number]))
    return next((UNFIT[one.code] for one in found if one.code in UNFIT), "its round cannot be driven as it is")


def _direct(at: Replanning, result: Replan, one: Happened) -> Changed:
    if one.kind == "late":
        return Changed(one.row, one.kind, "taken", vehicle=at.van(one.van), seconds=one.seconds, cost=result.cost)
    name = at.stops[one.stop]
    if one.kind == "cancelled":
        return Changed(one.row, one.kind, "gone", name, cost=result.cost)
    if result.refused is not None:
        at.refused[one.stop] = result.refused
        why = f"{result.refused.detail}. {result.refused.remedy}".removesuffix(". ")
        return Changed(one.row, one.kind, "refused", name, why=why)
    on = {stop: van for van, stop in visits_of(at.day)}
    stop = next(every for every in alternatives_of(at.day, one.stop) if every in on)
    begins, van = begins_of(at.day)[stop], at.van(on[stop])
    cost = people_cost(abs(result.cost), at.told.instance)
    why = f"put where it is cheapest; the rounds cost {cost} {'less' if result.cost < 0 else 'more'}"
    return Changed(one.row, one.kind, "served", at.stops[stop], "", van, None, begins,
                   promised=stop in at.day.promised, cost=result.cost, why=why)  # fmt: skip


def _because(at: Replanning, one: Happened | None) -> str:
    if one is None:
        return "the day runs behind its plan"
    if one.kind == "late":
        return f"{at.van(one.van)} is {-(-one.seconds // 60)} minutes late"
    return f"{at.stops[one.stop]} is {one.kind}"


def _naming(at: Replanning) -> Callable[[Running], Names]:
    """Name what is still to be driven, for the reasons of a refusal."""
    instance = at.told.instance

    def named(run: Running) -> Names:
        vans = [at.van(i) if i < len(at.day.vans) else instance.vehicles[row] for i, row in enumerate(run.row.tolist())]
        stops = ["where it is" if one == ANY else at.stops[one] for one in run.stop.tolist()]
        loads = [*(name.replace("_", " ") for name in instance.loads), AT_DEPOT]
        return Names(stops, vans, loads, True, lambda cost: f"{cost / PPM:,.2f}")

    return named
