"""Verify the charts of drift, parcel by parcel and day by day; shares no code with what drew them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

from doorstep.kernels.promise.drift import DriftParams
from doorstep.kernels.promise.recorded import Alarm, DriftChart
from doorstep.kernels.promise.walked import Walked

MILLION = 1_000_000
CLOSE = 1e-6


def check_drift(walked: Walked, at: int, params: DriftParams, charts: Sequence[DriftChart]) -> list[str]:
    """Return what is wrong with charts; an empty list: nothing."""
    faults: list[str] = []
    expected = {("all", "")} if len(walked) else set()
    carriers_of: dict[str, set[str]] = {}
    for carrier, service in zip(walked.carrier, walked.service, strict=True):
        carriers_of.setdefault(service, set()).add(carrier)
    carriers = set(walked.carrier)
    again = len(carriers_of) == len(carriers) and all(len(one) == 1 for one in carriers_of.values())
    expected |= {("carrier", key) for key in carriers if len(carriers) > 1}
    expected |= {("service", key) for key in carriers_of if len(carriers_of) > 1 and not again}
    if {(chart.by, chart.key) for chart in charts} != expected or len(charts) != len(expected):
        faults.append("drift: the charts are not those of all parcels, each carrier and each service")
        return faults
    for chart in charts:
        rows = [i for i in range(len(walked)) if chart.by == "all" or getattr(walked, chart.by)[i] == chart.key]
        faults += _chart_differs(walked, at, params, chart, rows)
    return faults


def _chart_differs(
    walked: Walked, at: int, params: DriftParams, chart: DriftChart, rows: Sequence[int]
) -> Iterator[str]:
    name = f"drift of {chart.by} {chart.key}"
    limit = _limit(params)
    later = earlier = 0.0
    expected, raised = [], []
    was = {"later": False, "earlier": False}
    for day, sums in _points(walked, at, params, rows):
        size, variance, third, promises = sums
        tolerated = params.tolerance_ppm / MILLION * promises
        later = min(limit, max(0.0, later - _score(size + tolerated, variance, third) - params.allowance))
        earlier = min(limit, max(0.0, earlier + _score(size - tolerated, variance, third) - params.allowance))
        expected.append((day, later / limit, earlier / limit))
        for way, value in (("earlier", earlier), ("later", later)):
            if value >= limit and not was[way]:
                raised.append((day, way))
                was[way] = True
            elif value == 0.0:
                was[way] = False
    told = [(point.day, point.later, point.earlier) for point in chart.points]
    if len(told) != len(expected) or any(
        a[0] != b[0] or abs(a[1] - b[1]) > CLOSE or abs(a[2] - b[2]) > CLOSE
        for a, b in zip(told, expected, strict=True)
    ):
        yield f"{name}: the points differ"
    if [(alarm.raised_day, alarm.direction) for alarm in chart.alarms] != sorted(raised):
        yield f"{name}: the alarms differ"
    if any(not _in_order(alarm) for alarm in chart.alarms):
        yield f"{name}: an alarm ends before it begins"


def _in_order(alarm: Alarm) -> bool:
    return alarm.since_day <= alarm.raised_day and (alarm.cleared_day is None or alarm.raised_day < alarm.cleared_day)


def _score(size: float, variance: float, third: float) -> float:
    plain = size / math.sqrt(variance)
    near = min(3.0, max(-3.0, plain))
    return plain - third / math.sqrt(variance) ** 3 * (near**2 - 1) / 6


def _limit(params: DriftParams) -> float:
    """Step towards the limit: so many points pass until one of two sums errs (Siegmund)."""
    limit, step = 0.0, 8.0
    while step > 1e-9:
        reach = 2 * params.allowance * (limit + step + 1.166)
        if (math.exp(reach) - reach - 1) / (2 * params.allowance**2) < 2 * params.points_per_false_alarm:
            limit += step
        step /= 2
        if limit > 60:
            break
    return limit


def _points(
    walked: Walked, at: int, params: DriftParams, rows: Sequence[int]
) -> Iterator[tuple[int, tuple[float, float, float, float]]]:
    """Yield what each point gathered: size, variance, third moment, promises."""
    days: dict[int, list[float]] = {}
    for i in rows:
        for day, size, variance, third, part in _moves(walked, at, i):
            weight = float(walked.weight[i])
            found = days.setdefault(day, [0.0] * 5)
            terms = (weight * size, weight**2 * variance, weight**3 * third, weight * part, weight * variance)
            for place, term in enumerate(terms):
                found[place] += term
    gathered = [0.0] * 5
    for day in sorted(days):
        gathered = [a + b for a, b in zip(gathered, days[day], strict=True)]
        if gathered[1] > 0 and gathered[4] ** 2 / gathered[1] >= params.least_variance:
            yield day, (gathered[0], gathered[1], gathered[2], gathered[3])
            gathered = [0.0] * 5


def _moves(walked: Walked, at: int, i: int) -> Iterator[tuple[int, float, float, float, float]]:
    """Yield day, size, variance, third moment and part of each date of a parcel, as exact fractions until the end."""
    stated: list[Fraction] = []
    for q in range(at + 1):
        stated.append(max([Fraction(int(walked.stated_ppm[i, q]), MILLION), *stated]))
    final, before, hope = stated[at], Fraction(0), stated[at]
    here = True  # still on its way
    for q in range(at + 1):
        date = int(walked.promised_days[i, q])
        now = stated[q]
        if walked.known_days[i] <= date:
            return
        after = (final - now) / (1 - now) if now < 1 else Fraction(0)
        chance = (now - before) / (1 - before) if before < 1 else Fraction(1)
        came = 0 <= int(walked.arrived_days[i]) <= date
        size = variance = third = Fraction(0)
        if here:
            size = (1 if came else after) - hope
            variance = chance * (1 - chance) * (1 - after) ** 2
            third = variance * (1 - 2 * chance) * (1 - after)
        part = (now - before) / final if final else Fraction(0)
        yield int(walked.placed_day[i]) + date, float(size), float(variance), float(third), float(part)
        here, before, hope = not came, now, after
