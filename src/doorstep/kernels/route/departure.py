"""When a round leaves, and where its van pauses: so that it takes as few seconds as possible, and then early.

Without periods, stretches of a round are joined by what Vidal, Crainic, Gendreau & Prins (2013,
https://doi.org/10.1016/j.cor.2012.07.018) keep of each, its least duration and the earliest and the latest beginning
that attains it, so that a place for the pause costs two joins. With periods departures are tried on a grid of minutes
from the beginning of the shift.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from doorstep.kernels.route.compiled_pace import LATE, backs
from doorstep.kernels.route.pace import GRID_S, MILLION, Pace
from doorstep.kernels.route.problem import NEVER, IntArray

NOWHERE, BEFORE = -1, -2
"""In place of a visit: no pause, and before the departure."""
_LONG_AGO = -4 * NEVER
_MOST_MINUTES = 10_000


@dataclass(frozen=True, slots=True)
class Round:
    """One van's day: k visits, k + 1 ways.

    Parameters
    ----------
    way_us
        [k + 1] `pace.driving_us` to each visit, and to the end.
    from_s, to_s, service_s
        [k] as of stops; a reload may begin at any time.
    stop
        [k] whether it is a stop, where the van may pause before service, or a reload.
    shift
        Leaves at the one or later, is back by the other.
    pause
        Seconds (0: none), beginning at the earliest, at the latest.
    """

    way_us: list[int]
    from_s: list[int]
    to_s: list[int]
    service_s: list[int]
    stop: list[bool]
    shift: tuple[int, int]
    pause: tuple[int, int, int]

    def paused(self, at_s: int) -> int:
        """When a pause is over that may begin from then on."""
        return max(at_s, self.pause[1]) + self.pause[0]

    @property
    def leaves_s(self) -> int:
        """The earliest departure with the pause before it."""
        return self.paused(self.shift[0])


class Choice(NamedTuple):
    """A departure, and where the pause is: a visit, or `NOWHERE`, or `BEFORE`."""

    departure_s: int
    place: int


class Drive(NamedTuple):
    """Of each visit the arrival, the beginning of service, the departure; the return; the beginning of the pause."""

    arrival_s: list[int]
    begin_s: list[int]
    leave_s: list[int]
    return_s: int
    pause_s: int


def choose(one: Round, day: Pace) -> Choice:
    """The shortest day that keeps all windows; of several the earliest; if none does, leave when the shift begins."""
    found = _by_stretches(one) if len(day.begin) == 1 else _by_minutes(one, day)
    return found or Choice(one.shift[0], _anywhere(one, day))


Stretch = tuple[int, int, int]
"""Least duration, the earliest and the latest beginning with it; begun before, it takes longer by as much."""


def _joined(first: Stretch | None, way_s: int, second: Stretch | None) -> Stretch | None:
    if first is None or second is None:
        return None
    until = first[0] + way_s
    if first[1] + until > second[2]:
        return None
    wait = max(0, second[1] - first[2] - until)
    return until + second[0] + wait, max(first[1], second[1] - until - wait), min(first[2], second[2] - until)


def _by_stretches(one: Round) -> Choice | None:
    visits, (since, until), way = len(one.stop), one.shift, [-(-us // MILLION) for us in one.way_us]
    stop: list[Stretch] = list(zip(one.service_s, one.from_s, one.to_s, strict=True))
    before: list[Stretch | None] = [(0, since, until)]
    for at in range(visits):
        before.append(_joined(before[at], way[at], stop[at]))
    after: list[Stretch | None] = [(0, _LONG_AGO, until)]
    for at in reversed(range(visits)):
        after.append(_joined(stop[at], way[at + 1], after[-1]))
    after.reverse()  # after[at]: from visit `at` to the return
    if not one.pause[0]:
        whole = _joined(before[0], way[0], after[0])
        return Choice(whole[1], NOWHERE) if whole else None
    found: dict[int, Stretch | None] = {
        at: _joined(_joined(before[at], way[at], one.pause), 0, after[at]) for at in range(visits) if one.stop[at]
    }
    if one.leaves_s <= min(until, one.pause[2] + one.pause[0]):
        found[BEFORE] = _joined((0, one.leaves_s, until), way[0], after[0])
    best = min((whole[:2], at) for at, whole in found.items() if whole) if any(found.values()) else None
    return Choice(best[0][1], best[1]) if best else None


def _by_minutes(one: Round, day: Pace) -> Choice | None:
    leaving = _minutes(one, day)
    visits = np.array([one.from_s, one.to_s, one.service_s, one.stop], np.int64).T.copy()
    periods = np.array([day.begin, day.driven, day.rate], np.int64)
    ready_s = one.leaves_s if one.leaves_s <= one.pause[2] + one.pause[0] else LATE
    back, place = backs(leaving, np.array(one.way_us, np.int64), visits, (*one.pause, ready_s), periods)
    taken = np.where((back < LATE) & (back <= one.shift[1]), back - leaving, LATE)
    best = int(np.argmin(taken))
    if taken[best] >= LATE:
        return None
    nowhere = BEFORE if one.pause[0] else NOWHERE
    return Choice(int(leaving[best]), int(place[best]) if place[best] >= 0 else nowhere)


def _minutes(one: Round, day: Pace) -> IntArray:
    """Departures among which the best is: none so early that the van only waits for its first window, or pauses before
    it; and from the last beginning of a window or a period on, and once the pause is over, all days are equally long.
    """
    first = min(one.from_s[0] - one.pause[0], one.pause[2])
    earliest = max(one.shift[0], day.leaving(first, one.way_us[0]) - GRID_S) if first > -NEVER else one.shift[0]
    latest = max(day.begin[-1], one.leaves_s if one.pause[0] else earliest, earliest, *one.from_s)
    begin = -(-(earliest - one.shift[0]) // GRID_S)
    end = (min(latest, one.shift[1]) - one.shift[0]) // GRID_S + 2
    return one.shift[0] + GRID_S * np.arange(begin, max(begin + 1, min(end, begin + _MOST_MINUTES)), dtype=np.int64)


def drive(one: Round, day: Pace, chosen: Choice) -> Drive:
    """Leave then and wait only for windows; who is late is served late."""
    at_s, place = chosen
    paused = max(one.shift[0], one.pause[1]) if place == BEFORE else 0
    rows: tuple[list[int], list[int], list[int]] = ([], [], [])
    for at, way in enumerate(one.way_us[:-1]):
        arrival = ready = day.arrival(at_s, way)
        if place == at:
            ready = one.paused(arrival)
            paused = ready - one.pause[0]
        begin = max(ready, one.from_s[at])
        at_s = begin + one.service_s[at]
        for row, value in zip(rows, (arrival, begin, at_s), strict=True):
            row.append(value)
    return Drive(*rows, day.arrival(at_s, one.way_us[-1]), paused)


def latest(one: Round, day: Pace, place: int, return_s: int) -> list[int]:
    """[k] when service may begin at the latest for the van to be back by then."""
    by, found = return_s, []
    for at in reversed(range(len(one.stop))):
        by = min(day.leaving(by, one.way_us[at + 1]) - one.service_s[at], one.to_s[at])
        found.append(by)
        if place == at:
            by = min(by - one.pause[0], one.pause[2])
    return found[::-1]


def _anywhere(one: Round, day: Pace) -> int:
    """Of a round that breaks something anyway: the pause is where it makes the least late, as soon as that may be."""
    if not one.pause[0]:
        return NOWHERE
    places = [at for at, stop in enumerate(one.stop) if stop]
    begin = drive(one, day, Choice(one.shift[0], NOWHERE)).arrival_s
    return next((at for at in places if begin[at] >= one.pause[1]), places[-1] if places else BEFORE)
