"""Stated against observed by carrier, service, lane, region, week and month; and the groups that fare worst."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import NormalDist

import numpy as np

from doorstep.kernels.promise.calendars import EPOCH_ORDINAL, EPOCH_WEEKDAY
from doorstep.kernels.promise.figures import BoolArray, FloatArray, Outcomes, figures, take
from doorstep.kernels.promise.intervals import WeekBlocks, blocks_around, week_numbers, wilson
from doorstep.kernels.promise.recorded import (
    COMPARED,
    GROUP_KINDS,
    Figures,
    Group,
    GroupKind,
    Interval,
    Worst,
    WorstGroup,
)
from doorstep.kernels.promise.walked import Walked

LANE = " > "
FAMILY = 0.05  # chance that any group is called surely worse although none is


@dataclass(frozen=True, slots=True)
class Counting:
    """What groups are reckoned with."""

    result: Outcomes
    excused: BoolArray
    target_ppm: int
    blocks: WeekBlocks
    least_weeks: int


def group_keys(walked: Walked, by: GroupKind) -> Sequence[str]:
    """Name each parcel's group of a kind."""
    if by == "week":
        weeks, place = np.unique(week_numbers(walked.placed_day), return_inverse=True)
        names = [_week_name(int(week)) for week in weeks]
        return [names[at] for at in place]
    if by == "month":
        return [str(month) for month in walked.placed_day.astype("datetime64[D]").astype("datetime64[M]")]
    if by == "lane":
        pairs = zip(walked.origin_region, walked.destination_region, strict=True)
        return [LANE.join(pair) if any(pair) else "" for pair in pairs]
    if by == "all":
        return ("",) * len(walked)
    return {"carrier": walked.carrier, "service": walked.service, "destination_region": walked.destination_region}[by]


def _week_name(number: int) -> str:
    year, week, _ = date.fromordinal(EPOCH_ORDINAL + number * 7 - EPOCH_WEEKDAY).isocalendar()
    return f"{year:04d}-W{week:02d}"


def all_groups(walked: Walked, counting: Counting) -> tuple[Group, ...]:
    """Reckon every group of every kind; kinds and keys in order."""
    return tuple(group for by in GROUP_KINDS for group in groups_by(walked, by, counting))


def groups_by(walked: Walked, by: GroupKind, counting: Counting) -> tuple[Group, ...]:
    """Reckon the groups of one kind."""
    if not len(walked):
        return ()
    keys, place = np.unique(np.array(group_keys(walked, by), dtype=np.str_), return_inverse=True)
    result, blocks, size = counting.result, counting.blocks, len(keys)
    weight = np.where(result.decided, result.weight, 0.0)
    above = blocks.table(weight * result.on_time, place, size)
    below = blocks.table(weight, place, size)
    claimed = blocks.table(weight * result.stated, place, size)
    wide = np.flatnonzero(_spread(above, below, counting))
    reach, gap_reach = np.zeros((size, 2)), np.zeros((size, 2))
    reach[wide] = blocks.reach(above[wide], below[wide])
    gap_reach[wide] = blocks.reach(above[wide] - claimed[wide], below[wide])
    resampled = np.isin(np.arange(size), wide)
    order = np.argsort(place, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(place, minlength=size))[:-1])
    found = []
    for at, rows in enumerate(parts):
        own = figures(take(result, rows), counting.excused[rows], counting.target_ppm)
        by_weeks = (reach[at], gap_reach[at]) if resampled[at] else None
        found.append(_group(by, str(keys[at]), own, by_weeks, blocks.level))
    return tuple(found)


def _spread(above: FloatArray, below: FloatArray, counting: Counting) -> BoolArray:
    """Tell which groups [groups, weeks] have weeks enough; of none late, or all, draws show no doubt."""
    enough = (below > 0).sum(axis=1) >= counting.least_weeks
    mixed = (above.sum(axis=1) > 0) & (above.sum(axis=1) < below.sum(axis=1) * (1 - 1e-12))
    return np.asarray(enough & mixed)


def _group(
    by: GroupKind, key: str, own: Figures, by_weeks: tuple[FloatArray, FloatArray] | None, level: float
) -> Group:
    rate, stated = own.on_time_rate, own.stated
    if rate is None or stated is None:
        return Group(by, key, own, None, None, None)
    gap = rate - stated
    if by_weeks is not None:
        reach, gap_reach = by_weeks
        around = blocks_around(rate, reach, 0.0)
        gap_around = blocks_around(gap, gap_reach, -1.0)
    else:
        around = wilson(rate, own.effective_n, level)
        gap_around = Interval(around.low - stated, around.high - stated, "wilson")
    return Group(by, key, own, around, gap, gap_around)


def worst_groups(groups: Sequence[Group], parcels: int, least: int, shown: int, level: float) -> Worst:
    """Rank the groups of a kind by how far they fall short of what was stated, by the evidence for it.

    A gap is drawn towards the mean of its kind by the share of its variance that is noise (empirical Bayes, with the
    variance between groups after DerSimonian and Laird 1986), so that a tiny group does not lead by chance. A group
    that holds every parcel is no part of anything and is left out.
    """
    compared: list[tuple[Group, float, float, float]] = []
    split = set[tuple[tuple[float, ...], ...]]()
    for by in COMPARED:
        kind = [one for one in groups if one.by == by]
        mark = tuple(sorted((one.figures.n, one.figures.late, one.figures.weight) for one in kind))
        if mark in split:
            continue  # from one place every lane is a region again: the same groups are not counted twice
        split.add(mark)
        fit = [one for one in kind if one.figures.decided >= least and one.figures.n < parcels]
        compared += _shrunk([one for one in fit if one.gap is not None], level)
    doubt = NormalDist().inv_cdf(1 - FAMILY / max(1, len(compared)))
    ranked = sorted(compared, key=lambda one: (one[2], one[1], one[0].by, one[0].key))
    below = sum(one.gap_interval is not None and one.gap_interval.high < 0 for one, *_ in compared)
    leading = [
        WorstGroup(one, shrunk, gap + doubt * error < 0) for one, gap, shrunk, error in ranked if shrunk < 0 and gap < 0
    ]
    return Worst(tuple(leading[:shown]), len(compared), int(below), len(compared) * (1 - level) / 2)


def _shrunk(groups: Sequence[Group], level: float) -> list[tuple[Group, float, float, float]]:
    """Give each group with its gap, its shrunk gap and its standard error."""
    if not groups:
        return []
    gaps = np.array([one.gap for one in groups], dtype=np.float64)
    halves = [(one.gap_interval.high - one.gap_interval.low) / 2 if one.gap_interval else 1.0 for one in groups]
    error = np.maximum(1e-6, np.array(halves) / NormalDist().inv_cdf((1 + level) / 2))
    precision = 1 / error**2
    middle = float((precision * gaps).sum() / precision.sum())
    heterogeneity = float((precision * (gaps - middle) ** 2).sum()) - (len(gaps) - 1)
    scale = float(precision.sum() - (precision**2).sum() / precision.sum())
    between = max(0.0, heterogeneity / scale) if scale > 0 else 0.0
    centre = float((gaps / (between + error**2)).sum() / (1 / (between + error**2)).sum())
    shrunk = centre + (gaps - centre) * between / (between + error**2)
    return [
        (group, float(gap), float(drawn), float(wrong))
        for group, gap, drawn, wrong in zip(groups, gaps, shrunk, error, strict=True)
    ]
