"""Rounds that leave at every minute of a day with periods: the inner loop of `departure`."""

from __future__ import annotations

import numpy as np

from doorstep.kernels.compiled import compiled
from doorstep.kernels.route.problem import IntArray

LATE = 2**38
"""Later than any end of a round that can be driven; products with it stay within 64 bits."""
BEGIN, DRIVEN, RATE = 0, 1, 2
FROM, TO, SERVICE, MAY_PAUSE = 0, 1, 2, 3


@compiled
def arrival(leaving_s: int, way_us: int, day: IntArray) -> int:
    """When a way ends that begins then; day[3, p]: begin, driven, rate of `Pace`. From `LATE` on all stays late."""
    if leaving_s >= LATE:
        return LATE
    row = day.shape[1] - 1
    while row > 0 and day[BEGIN, row] > leaving_s:
        row -= 1
    upto = day[DRIVEN, row] + (leaving_s - day[BEGIN, row]) * day[RATE, row] + way_us
    row = day.shape[1] - 1
    while row > 0 and day[DRIVEN, row] > upto:
        row -= 1
    end: int = min(LATE, day[BEGIN, row] - (day[DRIVEN, row] - upto) // day[RATE, row])
    return end


@compiled
def backs(
    leaving_s: IntArray, way_us: IntArray, visit: IntArray, pause: tuple[int, int, int, int], day: IntArray
) -> tuple[IntArray, IntArray]:
    """When the van is back for each departure, `LATE` if it breaks a window; and at which visit it paused, -1: at none.

    visit[k, 4]: from, to, service, whether it may pause there. pause: seconds, from, to, and the earliest departure
    with the pause before it. Two vans drive at once, one that has yet to pause and one that has: the earlier is never
    the worse, so that for each the earliest is enough.
    """
    pause_s, pause_from, pause_to, ready_s = pause
    back, place = np.full(len(leaving_s), LATE, np.int64), np.full(len(leaving_s), -1, np.int64)
    for one in range(len(leaving_s)):
        fresh, rested = leaving_s[one], leaving_s[one] if leaving_s[one] >= ready_s else LATE
        for at in range(len(visit)):
            fresh, rested = arrival(fresh, way_us[at], day), arrival(rested, way_us[at], day)
            begin = max(fresh, pause_from)
            if pause_s > 0 and visit[at, MAY_PAUSE] and begin <= pause_to and begin + pause_s < rested:
                rested, place[one] = begin + pause_s, at
            fresh, rested = max(fresh, visit[at, FROM]), max(rested, visit[at, FROM])
            fresh = fresh + visit[at, SERVICE] if fresh <= visit[at, TO] else LATE
            rested = rested + visit[at, SERVICE] if rested <= visit[at, TO] else LATE
            if fresh >= LATE and rested >= LATE:
                break
        back[one] = arrival(rested if pause_s > 0 else fresh, way_us[len(visit)], day)
    return back, place
