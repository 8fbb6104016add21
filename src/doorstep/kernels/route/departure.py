"""When a round leaves, and where its van pauses: so that it takes as few seconds as possible, and then early.

Without periods stretches of a round are joined by what Vidal, Crainic, Gendreau & Prins (2013,
https://doi.org/10.1016/j.cor.2012.07.018) keep of each: its least duration, and the earliest and the latest beginning
that attains it. All places for the pause then cost two joins each. With periods the departures are tried on a grid of
minutes, all at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from doorstep.kernels.route.compiled_pace import LATE, backs
from doorstep.kernels.route.pace import GRID_S, Pace
from doorstep.kernels.route.problem import NEVER, IntArray

NOWHERE = -1
"""No pause."""
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
    may_pause
        [k] whether it is a stop, where the van may pause.
    shift
        Leaves at the one or later, is back by the other.
    pause
        Seconds, beginning at the earliest, at the latest.
    """

    way_us: list[int]
    from_s: list[int]
    to_s: list[int]
    service_s: list[int]
    may_pause: list[bool]
    shift: tuple[int, int]
    pause: tuple[int, int, int]


class Choice(NamedTuple):
    """A departure and a place of the pause: twice the visit before its service, one more after it; or `NOWHERE`."""

    departure_s: int
    place: int


def choose(one: Round, day: Pace) -> Choice:
    """The departure of the shortest day that keeps all windows, the earliest of several; else the shift's beginning."""
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
    visits = len(one.from_s)
    way = [-(-us // 1_000_000) for us in one.way_us]
    stop: list[Stretch] = list(zip(one.service_s, one.from_s, one.to_s, strict=True))
    before: list[Stretch | None] = [(0, *one.shift)]
    for at in range(visits):
        before.append(_joined(before[at], way[at], stop[at]))
    if before[-1] is None:
        return None  # nor could it be driven with a pause
    after: list[Stretch | None] = [(0, -4 * NEVER, one.shift[1])]
    for at in reversed(range(visits)):
        after.append(_joined(stop[at], way[at + 1], after[-1]))
    after.reverse()  # after[at]: from visit `at` on
    if not one.pause[0]:
        whole = _joined(before[visits], way[visits], after[visits])
        return Choice(whole[1], NOWHERE) if whole else None
    found: list[tuple[int, int, int]] = []
    for at in range(visits):
        if not one.may_pause[at]:
            continue
        early = _joined(_joined(before[at], way[at], one.pause), 0, after[at])
        late = _joined(_joined(before[at + 1], 0, one.pause), way[at + 1], after[at + 1])
        found += [(each[0], each[1], 2 * at + side) for side, each in enumerate((early, late)) if each]
    return Choice(*min(found)[1:]) if found else None


def _by_minutes(one: Round, day: Pace) -> Choice | None:
    leaving = _minutes(one, day)
    visits = np.array([one.from_s, one.to_s, one.service_s, one.may_pause], np.int64).T.copy()
    periods = np.array([day.begin, day.driven, day.rate], np.int64)
    back, place = backs(leaving, np.array(one.way_us, np.int64), visits, one.pause, periods)
    taken = np.where((back < LATE) & (back <= one.shift[1]), back - leaving, LATE)
    best = int(np.argmin(taken))
    return Choice(int(leaving[best]), int(place[best])) if taken[best] < LATE else None


def _minutes(one: Round, day: Pace) -> IntArray:
    """Departures among which the best is: none so early that the van only waits for its first window, or pauses before
    it; and beyond all beginnings of windows and periods all days are equally long.
    """
    first = min(one.from_s[0] - one.pause[0], one.pause[2])
    earliest = max(one.shift[0], day.leaving(first, one.way_us[0]) - GRID_S) if first > -NEVER else one.shift[0]
    latest = max(day.begin[-1], one.pause[1] if one.pause[0] else earliest, earliest, *one.from_s)
    begin = -(-(earliest - one.shift[0]) // GRID_S)
    end = (min(latest, one.shift[1]) - one.shift[0]) // GRID_S + 2
    return one.shift[0] + GRID_S * np.arange(begin, max(begin + 1, min(end, begin + _MOST_MINUTES)), dtype=np.int64)


def _anywhere(one: Round, day: Pace) -> int:
    """Of a round that breaks something anyway: pause as soon as it may, at the latest at its last stop."""
    last = NOWHERE
    if not one.pause[0]:
        return last
    at_s = one.shift[0]
    for at, way in enumerate(one.way_us[:-1]):
        at_s = max(day.arrival(at_s, way), one.from_s[at]) + one.service_s[at]
        if one.may_pause[at]:
            last = 2 * at + 1
            if at_s >= one.pause[1]:
                break
    return last
