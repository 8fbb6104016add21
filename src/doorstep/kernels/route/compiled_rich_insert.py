"""Where a stop comes cheapest: beside its neighbours, in a van that stands idle, in a trip of its own, or anywhere."""

from __future__ import annotations

from doorstep.kernels.compiled import inner
from doorstep.kernels.route.compiled_random import State, uniform
from doorstep.kernels.route.compiled_rich import (
    AT,
    AWAY,
    CAPACITY,
    CLOSES,
    END,
    FAR,
    FINISH,
    FIXED,
    HAS,
    KIND,
    LEG_M,
    METRES,
    MOST_M,
    MOST_S,
    MOST_TRIPS,
    ONLY,
    OPENS,
    PAUSE_FROM,
    PAUSE_S,
    PAUSE_TO,
    PER_M,
    PER_S,
    PLAIN,
    PRED,
    RELOAD_AT,
    RELOAD_S,
    RING,
    SERVICE,
    SHIFT_FROM,
    SHIFT_TO,
    SIZE,
    SKILLS,
    SPEED,
    START,
    SUCC,
    TIMED,
    TRIPS,
    UP_D,
    Floats,
    Ints,
    Small,
    join,
    onward,
    upto,
    way,
)  # fmt: skip

# how a stop comes into a round
BESIDE, FRESH, TRIP_BEHIND, TRIP_BEFORE, OTHER_VAN = 0, 1, 2, 3, 4  # and on: in a van of kind 0, 1, 2 ...
Place = tuple[int, int, int]  # cost, behind which node, how
NOWHERE = (FAR, -1, BESIDE)


@inner
def allowed(node: Ints, kind: Ints, k: int, c: int) -> bool:
    """Whether a van of kind k may serve stop c at all."""
    return bool(node[c, SKILLS] & ~kind[k, HAS] == 0 and (node[c, ONLY] < 0 or node[c, ONLY] == k))


@inner
def _has_room(load: Ints, kind: Ints, k: int, p: int, c: int) -> bool:
    dimensions = load.shape[1] // 4
    for d in range(dimensions):
        most = kind[k, CAPACITY + d]
        if load[p, 2 * dimensions + d] + load[c, d] > most:
            return False
        if load[p, 3 * dimensions + d] + load[c, dimensions + d] > most:
            return False
    return True


@inner
def _fits_empty(load: Ints, kind: Ints, k: int, c: int) -> bool:
    dimensions = load.shape[1] // 4
    fits = True
    for d in range(dimensions):
        fits &= max(load[c, d], load[c, dimensions + d]) <= kind[k, CAPACITY + d]
    return fits


@inner
def price_between(
    points: Floats, rates: Ints, metres: Small, seconds: Small, node: Ints, kind: Ints, ring: Ints, r: int, p: int,
    c: int, below: int,
) -> int:  # fmt: skip
    """What round r costs more with c behind p; FAR: it cannot be, or is no less than `below`."""
    k, s = ring[r, KIND], node[p, SUCC]
    plain, speed, at = kind[k, PLAIN] == 1, kind[k, SPEED], node[c, AT]
    in_m, in_s = way(points, rates, metres, seconds, plain, speed, node[p, AT], at)
    out_m, out_s = way(points, rates, metres, seconds, plain, speed, at, node[s, AT])
    more_m = in_m + out_m - node[s, LEG_M]
    price = kind[k, PER_M] * more_m
    timed = kind[k, TIMED] == 1
    if (not timed and price >= below) or ring[r, METRES] + more_m > kind[k, MOST_M]:
        return FAR
    here = (node[c, SERVICE], node[c, OPENS], node[c, CLOSES])
    duration = join(join(upto(node, p), in_s, here), out_s, onward(node, s))[0]
    if duration >= FAR:
        return FAR
    if timed:
        if duration > kind[k, MOST_S]:
            return FAR
        price += kind[k, PER_S] * (duration - node[ring[r, END], UP_D])
    return price if price < below else FAR


