"""When a round leaves, and where its van pauses: so that it takes as few seconds as possible.

For each place that the pause may have, the van is back as early as it can be and leaves as late as it then can; the
place with the shortest day is taken. Without periods, stretches of a round are joined by what Vidal, Crainic, Gendreau
& Prins (2013, https://doi.org/10.1016/j.cor.2012.07.018) keep of each, its least duration and the earliest and the
latest beginning that attains it, so that a place costs two joins. With periods each place is driven.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from doorstep.kernels.route.pace import Pace
from doorstep.kernels.route.problem import NEVER

NOWHERE, BEFORE, AFTER = -1, -2, -3
"""In place of a visit: no pause, before the departure, after the return."""
_LONG_AGO = -4 * NEVER


@dataclass(frozen=True, slots=True)
class Round:
    """One van's day: k visits, k + 1 ways.

    Parameters
    ----------
    way_s
        [k + 1] to each visit, and to the end, at the van's speed and the plain pace.
    from_s, to_s, service_s
        [k] as of stops; a reload may begin at any time.
    stop
        [k] 1: a stop, where the van may pause before service; 0: a reload, after which it may.
    shift
        Leaves at the one or later, is back by the other.
    pause
        Seconds (0: none), beginning at the earliest, at the latest.
    """

    way_s: list[int]
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
    """A departure, and where the pause is: a visit, or `NOWHERE`, `BEFORE`, `AFTER`."""

    departure_s: int
    place: int


class Drive(NamedTuple):
    """Of each visit the arrival, the beginning of service, the departure; the return; the beginning of the pause."""

    arrival_s: list[int]
    begin_s: list[int]
    leave_s: list[int]
    return_s: int
    pause_s: int
    late: bool


def choose(one: Round, day: Pace) -> Choice:
    """The shortest day that keeps all windows; of several the earliest; if none does, leave when the shift begins."""
    found = _by_stretches(one) if len(day.begin) == 1 else _by_driving(one, day)
    best = min(found, default=None)
    if best is None:
        return Choice(one.shift[0], _anywhere(one, day))
    _, departure_s, rank = best
    return Choice(departure_s, (*range(len(one.stop)), AFTER, BEFORE, NOWHERE)[rank])


Stretch = tuple[int, int, int]
"""Least duration, the earliest and the latest beginning with it; begun before, it takes longer by as much."""
Found = tuple[int, int, int]
"""Duration, departure, rank: the visit at which it pauses, then after the return, before the departure; or nowhere."""


def _joined(first: Stretch | None, way_s: int, second: Stretch | None) -> Stretch | None:
    if first is None or second is None:
        return None
    until = first[0] + way_s
    if first[1] + until > second[2]:
        return None
    wait = max(0, second[1] - first[2] - until)
    return until + second[0] + wait, max(first[1], second[1] - until - wait), min(first[2], second[2] - until)


def _by_stretches(one: Round) -> Iterator[Found]:
    visits, way, (since, until), (_, pause_from, pause_to) = len(one.from_s), one.way_s, one.shift, one.pause
    stop: list[Stretch] = list(zip(one.service_s, one.from_s, one.to_s, strict=True))
    before: list[Stretch | None] = [(0, since, until)]
    for at in range(visits):
        before.append(_joined(before[at], way[at], stop[at]))
    after: list[Stretch | None] = [(0, _LONG_AGO, until)]
    for at in reversed(range(visits)):
        after.append(_joined(stop[at], way[at + 1], after[-1]))
    after.reverse()  # after[at]: from visit `at` to the return
    if not one.pause[0]:
        whole = _joined(before[visits], way[visits], after[visits])
        yield from [(whole[0], whole[1], -1)] if whole else []
        return
    for at in range(visits):
        if one.stop[at]:
            whole = _joined(_joined(before[at], way[at], one.pause), 0, after[at])
        else:
            whole = _joined(_joined(before[at + 1], 0, one.pause), way[at + 1], after[at + 1])
        yield from [(whole[0], whole[1], at)] if whole else []
    whole = _joined(before[visits], way[visits], (0, _LONG_AGO, min(until, pause_to)))
    yield from [(whole[0], whole[1], visits)] if whole else []
    if max(since, pause_from) <= pause_to:
        whole = _joined((0, one.leaves_s, max(until, one.leaves_s)), way[0], after[0])
        yield from [(whole[0], whole[1], visits + 1)] if whole else []


def _by_driving(one: Round, day: Pace) -> Iterator[Found]:
    places = [*range(len(one.stop)), AFTER, BEFORE]
    for rank, place in enumerate(places) if one.pause[0] else [(-1, NOWHERE)]:
        driven = drive(one, day, Choice(one.leaves_s if place == BEFORE else one.shift[0], place))
        if not driven.late:
            departure_s = latest(one, day, place, driven.return_s)[-1]
            yield driven.return_s - departure_s, departure_s, rank


def drive(one: Round, day: Pace, chosen: Choice) -> Drive:
    """Leave then and wait only for windows; `late` tells whether anything begins later than it may."""
    at_s, place = chosen
    late, paused, pause_to = False, 0, one.pause[2]
    if place == BEFORE:
        paused = max(one.shift[0], one.pause[1])
    rows: tuple[list[int], list[int], list[int]] = ([], [], [])
    for at, stop in enumerate(one.stop):
        arrival = ready = day.arrival(at_s, one.way_s[at])
        if place == at and stop:
            ready = one.paused(arrival)
            paused = ready - one.pause[0]
        begin = max(ready, one.from_s[at])
        at_s = begin + one.service_s[at]
        if place == at and not stop:
            at_s = one.paused(at_s)
            paused = at_s - one.pause[0]
        late |= begin > one.to_s[at]
        for row, value in zip(rows, (arrival, begin, at_s), strict=True):
            row.append(value)
    home = day.arrival(at_s, one.way_s[-1])
    if place == AFTER:
        paused = max(home, one.pause[1])
    late |= home > one.shift[1] or (place != NOWHERE and paused > pause_to)
    return Drive(*rows, home, paused, late)


def latest(one: Round, day: Pace, place: int, return_s: int) -> list[int]:
    """[k + 1] when service may begin at the latest, and the departure last, for the van to be back by then."""
    pause_s, _, pause_to = one.pause
    by = min(return_s, pause_to) if place == AFTER else return_s
    found: list[int] = []
    for at in reversed(range(len(one.stop))):
        by = day.leaving(by, one.way_s[at + 1])
        if place == at and not one.stop[at]:
            by = min(by - pause_s, pause_to)
        by = min(by - one.service_s[at], one.to_s[at])
        found.append(by)
        if place == at and one.stop[at]:
            by = min(by - pause_s, pause_to)
    return [*reversed(found), day.leaving(by, one.way_s[0])]


def _anywhere(one: Round, day: Pace) -> int:
    """Of a round that breaks something anyway: the pause is where it makes the least late, as soon as that may be."""
    if not one.pause[0]:
        return NOWHERE
    places = [at for at, stop in enumerate(one.stop) if stop]
    begin = drive(one, day, Choice(one.shift[0], NOWHERE)).arrival_s
    return next((at for at in places if begin[at] >= one.pause[1]), places[-1] if places else AFTER)
