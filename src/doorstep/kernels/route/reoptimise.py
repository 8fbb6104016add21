"""The running day planned anew: a stop more, a stop less, a van that is late.

A new stop is put in where it costs least, then the rounds around are mended. Every window is held, promised or not; a
stop that has no place is refused, and told why. Only the lateness of a van may break a window that cannot be held any
more: then lateness is as little as can be, that of promised windows before all other, whatever it costs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from doorstep.kernels.route.conflicts import Remedy
from doorstep.kernels.route.day import Day, Running, Van, laid_of, running, settled, timed_of, visits_of
from doorstep.kernels.route.eased import together
from doorstep.kernels.route.insertion import cheapest, inserted, without
from doorstep.kernels.route.laid import Laid, Round
from doorstep.kernels.route.lateness import (
    Broken,
    broken_in,
    held,
    in_order,
    locked_late,
    overtime_in,
    softened,
    weights_of,
)
from doorstep.kernels.route.mend import TRIES, mended
from doorstep.kernels.route.problem import ANY, RELOAD, IntArray
from doorstep.kernels.route.why import Unserved, why_none
from doorstep.kernels.route.why_words import Names

MOST_LATE_TRIES = 8
"""Where something has to be late rounds are driven as a whole to know by how much, which takes longer."""

MOST_ASKED = 4
"""Alternatives of a stop, windows or others of its group, for which room is made."""
LESS_LATE, LESS_LATE_TRIES = 1, 4
"""How often rounds are mended once more, around the promised stops that are late all the same, and with how many
tries: with as many as before a change took up to 2.4 seconds where most of a van's stops were late.
"""


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
Naming = Callable[[Running], Names]


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


def replan(day: Day, change: Change, seed: int = 0, tries: int = TRIES, names: Naming | None = None) -> Replan:
    """Plan what is left of a day anew.

    Parameters
    ----------
    day
        As it is now.
    change
        What has happened.
    seed, tries
        Of the search around what was touched; 0 tries: nothing else is moved.
    names
        What the stops and vans of what is still to be driven are called where a stop is refused.
    """
    before = laid_of(running(day))
    match change:
        case NewStop(stop):
            return _with(day, before, stop, seed, tries, names or numbered)
        case Cancelled(stop):
            return _without(day, before, stop, seed, tries)
        case Late(van, by_s):
            return _late(day, before, van, by_s, seed, tries)


def _with(day: Day, before: Laid, stop: int, seed: int, tries: int, names: Naming) -> Replan:
    every = {*alternatives_of(day, stop), *together(day.problem.stops, stop)}
    run = running(day, sorted(every))
    laid, stay = laid_of(run), _stay(day, run)
    those = [run.number(one) for one in alternatives_of(day, stop)]
    best = cheapest(laid, those)
    if best is not None:
        rounds = mended(laid.relaid(inserted(laid.rounds, best)), best.stops, stay, seed, tries)
    else:
        rounds = _with_room(laid, those, stay, seed, tries)
        if rounds == laid.rounds:
            told = why_none([(laid, one) for one in those], names(run), partial(_still_possible, day, laid))
            return compared(day, before, day, laid, replace(told, stop=stop))
    return compared(day, before, settled(day, run, rounds), laid.relaid(rounds))


def _with_room(laid: Laid, those: Sequence[int], stay: Sequence[int], seed: int, tries: int) -> tuple[Round, ...]:
    """Make room for one of some alternatives, each asked in turn; the rounds as they are where none finds any."""
    for wanted in those[:MOST_ASKED]:
        rounds = mended(laid, (wanted,), stay, seed, tries, missing=together(laid.stops, wanted))
        if rounds != laid.rounds:
            return rounds
    return laid.rounds


def _still_possible(day: Day, laid: Laid, remedy: Remedy) -> bool:
    """Nobody leaves before now, nor again who has left; and what lies at the depot is not fetched by a larger van."""
    for one in remedy.eases:
        if one.kind == "capacity" and one.dimension >= day.problem.dimensions:
            return False
        gone = one.row < len(day.vans) and day.vans[one.row].is_out
        if one.kind == "shift_begins" and (gone or int(laid.fleet.from_s[one.row]) - one.amount < day.now_s):
            return False
    return True


def alternatives_of(day: Day, stop: int) -> tuple[int, ...]:
    """The stops of the day of which one is to be served."""
    group = int(day.problem.stops.group[stop])
    return (stop,) if group == ANY else tuple(np.flatnonzero(day.problem.stops.group == group).tolist())


def numbered(run: Running) -> Names:
    """Name stops by their numbers in the day."""
    return Names(stops=tuple(f"stop {one}" if one != ANY else "where it is" for one in run.stop.tolist()))


def _stay(day: Day, run: Running) -> list[int]:
    """Visits that are never taken out: marks, and stops that are fixed."""
    return np.flatnonzero((run.stop == ANY) | np.isin(run.stop, list(day.fixed))).tolist()


def _without(day: Day, before: Laid, stop: int, seed: int, tries: int) -> Replan:
    pair = together(day.problem.stops, stop)
    aboard = {one for van in day.vans for one in van.aboard}
    gone = {stop} if aboard & {*pair} else {*pair}
    near = _beside(day, gone)
    left = replace(day, vans=tuple(_rid(day, van, gone) for van in day.vans))
    run = running(left)
    laid = laid_of(run)
    turned = [i for i, van in enumerate(left.vans) if van.at_s > day.vans[i].at_s]
    if turned and not laid.fits.all():  # from where it is taken to be the next stop may be further than it was
        return _eased(day, before, left, turned, seed, tries)
    touched = [run.number(one) for one in near if one in run.stop]
    rounds = mended(laid, touched, _stay(day, run), seed, tries) if touched else laid.rounds
    return compared(day, before, settled(left, run, rounds), laid.relaid(rounds))


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
    """Take stops off a van; what it has on board for them it brings back.

    One that was on its way to such a stop turns now, and no sooner, from the last place at which it is known to be.
    """
    back = [day.problem.stops.delivery[one] for one in gone & van.aboard]
    collected = tuple(int(held + sum(one[k] for one in back)) for k, held in enumerate(van.collected))
    rest = without(van.rest, gone)
    trip = van.rest[: van.rest.index(RELOAD)] if RELOAD in van.rest else ()
    if van.is_out and not van.at_depot and rest and RELOAD in van.rest and gone >= {*trip}:
        rest = (RELOAD, *rest)  # what lies at the depot is fetched before all else
    turns = van.is_out and bool(gone & {*van.locked})
    return replace(
        van, rest=rest, at_s=max(van.at_s, day.now_s) if turns else van.at_s,
        locked=tuple(one for one in van.locked if one not in gone),
        aboard=van.aboard - gone, collected=collected if van.is_out else van.collected,
    )  # fmt: skip


def _late(day: Day, before: Laid, number: int, by_s: int, seed: int, tries: int) -> Replan:
    van = day.vans[number]
    vans = (*day.vans[:number], replace(van, at_s=van.at_s + by_s), *day.vans[number + 1 :])
    return _eased(day, before, replace(day, vans=vans), [number], seed, tries)


def caught_up(day: Day, seed: int = 0, tries: int = TRIES) -> Replan:
    """Plan anew what has become late while the day went on, as with `Late`; nothing, if all can be held.

    Parameters
    ----------
    day
        As it is now.
    seed, tries
        Of the search; 0 tries: nothing is moved.
    """
    run = running(day)
    laid = laid_of(run)
    late = [row for row, fits in zip(laid.lines.row.tolist(), laid.fits.tolist(), strict=True) if not fits]
    late = [row for row in late if row < len(day.vans)]
    if not late and not locked_late(day, run):
        return compared(day, laid, day, laid)
    before = softened(laid, laid.rounds, weights_of(day, run, late))
    return _eased(day, before, day, late, seed, tries)


def _eased(was: Day, before: Laid, day: Day, late: Sequence[int], seed: int, tries: int) -> Replan:
    """Plan a day anew of which some vans are late: windows give way only if they must."""
    run = running(day)
    laid = laid_of(run)
    touched = [run.number(stop) for number in late for stop in day.vans[number].rest if stop != RELOAD]
    ahead = locked_late(day, run)  # it is on its way there, and nothing can be done about it
    if laid.fits.all():
        rounds = mended(laid, touched, _stay(day, run), seed, tries) if touched else laid.rounds
        day = held(day, ahead, ())
        return replace(compared(was, before, settled(day, run, rounds), laid.relaid(rounds)), broken=ahead)
    weights = weights_of(day, run, late)
    soft = softened(laid, laid.rounds, weights)
    if touched:
        better = mended(soft, touched, _stay(day, run), seed, min(tries, MOST_LATE_TRIES), weights)
        soft = softened(laid, better, weights)
    for more in range(1, LESS_LATE + 1):
        late_ones = [run.number(one.stop) for one in broken_in(day, run, soft) if one.promised]
        if not late_ones or not tries:
            break
        better = mended(soft, late_ones, _stay(day, run), seed + more, min(tries, LESS_LATE_TRIES), weights)
        soft = softened(laid, better, weights)
    broken, overtime = in_order([*ahead, *broken_in(day, run, soft)]), overtime_in(soft, len(day.vans))
    day = held(day, broken, overtime)
    return replace(
        compared(was, before, settled(day, run, soft.rounds), soft), broken=broken, overtime=overtime
    )  # fmt: skip


def compared(was: Day, before: Laid, day: Day, after: Laid, refused: Unserved | None = None) -> Replan:
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
