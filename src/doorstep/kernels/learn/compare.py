"""Whether one service is better than another: on the lanes that both serve, of the parcels of both there."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from doorstep.kernels.learn.adjusted import Adjusted, Coding, credible, mix_of, rates
from doorstep.kernels.learn.carrier_problem import BoolArray, IntArray
from doorstep.kernels.learn.carrier_record import CarrierParams, Comparison
from doorstep.kernels.learn.pooled import LANE


def groups_of(codes: IntArray, services: int) -> IntArray:
    """Number services by whom they share lanes with, by a chain at least: [services]; the first seen has 0."""
    leader = list(range(services))

    def lead(one: int) -> int:
        while leader[one] != one:
            one = leader[one]
        return one

    first: dict[int, int] = {}
    for service, lane in np.unique(codes[:, :2], axis=0).tolist():
        other = first.setdefault(lane, service)
        low, high = sorted((lead(service), lead(other)))
        leader[high] = low
    number: dict[int, int] = {}
    return np.array([number.setdefault(lead(one), len(number)) for one in range(services)], np.int64)


def comparisons(
    drawn: Adjusted, coding: Coding, rows: BoolArray, who: list[int], params: CarrierParams
) -> tuple[Comparison, ...]:
    """Compare services two by two, by what they carried of `rows`."""
    codes = coding.codes[rows]
    met = np.zeros(coding.levels[:2], np.bool_)
    met[codes[:, 0], codes[:, LANE]] = True
    found = []
    for a, b in combinations(who, 2):
        both = met[a] & met[b]
        shared = both[codes[:, LANE]]
        of_a, of_b = shared & (codes[:, 0] == a), shared & (codes[:, 0] == b)
        counts = int(both.sum()), int(of_a.sum()), int(of_b.sum())
        if not counts[0]:
            found.append(Comparison(coding.names[a], coding.names[b], *counts, None, None))
            continue
        mix = mix_of(codes[of_a | of_b], params.reference)
        gap = rates(drawn, a, *mix) - rates(drawn, b, *mix)
        better = float((gap > 0).mean() + 0.5 * (gap == 0).mean())
        found.append(Comparison(coding.names[a], coding.names[b], *counts, credible(gap, params.level), better))
    return tuple(found)
