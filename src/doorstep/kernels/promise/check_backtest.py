"""Verify the figures of a backtest parcel by parcel, in plain Python; borrows no function of what it verifies."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from math import isclose, isnan

from doorstep.kernels.promise.backtest import Figures, Rate
from doorstep.kernels.promise.walked import Walked

EPOCH = date(1970, 1, 1)
_Tally = dict[str, list[tuple[bool, float]]]  # of the decided: on time, weight


def check_backtest(walked: Walked, target_ppm: int, given: Figures, *, shop: bool = False) -> tuple[str, ...]:
    """Reckon every figure but the intervals anew and compare.

    Parameters
    ----------
    walked, target_ppm
        As given to `figures`.
    given
        What it returned.
    shop
        The figures are those of the shop's dates.

    Returns
    -------
    tuple
        A sentence for each figure that differs; empty when all is well.
    """
    target = target_ppm / 1_000_000
    column = list(map(int, walked.targets_ppm)).index(target_ppm)
    decided: list[tuple[bool, float]] = []
    months: _Tally = defaultdict(list)
    regions: _Tally = defaultdict(list)
    arrived: list[tuple[int, int, float]] = []  # promised, arrived, weight
    promises: list[tuple[float, float]] = []
    never = still_open = 0
    for row in range(len(walked)):
        promised = int(walked.shop_days[row]) if shop else int(walked.promised_days[row][column])
        if shop and promised < 0:
            continue
        came, weight = int(walked.arrived_days[row]), float(walked.weight[row])
        promises.append((promised, weight))
        month = f"{EPOCH + timedelta(days=int(walked.placed_day[row])):%Y-%m}"
        region = walked.destination_region[row]
        months[month] += []
        regions[region] += []
        if came < 0 and int(walked.known_days[row]) <= promised:
            still_open += 1
            continue
        verdict = (0 <= came <= promised, weight)
        for tally in (decided, months[month], regions[region]):
            tally.append(verdict)
        if came >= 0:
            arrived.append((promised, came, weight))
        else:
            never += 1
    by_month = {name: _rate(tally) for name, tally in sorted(months.items())}
    by_region = {name: _rate(tally) for name, tally in sorted(regions.items())}
    gaps = [(abs(one.rate - target), 1.0) for one in by_month.values() if not isnan(one.rate)]
    expected: dict[str, object] = {
        "n": len(promises),
        "delivered": len(arrived),
        "undelivered": never,
        "open": still_open,
        "on_time_rate": _rate(decided).rate,
        "on_time_rate_delivered": _rate([(came <= promised, weight) for promised, came, weight in arrived]).rate,
        "mean_promised_days": _mean(promises),
        "mean_early_days": _mean([(promised - came, weight) for promised, came, weight in arrived]),
        "mean_late_days": _mean([(max(came - promised, 0), weight) for promised, came, weight in arrived]),
        "pinball_loss": _mean([(_loss(promised, came, target), weight) for promised, came, weight in arrived]),
        "coverage_by_month": by_month,
        "coverage_by_region": by_region,
        "mean_monthly_deviation": _mean(gaps),
    }
    return _faults(expected, given)


def _faults(expected: dict[str, object], given: Figures) -> tuple[str, ...]:
    faults = [
        f"{name}: expected {value}, given {getattr(given, name)}"
        for name, value in expected.items()
        if not _same(value, getattr(given, name))
    ]
    large = {name: one.rate for name, one in given.coverage_by_region.items() if one.n >= 200 and not isnan(one.rate)}
    if (given.worst_region or large) and large.get(given.worst_region) != min(large.values(), default=None):
        faults.append(f"worst_region: {given.worst_region!r} is not the worst of {sorted(large)}")
    return tuple(faults)


def _rate(tally: list[tuple[bool, float]]) -> Rate:
    return Rate(len(tally), _mean([(float(kept), weight) for kept, weight in tally]))


def _mean(values: list[tuple[float, float]]) -> float:
    below = sum(weight for _, weight in values)
    return sum(value * weight for value, weight in values) / below if below > 0 else float("nan")


def _loss(promised: int, came: int, target: float) -> float:
    return target * (came - promised) if came > promised else (1 - target) * (promised - came)


def _same(one: object, other: object) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(_same(one[name], other[name]) for name in one)
    if isinstance(one, Rate) and isinstance(other, Rate):
        return one.n == other.n and _same(one.rate, other.rate)
    if isinstance(one, float) and isinstance(other, float):
        return (isnan(one) and isnan(other)) or isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    return one == other
