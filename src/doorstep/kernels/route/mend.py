"""Rounds made better where they were touched: a few stops taken out and put back in, time and again.

Ruin and recreate (Schrimpf, Schneider, Stamm-Wilbrandt and Dueck 2000), recreated by regret (Ropke and Pisinger 2006).
Kept is what is better; the number of tries is bounded, so that equal seeds give equal rounds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from doorstep.kernels.route.compiled_insertion import INFEASIBLE
from doorstep.kernels.route.eased import together
from doorstep.kernels.route.insertion import Insertion, inserted, insertions, without
from doorstep.kernels.route.laid import Laid, Round, lay_parts
from doorstep.kernels.route.problem import RELOAD, Fleet, IntArray, Stops, Travel
from doorstep.kernels.route.travel import block

MOST_ROUNDS = 5
TRIES = 15
FEWEST, MOST = 4, 12
MOST_LOCATIONS = 1_500


@dataclass(frozen=True, slots=True)
class Weights:
    """What a second of lateness counts, where there may be any: by stop, and by row of the fleet."""

    stops: IntArray
    vans: IntArray


def mended(
    laid: Laid, touched: Collection[int], stay: Collection[int] = (), seed: int = 0, tries: int = TRIES,
    weights: Weights | None = None, missing: Collection[int] = (),
) -> tuple[Round, ...]:  # fmt: skip
    """Improve rounds around some stops.

    Parameters
    ----------
    laid
        All rounds.
    touched
        Stops around which to look.
    stay
        Stops that are never taken out.
    seed, tries
        Of the search.
    weights
        Where given, windows and shifts may be missed; the least lateness comes before any cost.
    missing
        Stops on no round that are to be put in; if not all of them can be, the rounds stay as they are.
    """
    near = _nearest_rounds(laid, touched)
    part = _part(laid, near, [*touched, *missing], weights)
    rng, best = np.random.default_rng(seed), part
    if missing:
        first = _recreated(part, [*missing])
        tried = first or _fitted(part, missing, stay, rng, tries)
        if tried is None:
            return laid.rounds
        best = tried
    for _ in range(tries):
        again = _again(best, touched, stay, rng)
        if again is not None and again.cost < best.cost:
            best = again
    return (*(one for r, one in enumerate(laid.rounds) if r not in near), *best.rounds)


def _fitted(
    part: Laid, missing: Collection[int], stay: Collection[int], rng: np.random.Generator, tries: int
) -> Laid | None:
    """Make room for stops that have none, by taking others out and putting all back in; the first way that holds."""
    for _ in range(tries):
        gone = _ruined(part, missing, stay, rng)
        left = _rounds_without(part, gone)
        found = _recreated(part.relaid(left), [*missing, *(one for one in gone if one not in missing)])
        if found is not None:
            return found
    return None


def _again(part: Laid, touched: Collection[int], stay: Collection[int], rng: np.random.Generator) -> Laid | None:
    gone = _ruined(part, touched, stay, rng)
    return _recreated(part.relaid(_rounds_without(part, gone)), gone)


def _rounds_without(part: Laid, gone: Collection[int]) -> list[Round]:
    left = [(row, without(visits, gone)) for row, visits in part.rounds]
    return [one for one in left if one[1]]


def _nearest_rounds(laid: Laid, touched: Collection[int]) -> list[int]:
    """The rounds on which the stops are, and those that come nearest to one of them."""
    x, y = laid.travel.x[laid.location], laid.travel.y[laid.location]
    far = np.full(len(laid.location), np.inf)
    shrink = np.cos(np.radians(np.clip(y, -89, 89))) if laid.travel.rule == "haversine" else 1.0
    for stop in touched:
        at = laid.stops.location[stop]
        gap = ((x - laid.travel.x[at]) * shrink) ** 2 + (y - laid.travel.y[at]) ** 2
        far = np.minimum(far, np.where(np.isin(laid.lines.stop, list(touched)), -1.0, gap))
    far[laid.lines.stop < 0] = np.inf
    nearest = np.minimum.reduceat(far, laid.lines.first[:-1])[: len(laid.rounds)]
    on = int((nearest < 0).sum())
    return [int(r) for r in np.argsort(nearest, kind="stable")[: max(MOST_ROUNDS, on)]]


def _part(laid: Laid, near: Sequence[int], more: Sequence[int], weights: Weights | None) -> Laid:
    """Lay some rounds alone, with the vans that the others leave, and their distances in a table."""
    away = Counter(row for r, (row, _) in enumerate(laid.rounds) if r not in near)
    count = laid.fleet.count - np.array([away[row] for row in range(laid.fleet.kinds)], np.int64)
    fleet = replace(laid.fleet, count=count)
    rounds = [laid.rounds[r] for r in near]
    travel, stops, fleet = _tabled(laid.travel, laid.stops, fleet, rounds, more)
    late = (None, None) if weights is None else (weights.stops, weights.vans)
    return lay_parts(travel, stops, fleet, rounds, *late)


def _tabled(
    travel: Travel, stops: Stops, fleet: Fleet, rounds: Sequence[Round], more: Sequence[int]
) -> tuple[Travel, Stops, Fleet]:
    """Put the distances between all places in use in a table, once; too many are left to the rule."""
    visits = [stop for _, line in rounds for stop in line if stop != RELOAD] + list(more)
    depots = [fleet.start, fleet.end, fleet.reload_at]
    places = np.unique(np.concatenate([stops.location[visits], *depots]))
    if travel.rule == "matrix" or len(places) > MOST_LOCATIONS:
        return travel, stops, fleet
    distance, duration = block(travel, places, places)
    table = replace(
        travel, rule="matrix", x=travel.x[places], y=travel.y[places], distance=distance, duration=duration
    )  # fmt: skip
    to = np.zeros(travel.locations, np.int64)
    to[places] = np.arange(len(places))
    start, end, reload = (to[one] for one in depots)
    return table, replace(stops, location=to[stops.location]), replace(fleet, start=start, end=end, reload=reload)


def _ruined(part: Laid, touched: Collection[int], stay: Collection[int], rng: np.random.Generator) -> list[int]:
    """Stops that lie near one another, pairs as a whole; half of the time around one that was touched."""
    kept = {*stay}
    on = np.array([stop for _, visits in part.rounds for stop in visits if stop != RELOAD and stop not in kept])
    if not len(on):
        return []
    around = [one for one in touched if one not in kept]
    centre = int(rng.choice(around)) if around and rng.random() < 0.5 else int(rng.choice(on))
    at, here = part.stops.location[on], part.stops.location[centre]
    gap = (part.travel.x[at] - part.travel.x[here]) ** 2 + (part.travel.y[at] - part.travel.y[here]) ** 2
    many = int(rng.integers(FEWEST, MOST + 1))
    chosen = on[np.argsort(gap * rng.uniform(0.7, 1.3, len(gap)), kind="stable")[:many]].tolist()
    return sorted({one for stop in chosen for one in together(part.stops, stop)} - kept)


def _recreated(part: Laid, gone: Sequence[int]) -> Laid | None:
    """Put stops back in, that first which would lose most by waiting; None: one of them cannot be."""
    second = set(part.stops.pairs[:, 1].tolist())
    left = [stop for stop in gone if stop not in second or together(part.stops, stop)[0] not in gone]
    while left:
        found = [_regret(part, stop) for stop in left]
        best = max(range(len(left)), key=lambda at: found[at][0])
        way = found[best][1]
        if way is None:
            return None
        part = part.relaid(inserted(part.rounds, way))
        del left[best]
    return part


def _regret(part: Laid, stop: int) -> tuple[int, Insertion | None]:
    """How much more the second best round costs than the best; and the best way."""
    found = insertions(part, stop)
    costs = np.sort(found.by_round())
    if not len(costs) or costs[0] >= INFEASIBLE:
        return INFEASIBLE, None
    return int(costs[1] - costs[0]) if len(costs) > 1 else INFEASIBLE, found.best()