@inner
def price_fresh(
    points: Floats, rates: Ints, metres: Small, seconds: Small, node: Ints, load: Ints, kind: Ints, k: int, c: int
) -> int:
    """What an idle van of kind k costs for c alone; FAR: it cannot."""
    if not allowed(node, kind, k, c) or not _fits_empty(load, kind, k, c):
        return FAR
    in_m, in_s = way(points, rates, metres, seconds, kind[k, PLAIN] == 1, kind[k, SPEED], kind[k, START], node[c, AT])
    out_m, out_s = way(
        points, rates, metres, seconds, kind[k, PLAIN] == 1, kind[k, SPEED], node[c, AT], kind[k, FINISH]
    )
    shift = (0, kind[k, SHIFT_FROM], kind[k, SHIFT_TO])
    here = (node[c, SERVICE], node[c, OPENS], node[c, CLOSES])
    if kind[k, PAUSE_S] > 0:
        late = (0, max(kind[k, SHIFT_FROM], kind[k, PAUSE_FROM]) + kind[k, PAUSE_S], kind[k, SHIFT_TO])
        duration = FAR
        if late[1] <= late[2]:
            duration = join(join(late, in_s, here), out_s, shift)[0]
        here = join((kind[k, PAUSE_S], kind[k, PAUSE_FROM], kind[k, PAUSE_TO]), 0, here)
        duration = min(duration, join(join(shift, in_s, here), out_s, shift)[0])
    else:
        duration = join(join(shift, in_s, here), out_s, shift)[0]
    if duration >= FAR or duration > kind[k, MOST_S] or in_m + out_m > kind[k, MOST_M]:
        return FAR
    price = kind[k, FIXED] + kind[k, PER_M] * (in_m + out_m)
    return int(price + kind[k, PER_S] * duration if kind[k, PER_S] > 0 else price)


@inner
def price_trip(
    points: Floats, rates: Ints, metres: Small, seconds: Small, node: Ints, load: Ints, kind: Ints, ring: Ints,
    spare: Ints, r: int, c: int, behind: bool,
) -> int:  # fmt: skip
    """What round r costs more with a trip for c alone behind its last stop, or before its first one; FAR: it cannot."""
    k, end = ring[r, KIND], ring[r, END]
    first = end - 1
    if (
        ring[r, TRIPS] + 1 >= kind[k, MOST_TRIPS]
        or spare[-1] == 0
        or not allowed(node, kind, k, c)
        or not _fits_empty(load, kind, k, c)
    ):
        return FAR
    plain, speed, depot, at = kind[k, PLAIN] == 1, kind[k, SPEED], kind[k, RELOAD_AT], node[c, AT]
    stop = (node[c, SERVICE], node[c, OPENS], node[c, CLOSES])
    reload = (kind[k, RELOAD_S], kind[k, SHIFT_FROM], kind[k, SHIFT_TO])
    # before: first, stop, depot, second; behind: last, depot, stop, end
    p = node[end, PRED] if behind else first
    s = node[p, SUCC]
    one, other = (depot, at) if behind else (at, depot)
    in_m, in_s = way(points, rates, metres, seconds, plain, speed, node[p, AT], one)
    mid_m, mid_s = way(points, rates, metres, seconds, plain, speed, one, other)
    out_m, out_s = way(points, rates, metres, seconds, plain, speed, other, node[s, AT])
    here = join(reload, mid_s, stop) if behind else join(stop, mid_s, reload)
    duration = join(join(upto(node, p), in_s, here), out_s, onward(node, s))[0]
    more_m = in_m + mid_m + out_m - node[s, LEG_M]
    if duration >= FAR or duration > kind[k, MOST_S] or ring[r, METRES] + more_m > kind[k, MOST_M]:
        return FAR
    price = kind[k, PER_M] * more_m
    return int(price + kind[k, PER_S] * (duration - node[end, UP_D]) if kind[k, PER_S] > 0 else price)


@inner
def _beside(
    points: Floats, rates: Ints, metres: Small, seconds: Small, node: Ints, load: Ints, kind: Ints, ring: Ints,
    free: Ints, alike: Ints, fit: Small, c: int, depth: int, blink: float, state: State,
) -> Place:  # fmt: skip
    """What stop c costs at best beside those whom it fits, behind which node, and whether in a larger van."""
    best, place, how = FAR, -1, BESIDE
    for at in range(fit.shape[1]):
        if at >= depth and place >= 0:
            break
        v = fit[c, at]
        if v < 0:
            break
        r = node[v, RING]
        if r == AWAY or not allowed(node, kind, ring[r, KIND], c):
            continue
        for side in range(2):
            p = v if side == 0 else node[v, PRED]
            if _has_room(load, kind, ring[r, KIND], p, c):
                price, way_in = price_between(points, rates, metres, seconds, node, kind, ring, r, p, c, best), BESIDE
            elif alike[ring[r, KIND], -1] > 0:
                price, k = _price_larger(points, rates, metres, seconds, node, load, kind, ring, free, alike, r, p, c)
                way_in = OTHER_VAN + k
            else:
                continue
            if price < best and uniform(state) >= blink:
                best, place, how = price, p, way_in
    return best, place, how


