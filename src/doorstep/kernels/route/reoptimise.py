"""The running day planned anew: a stop more, a stop less, a van that is late.

A new stop is put in where it costs least, then the rounds around are mended. Every window is held, promised or not; a
stop that has no place is refused, and told why. Only the lateness of a van may break a window that cannot be held any
more: then lateness is as little as can be, that of promised windows before all other, whatever it costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from doorstep.kernels.route.day import Day, Running, Van, laid_of, running, settled, timed_of, visits_of
from doorstep.kernels.route.eased import together
from doorstep.kernels.route.insertion import cheapest, inserted, without
from doorstep.kernels.route.laid import Laid, Round, lay_parts
from doorstep.kernels.route.mend import TRIES, Weights, mended
from doorstep.kernels.route.problem import ANY, RELOAD, IntArray
from doorstep.kernels.route.why import Unserved, why_unserved
from doorstep.kernels.route.why_words import Names

PROMISED_WEIGHT = 1_000
"""A promised second against one that was not promised, where something has to be late."""
MOST_LATE_TRIES = 8
"""Where something has to be late rounds are driven as a whole to know by how much, which takes longer."""


@dataclass(frozen=True, slots=True)
class NewStop:
    """A stop of the day's problem that is on no van yet; of a pair both, of a group one."""

    stop: int


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A stop that is not to be served any more; of a pair that is not on board yet, both."""

    stop: int


@dataclass(frozen=True, slots=True)
class Late:
    """A van, by its number in the day, that is so many seconds behind."""

    van: int
    by_s: int


Change = NewStop | Cancelled | Late


@dataclass(frozen=True, slots=True)
class Broken:
    """A window that cannot be held, and by how much it is missed."""

    stop: int
    by_s: int
    promised: bool


@dataclass(frozen=True, slots=True)
class Replan:
    """What a change has come to.

    Parameters
    ----------
    day
        With the rounds as they are now.
    moved
        Stop, van before, van now: of those that go on another van.
    shifted
        Stop, when service was to begin, when it does now: of all that are shifted.
    broken
        Windows that cannot be held, promised ones first, the worst first; the new instant is held from now on.
    overtime
        Van, and by how many seconds its shift or its longest day is exceeded.
    refused
        Why a new stop has no place; None: it has, or there was none.
    unfit
        Vans whose rounds cannot be driven any more, since what they bring back takes the room of what they collect.
    cost
        What the rounds cost more, from now on; lateness not counted.
    """

    day: Day
    moved: tuple[tuple[int, int, int], ...]
    shifted: tuple[tuple[int, int, int], ...]
    broken: tuple[Broken, ...]
    overtime: tuple[tuple[int, int], ...]
    refused: Unserved | None
    unfit: tuple[int, ...]
    cost: int


def replan(day: Day, change: Change, seed: int = 0, tries: int = TRIES) -> Replan:
    """Plan what is left of a day anew.

    Parameters
    ----------
    day
        As it is now.
    change
        What has happened.
    seed, tries
        Of the search around what was touched; 0 tries: nothing else is moved.
    """
    before = laid_of(running(day))
    match change:
        case NewStop(stop):
            return _with(day, before, stop, seed, tries)
        case Cancelled(stop):
            return _without(day, before, stop, seed, tries)
        case Late(van, by_s):
            return _late(day, before, van, by_s, seed, tries)


def _with(day: Day, before: Laid, stop: int, seed: int, tries: int) -> Replan:
    every = {*alternatives_of(day, stop), *together(day.problem.stops, stop)}
    run = running(day, sorted(every))
    laid, marks = laid_of(run), _marks(run)
    those = [run.number(one) for one in alternatives_of(day, stop)]
    best = cheapest(laid, those)
    if best is not None:
        rounds = mended(laid.relaid(inserted(laid.rounds, best)), best.stops, marks, seed, tries)
    else:
        wanted = those[0]
        rounds = mended(laid, (wanted,), marks, seed, tries, missing=together(laid.stops, wanted))
        if rounds == laid.rounds:
            told = next(why_unserved(laid, _names(run), [wanted]))
            return _told(day, before, day, laid, replace(told, stop=stop))
    return _told(day, before, settled(day, run, rounds), laid.relaid(rounds))


def alternatives_of(day: Day, stop: int) -> tuple[int, ...]:
    """The stops of the day of which one is to be served."""
    group = int(day.problem.stops.group[stop])
    return (stop,) if group == ANY else tuple(np.flatnonzero(day.problem.stops.group == group).tolist())


def _names(run: Running) -> Names:
    """Name stops by their numbers in the day."""
    return Names(stops=tuple(f"stop {one}" if one != ANY else "where it is" for one in run.stop.tolist()))


def _marks(run: Running) -> list[int]:
    return np.flatnonzero(run.stop == ANY).tolist()


def _without(day: Day, before: Laid, stop: int, seed: int, tries: int) -> Replan:
    pair = together(day.problem.stops, stop)
    aboard = {one for van in day.vans for one in van.aboard}
    gone = {stop} if aboard & {*pair} else {*pair}
    near = _beside(day, gone)
    left = replace(day, vans=tuple(_rid(day, van, gone) for van in day.vans))
    run = running(left)
    laid = laid_of(run)
    touched = [run.number(one) for one in near if one in run.stop]
    rounds = mended(laid, touched, _marks(run), seed, tries) if touched else laid.rounds
    return _told(day, before, settled(left, run, rounds), laid.relaid(rounds))


def _beside(day: Day, gone: set[int]) -> set[int]:
    """The stops before and behind those that go."""
    found: set[int] = set()
    for van in day.vans:
        line = [stop for stop in van.rest if stop != RELOAD]
        for at, stop in enumerate(line):
            if stop in gone:
                found |= {*line[max(0, at - 1) : at + 2]} - gone
    return found


def _rid(day: Day, van: Van, gone: set[int]) -> Van:
    """Take stops off a van; what it has on board for them it brings back."""
    back = [day.problem.stops.delivery[one] for one in gone & van.aboard]
    collected = tuple(int(held + sum(one[k] for one in back)) for k, held in enumerate(van.collected))
    return replace(
        van, rest=without(van.rest, gone), locked=tuple(one for one in van.locked if one not in gone),
        aboard=van.aboard - gone, collected=collected if van.is_out else van.collected,
    )  # fmt: skip


def _late(day: Day, before: Laid, number: int, by_s: int, seed: int, tries: int) -> Replan:
    was, van = day, day.vans[number]
    day = replace(day, vans=(*day.vans[:number], replace(van, at_s=van.at_s + by_s), *day.vans[number + 1 :]))
    run = running(day)
    laid = laid_of(run)
    touched = [run.number(stop) for stop in van.rest if stop != RELOAD]
    ahead = _locked_late(day, run)  # it is on its way there, and nothing can be done about it
    if laid.fits.all():
        rounds = mended(laid, touched, _marks(run), seed, tries) if touched else laid.rounds
        day = _held(day, ahead, ())
        return replace(_told(was, before, settled(day, run, rounds), laid.relaid(rounds)), broken=ahead)
    weights = _weights(day, run, number)
    soft = _soft(laid, laid.rounds, weights)
    soft = _soft(laid, mended(soft, touched, _marks(run), seed, min(tries, MOST_LATE_TRIES), weights), weights)
    broken, overtime = _in_order([*ahead, *_broken(day, run, soft)]), _overtime(soft, len(day.vans))
    day = _held(day, broken, overtime)
    return replace(
        _told(was, before, settled(day, run, soft.rounds), soft), broken=broken, overtime=overtime
    )  # fmt: skip


def _weights(day: Day, run: Running, van: int) -> Weights:
    """Any stop may be late, promised ones at a price; the van that is late may be out for longer."""
    promised = np.isin(run.stop, list(day.promised))
    stops = np.where(promised, PROMISED_WEIGHT, 1)
    stops[run.stop == ANY] = 0
    vans = np.zeros(len(run.row), np.int64)
    vans[van] = 1
    return Weights(stops, vans)


def _soft(laid: Laid, rounds: Sequence[Round], weights: Weights) -> Laid:
    return lay_parts(laid.travel, laid.stops, laid.fleet, rounds, weights.stops, weights.vans)


def _broken(day: Day, run: Running, laid: Laid) -> tuple[Broken, ...]:
    stops, begins = laid.lines.stop, laid.parts.begins_s
    found = []
    for place in np.flatnonzero(stops >= 0).tolist():
        by_s = int(begins[place] - laid.stops.to_s[stops[place]])
        if by_s > 0:
            stop = int(run.stop[stops[place]])
            found.append(Broken(stop, by_s, stop in day.promised))
    return tuple(found)


def _locked_late(day: Day, run: Running) -> tuple[Broken, ...]:
    """Stops that are locked before all others and begun too late."""
    to_s = day.problem.stops.to_s
    late = [(stop, at - int(to_s[stop])) for (_, stop), at in run.locked_begin_s.items() if stop >= 0]
    return _in_order([Broken(stop, by_s, stop in day.promised) for stop, by_s in late if by_s > 0])


def _in_order(found: Sequence[Broken]) -> tuple[Broken, ...]:
    """Promised ones first, the latest of them first."""
    return tuple(sorted(found, key=lambda one: (not one.promised, -one.by_s, one.stop)))


def _overtime(laid: Laid, vans: int) -> tuple[tuple[int, int], ...]:
    found = []
    for r, (row, _) in enumerate(laid.rounds):
        took, depart = int(laid.parts.duration_s[r]), int(laid.parts.depart_s[r])
        over = max(depart + took - int(laid.fleet.to_s[row]), took - int(laid.fleet.max_duration_s[row]))
        if row < vans and laid.fits[r] and over > 0:
            found.append((row, over))
    return tuple(found)


def _held(day: Day, broken: Sequence[Broken], overtime: Sequence[tuple[int, int]]) -> Day:
    """Hold what could be had from now on."""
    to_s = day.problem.stops.to_s.copy()
    for one in broken:
        to_s[one.stop] += one.by_s
    vans = list(day.vans)
    for van, by_s in overtime:
        vans[van] = replace(vans[van], extra_s=vans[van].extra_s + by_s)
    stops = replace(day.problem.stops, to_s=to_s)
    return replace(day, vans=tuple(vans), problem=replace(day.problem, stops=stops))


def _told(was: Day, before: Laid, day: Day, after: Laid, refused: Unserved | None = None) -> Replan:
    """Compare a day with what it was."""
    van_was, van_is = dict((stop, i) for i, stop in visits_of(was)), dict((stop, i) for i, stop in visits_of(day))
    moved = [(stop, van_was[stop], i) for stop, i in sorted(van_is.items()) if van_was.get(stop, i) != i]
    then, now = begins_of(was), begins_of(day)
    shifted = [(stop, then[stop], at) for stop, at in sorted(now.items()) if then.get(stop, at) != at]
    cost = driven_cost(after) - driven_cost(before)
    unfit = tuple(row for row, fits in zip(after.lines.row.tolist(), after.fits.tolist(), strict=True) if not fits)
    return Replan(day, tuple(moved), tuple(shifted), (), (), refused, unfit, cost)


def driven_cost(laid: Laid) -> int:
    """What the rounds cost that can be driven, lateness not counted."""
    fit = np.flatnonzero(laid.fits[: len(laid.rounds)])
    rows, fleet, parts = laid.lines.row[fit], laid.fleet, laid.parts
    metres, seconds = fleet.per_m[rows] * parts.distance_m[fit], fleet.per_s[rows] * parts.duration_s[fit]
    return int((fleet.fixed[rows] + metres + seconds).sum())


def begins_of(day: Day) -> dict[int, int]:
    """When service begins at every stop that is still to come, if all goes as planned from now on."""
    run = running(day)
    laid = timed_of(run)
    stops = laid.lines.stop
    places = np.flatnonzero(stops >= 0)
    named: IntArray = run.stop[stops[places]]
    begins = dict(zip(named.tolist(), laid.parts.begins_s[places].tolist(), strict=True))
    begins |= {stop: at for (_, stop), at in run.locked_begin_s.items()}
    return {stop: at for stop, at in begins.items() if stop not in (ANY, RELOAD)}
