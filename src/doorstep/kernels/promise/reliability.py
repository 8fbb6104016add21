"""Whether 90% means 90%: dates by the probability that was stated for them, against the share that held."""

from __future__ import annotations

import numpy as np

from doorstep.domain.units import PPM
from doorstep.kernels.promise.figures import FloatArray, IntArray
from doorstep.kernels.promise.intervals import WeekBlocks, blocks_around, wilson
from doorstep.kernels.promise.recorded import ReliabilityBin
from doorstep.kernels.promise.walked import Walked

# Narrower towards certainty, where promises are made and a point is worth more.
EDGES_PPM = (*range(0, 800_000, 100_000), 800_000, 850_000, 900_000, 925_000, 950_000, 975_000, 990_000, PPM + 1)


def reliability(
    walked: Walked, blocks: WeekBlocks, least_weeks: int
) -> tuple[tuple[ReliabilityBin, ...], float | None]:
    """Sort the dates of all targets into bins; give the bins and the mean |observed - stated|, by weight.

    Only dates that have passed count, whether the parcel has come or not: of later ones those that held are known
    before those that do not. A parcel with several dates in a bin counts once for each; the intervals, which draw
    weeks, stay right for that.
    """
    size = len(EDGES_PPM) - 1
    shape = (size, blocks.weeks)
    above, below, claimed, squares = np.zeros(shape), np.zeros(shape), np.zeros(shape), np.zeros(size)
    number = np.zeros(size, dtype=np.int64)
    for at in range(len(walked.targets_ppm)):
        place = np.searchsorted(np.array(EDGES_PPM), walked.stated_ppm[:, at], side="right").astype(np.int64) - 1
        promised = walked.promised_days[:, at]
        passed = walked.known_days > promised
        held = (walked.arrived_days >= 0) & (walked.arrived_days <= promised)
        weight = np.where(passed, walked.weight, 0.0)
        above += blocks.table(weight * held, place, size)
        below += blocks.table(weight, place, size)
        claimed += blocks.table(weight * walked.stated_ppm[:, at] / PPM, place, size)
        squares += np.bincount(place, weights=weight * weight, minlength=size)
        number += np.bincount(place[passed], minlength=size)
    found = _bins(above, below, claimed, squares, number, blocks, least_weeks)
    total = sum(one.weight for one in found)
    error = sum(one.weight * abs(one.observed - one.stated) for one in found) / total if total > 0 else None
    return found, error


def _bins(
    above: FloatArray,
    below: FloatArray,
    claimed: FloatArray,
    squares: FloatArray,
    number: IntArray,
    blocks: WeekBlocks,
    least_weeks: int,
) -> tuple[ReliabilityBin, ...]:
    found = []
    for at in range(len(number)):
        weight = float(below[at].sum())
        if weight <= 0:
            continue
        observed = float(above[at].sum()) / weight
        if (below[at] > 0).sum() >= least_weeks and 0 < observed < 1 - 1e-12:
            interval = blocks_around(observed, blocks.reach(above[at : at + 1], below[at : at + 1])[0], 0.0)
        else:
            interval = wilson(observed, weight * weight / float(squares[at]), blocks.level)
        stated = float(claimed[at].sum()) / weight
        bounds = EDGES_PPM[at], min(EDGES_PPM[at + 1], PPM)
        found.append(ReliabilityBin(*bounds, int(number[at]), weight, stated, observed, interval))
    return tuple(found)
