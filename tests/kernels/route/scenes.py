"""Small random problems with rounds over them, good and bad."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doorstep.kernels.route.problem import (
    ANY,
    NEVER,
    RELOAD,
    Fleet,
    IntArray,
    RouteProblem,
    Stops,
    Travel,
    plain_fleet,
    plain_stops,
)

Rounds = list[tuple[int, tuple[int, ...]]]
SPAN_S = 50


@dataclass(frozen=True)
class Features:
    """What a random problem has."""

    windows: bool = True
    pairs: bool = False
    breaks: bool = False
    pace: bool = False
    reloads: bool = False
    skills: bool = True
    limits: bool = True
    groups: bool = False


def problem_of(seed: int, has: Features, stops: int = 6, kinds: int = 2) -> RouteProblem:
    """Draw a problem; distances are not symmetric, and keep to no triangle."""
    rng = np.random.default_rng(seed)
    m = stops + 2
    distance, duration = rng.integers(1, 15, (m, m)), rng.integers(1, 8, (m, m))
    if rng.random() < 0.3:
        distance[rng.integers(m), rng.integers(m)] = NEVER
    np.fill_diagonal(distance, 0)
    np.fill_diagonal(duration, 0)
    starts = np.sort(rng.choice(np.arange(1, SPAN_S), 3, replace=False)) if has.pace else np.zeros(0, np.int64)
    travel = Travel(
        "matrix", rng.random(m), rng.random(m), distance=distance, duration=duration, period_from_s=starts,
        period_pace_ppm=rng.integers(500_000, 2_500_000, len(starts)),
    )  # fmt: skip
    return RouteProblem(travel, _stops(rng, has, stops, kinds), _fleet(rng, has, stops, kinds))


def _stops(rng: np.random.Generator, has: Features, n: int, kinds: int) -> Stops:
    from_s = rng.integers(0, SPAN_S // 2, n) if has.windows else np.zeros(n, np.int64)
    to_s = from_s + rng.integers(5, SPAN_S, n) if has.windows else np.full(n, NEVER)
    delivery, pickup = rng.integers(0, 4, (n, 2)), rng.integers(0, 3, (n, 2)) * rng.integers(0, 2, (n, 1))
    pairs = np.zeros((0, 2), np.int64)
    if has.pairs:
        pairs = rng.permutation(n)[: 2 * (n // 3)].reshape(-1, 2)
        delivery[pairs[:, 1]] = pickup[pairs[:, 0]]
    group = np.full(n, ANY)
    if has.groups:
        free = np.setdiff1d(np.arange(n), pairs.ravel())
        group[free[:2]] = 7
    only = np.where(rng.random(n) < 0.1, rng.integers(0, kinds, n), ANY)
    skills = rng.integers(0, 2, n) * rng.integers(0, 2, n)
    return plain_stops(
        np.arange(n), delivery, pickup=pickup, pairs=pairs, from_s=from_s, to_s=to_s, group=group,
        service_s=rng.integers(0, 4, n), only=only if has.skills else np.full(n, ANY),
        skills=skills if has.skills else np.zeros(n, np.int64),
    )  # fmt: skip


def _fleet(rng: np.random.Generator, has: Features, n: int, v: int) -> Fleet:
    given: dict[str, IntArray] = {
        "start": np.full(v, n), "end": n + rng.integers(0, 2, v), "from_s": rng.integers(0, 12, v),
        "to_s": rng.integers(SPAN_S // 2, 2 * SPAN_S, v), "fixed": rng.integers(0, 50, v),
        "per_m": rng.integers(0, 3, v), "per_s": rng.integers(0, 3, v), "skills": rng.integers(0, 2, v),
        "speed_ppm": rng.choice([1_000_000, 700_000, 1_600_000], v),
    }  # fmt: skip
    if has.limits:
        given["max_distance_m"] = rng.integers(30, 150, v)
        given["max_duration_s"] = rng.integers(SPAN_S // 2, 2 * SPAN_S, v)
    if has.reloads:
        given["max_trips"], given["reload_s"] = rng.integers(1, 4, v), rng.integers(0, 5, v)
        if rng.random() < 0.3:
            given["reload"] = np.full(v, n + 1)
    if has.breaks:
        given["break_s"] = rng.integers(0, 2, v) * rng.integers(1, 9, v)
        given["break_from_s"] = rng.integers(0, SPAN_S // 2, v)
        given["break_to_s"] = given["break_from_s"] + rng.integers(0, SPAN_S, v)
    return plain_fleet(rng.integers(1, 3, v), rng.integers(4, 16, (v, 2)), **given)


def rounds_of(seed: int, problem: RouteProblem, away: set[int]) -> Rounds:
    """Deal the stops that are not away to rounds, whether or not they can be driven; the pairs in order."""
    rng = np.random.default_rng(seed)
    fleet, mates = problem.fleet, dict(problem.stops.pairs.tolist())
    rounds: Rounds = []
    vans = [v for v, count in enumerate(fleet.count.tolist()) for _ in range(count)]
    hands: list[list[int]] = [[] for _ in vans]
    second = set(mates.values())
    for stop in rng.permutation(problem.stops.count).tolist():
        if stop not in away and stop not in second:
            hand = hands[rng.integers(len(hands))]
            hand.append(stop)
            hand += [mates[stop]] if stop in mates else []
    for v, hand in zip(vans, hands, strict=True):
        if len(hand) > 2 and fleet.max_trips[v] > 1 and rng.random() < 0.7:
            cut = int(rng.integers(1, len(hand)))
            if not (hand[cut - 1] in mates and mates[hand[cut - 1]] == hand[cut]):
                hand.insert(cut, RELOAD)
        if hand:
            rounds.append((v, tuple(hand)))
    return rounds
