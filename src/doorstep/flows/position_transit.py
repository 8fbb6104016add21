"""How many parcels are at the door within so many days: by distance from what had arrived, else as services state."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import ceil

import numpy as np

from doorstep.domain.carriage import Service
from doorstep.domain.learned import PastParcel
from doorstep.domain.place import distance_m
from doorstep.kernels.position.problem import BoolArray, FloatArray, IntArray
from doorstep.kernels.promise.journeys import CALLED_OFF
from doorstep.kernels.promise.stages import CALLED_OFF_KNOWN_DAYS

HANDLING_DAYS = 1
LEAST_PARCELS = 200  # of a history to go by
LEAST_OF_SERVICE = 60
BINS = 12
PRIOR = 20.0  # parcels by which a bin is drawn to all distances


def shares_within(
    history: Sequence[PastParcel], services: Sequence[Service], metres: IntArray, as_of: date, days: int
) -> FloatArray:
    """Share within `days` of placing, [k, r, v]; distances [k, r] in metres, -1: unknown.

    From parcels placed so long before `as_of` that each had `days` to arrive and was known to have, or not, by then;
    farther is never sooner. With too few of them: between a service's stated least and most days, evenly.
    """
    known = [one for one in history if _counts(one, as_of, days)]
    reach = np.array([_reach(one) for one in known], np.int64)
    kept = np.array([_within(one, as_of, days) for one in known], np.bool_)
    weight = np.array([one.sample_weight for one in known], np.float64)
    of = np.array([one.service for one in known], object)
    found = np.empty((*metres.shape, len(services)))
    pooled = _curve(reach, kept, weight, metres) if len(known) >= LEAST_PARCELS else None
    for at, service in enumerate(services):
        own = of == service.service
        if pooled is not None and own.sum() >= LEAST_OF_SERVICE:
            found[:, :, at] = _curve(reach[own], kept[own], weight[own], metres)
        elif pooled is not None and not (of != "").any():
            found[:, :, at] = pooled  # nobody wrote down by which service
        else:
            found[:, :, at] = stated(service, days)
    return found


def stated(service: Service, days: int) -> float:
    """Share within days by the least and the most working days that a service states, evenly between."""
    stretch = 7 / max(1, service.working_days.mask.bit_count())
    least, most = (HANDLING_DAYS + ceil(one * stretch) for one in (service.min_days, service.max_days))
    return float(np.clip((days - least + 1) / (most - least + 1), 0.0, 1.0))


def _counts(one: PastParcel, as_of: date, days: int) -> bool:
    """Whether it had the days to arrive, and was not called off as far as anybody knew."""
    age = (as_of - one.placed_at.date()).days
    called_off = one.status in CALLED_OFF and age > CALLED_OFF_KNOWN_DAYS
    return age > days and not called_off and _reach(one) >= 0


def _within(one: PastParcel, as_of: date, days: int) -> bool:
    if one.delivered_at is None or one.delivered_at.date() >= as_of:
        return False
    return (one.delivered_at.date() - one.placed_at.date()).days <= days


def _reach(one: PastParcel) -> int:
    if one.distance_m is not None:
        return one.distance_m
    ends = (one.origin_latitude, one.origin_longitude, one.destination_latitude, one.destination_longitude)
    if any(end is None for end in ends):
        return -1
    return distance_m(*(float(end or 0.0) for end in ends))


def _curve(reach: IntArray, kept: BoolArray, weight: FloatArray, metres: IntArray) -> FloatArray:
    """Give the share by distance: bins of equal number, each drawn to all, falling (pooled adjacent violators)."""
    edges = np.unique(np.quantile(reach, np.arange(1, BINS) / BINS))
    at = np.searchsorted(edges, reach)
    count = np.bincount(at, weight, len(edges) + 1)
    overall = float(np.average(kept, weights=weight))
    share = (np.bincount(at, kept * weight, len(edges) + 1) + PRIOR * overall) / (count + PRIOR)
    falling = _falling(np.asarray(share), np.asarray(count + PRIOR))
    values = falling[np.searchsorted(edges, metres)]
    return np.asarray(np.where(metres < 0, overall, values))


def _falling(share: FloatArray, weight: FloatArray) -> FloatArray:
    blocks: list[list[float]] = []
    for value, mass in zip(share.tolist(), weight.tolist(), strict=True):
        blocks.append([value, mass, 1])
        while len(blocks) > 1 and blocks[-2][0] < blocks[-1][0]:
            last, before = blocks.pop(), blocks.pop()
            mass = last[1] + before[1]
            blocks.append([(last[0] * last[1] + before[0] * before[1]) / mass, mass, last[2] + before[2]])
    return np.array([value for value, _, count in blocks for _ in range(int(count))])