@inner
def _price_larger(
    points: Floats, rates: Ints, metres: Small, seconds: Small, node: Ints, load: Ints, kind: Ints, ring: Ints,
    free: Ints, alike: Ints, r: int, p: int, c: int,
) -> tuple[int, int]:  # fmt: skip
    """What round r costs more with c behind p in an idle van that has room, and of which kind; FAR: there is none."""
    best, found = FAR, -1
    k, s = ring[r, KIND], node[p, SUCC]
    plain, speed, at = kind[k, PLAIN] == 1, kind[k, SPEED], node[c, AT]
    in_m, in_s = way(points, rates, metres, seconds, plain, speed, node[p, AT], at)
    out_m, out_s = way(points, rates, metres, seconds, plain, speed, at, node[s, AT])
    whole_m = ring[r, METRES] + in_m + out_m - node[s, LEG_M]
    if whole_m > kind[k, MOST_M]:
        return best, found
    here = (node[c, SERVICE], node[c, OPENS], node[c, CLOSES])
    duration = join(join(upto(node, p), in_s, here), out_s, onward(node, s))[0]
    if duration >= FAR or duration > kind[k, MOST_S]:
        return best, found
    was = kind[k, FIXED] + kind[k, PER_M] * ring[r, METRES]
    if kind[k, PER_S] > 0:
        was += kind[k, PER_S] * node[ring[r, END], UP_D]
    for at_kind in range(alike[k, -1]):
        other = alike[k, at_kind]
        if free[other, -1] > 0 and _has_room(load, kind, other, p, c):
            price = kind[other, FIXED] + kind[other, PER_M] * whole_m - was
            if kind[other, PER_S] > 0:
                price += kind[other, PER_S] * duration
            if price < best:
                best, found = price, other
    return best, found


@inner
def cheapest(
    points: Floats, rates: Ints, metres: Small, seconds: Small, node: Ints, load: Ints, kind: Ints, ring: Ints,
    free: Ints, spare: Ints, alike: Ints, fit: Small, c: int, depth: int, blink: float, scan: bool, state: State,
) -> Place:  # fmt: skip
    """Where stop c comes cheapest."""
    best, place, how = _beside(
        points, rates, metres, seconds, node, load, kind, ring, free, alike, fit, c, depth, blink, state
    )
    for k in range(len(kind)):
        if free[k, -1] > 0:
            price = price_fresh(points, rates, metres, seconds, node, load, kind, k, c)
            if price < best:
                best, place, how = price, k, FRESH
    if spare[-1] > 0:
        best, place, how = _own_trip(
            points, rates, metres, seconds, node, load, kind, ring, spare, c, best, place, how, state
        )
    if place < 0 and scan:
        return anywhere(points, rates, metres, seconds, node, load, kind, ring, c)
    return best, place, how


@inner
def _own_trip(
    points: Floats, rates: Ints, metres: Small, seconds: Small, node: Ints, load: Ints, kind: Ints, ring: Ints,
    spare: Ints, c: int, best: int, place: int, how: int, state: State,
) -> Place:  # fmt: skip
    """Whether a trip of its own, at an end of one of half of the rounds, is cheaper than the best place so far."""
    for r in range(len(ring)):
        if ring[r, SIZE] > 0 and kind[ring[r, KIND], MOST_TRIPS] > 1 and uniform(state) < 0.5:
            for side in range(2):
                price = price_trip(points, rates, metres, seconds, node, load, kind, ring, spare, r, c, side == 0)
                if price < best:
                    best, place, how = price, r, TRIP_BEHIND + side
    return best, place, how


@inner
def anywhere(
    points: Floats, rates: Ints, metres: Small, seconds: Small, node: Ints, load: Ints, kind: Ints, ring: Ints, c: int
) -> Place:  # fmt: skip
    """Where stop c comes cheapest between any two nodes."""
    best, place = FAR, -1
    for r in range(len(ring)):
        if ring[r, SIZE] == 0 or not allowed(node, kind, ring[r, KIND], c):
            continue
        p = ring[r, END] - 1
        while p != ring[r, END]:
            if _has_room(load, kind, ring[r, KIND], p, c):
                price = price_between(points, rates, metres, seconds, node, kind, ring, r, p, c, best)
                if price < best:
                    best, place = price, p
            p = node[p, SUCC]
    return best, place, BESIDE
