"""Verify a record of carriers from the parcels themselves, one by one; shares no code with what made it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from doorstep.domain.learned import PastParcel
from doorstep.kernels.learn.carrier_record import CarrierParams, CarrierRecord, Chart, Comparison, Credible, Standing

EPOCH = date(1970, 1, 1)
CLOSE = 1e-6
OTHERS = "(others)"


def check_carriers(
    record: CarrierRecord, parcels: Iterable[PastParcel], as_of: date, params: CarrierParams, who: str = "service"
) -> list[str]:
    """Name what contradicts the parcels; nothing: the record may be believed as far as counts and order go.

    Parameters
    ----------
    record
        As `carriers` made it.
    parcels, as_of, params, who
        What it was made from.
    """
    decided = [one for one in parcels if _decided(one, as_of, who)]
    told = {one.service for one in record.standings}
    by: dict[str, list[PastParcel]] = defaultdict(list)
    for one in decided:
        name = getattr(one, who)
        by[name if name in told else OTHERS].append(one)
    faults: list[str] = []
    if record.parcels != len(decided):
        faults.append(f"{record.parcels} parcels, not {len(decided)}")
    if sum(one.parcels for one in record.standings) != record.parcels:
        faults.append("parcels of services do not add up")
    for standing in record.standings:
        faults += _standing_differs(standing, by[standing.service], as_of, params)
    faults += _ranks_differ(record.standings)
    for pair in record.comparisons:
        faults += _pair_differs(pair, by, record.standings)
    for chart in record.charts:
        faults += _chart_differs(chart, by[chart.service], as_of, params)
    alarms = [(one.service, one.alarm_day) for one in record.charts if one.alarm_day is not None]
    if alarms != [(one.service, one.alarm_day) for one in record.investigations]:
        faults.append("investigations are not those of the alarms")
    for case in record.investigations:
        late = {one.parcel for one in by[case.service] if not _kept(one) and not _behind(one)}
        if not set(case.parcels) <= late or case.late < len(case.parcels):
            faults.append(f"{case.service}: the evidence names parcels that were not late")
    return faults


def _decided(one: PastParcel, as_of: date, who: str) -> bool:
    handed, delivered = one.handed_over_at, one.delivered_at
    if one.placed_at.date() >= as_of or handed is None or handed.date() >= as_of or not getattr(one, who):
        return False
    if handed.date() < one.placed_at.date() or (delivered is not None and delivered.date() < handed.date()):
        return False
    return one.sample_weight > 0 and one.promised_by is not None and one.promised_by < as_of


def _kept(one: PastParcel) -> bool:
    assert one.promised_by is not None
    return one.delivered_at is not None and one.delivered_at.date() <= one.promised_by


def _behind(one: PastParcel) -> bool:
    assert one.promised_by is not None
    assert one.handed_over_at is not None
    return one.handed_over_at.date() > min(one.promised_by, one.ready_by or one.promised_by)


def _lane(one: PastParcel) -> tuple[str, ...]:
    region = one.destination_region.removeprefix(f"{one.destination_country}-")
    there = region or one.destination_postcode.strip()[:1].upper()
    return one.origin_country, one.origin_postcode.strip()[:1].upper(), one.destination_country, there


def _standing_differs(told: Standing, own: Sequence[PastParcel], as_of: date, params: CarrierParams) -> Iterator[str]:
    never = sum(one.delivered_at is None or one.delivered_at.date() >= as_of for one in own)
    behind = [one for one in own if _behind(one)]
    counts = len(own), sum(not _kept(one) for one in own), never, len(behind), sum(not _kept(one) for one in behind)
    if counts != (told.parcels, told.late, told.never, told.shipper_late, told.late_after):
        yield f"{told.service}: the counts are {counts}"
    in_time = [one for one in own if not _behind(one)]
    total = sum(one.sample_weight for one in in_time)
    raw = sum(one.sample_weight for one in in_time if _kept(one)) / total if total else None
    if (raw is None) != (told.raw is None) or abs((raw or 0.0) - (told.raw or 0.0)) > CLOSE:
        yield f"{told.service}: the raw share is {raw}"
    paid = [one for one in own if one.freight_paid_micros is not None]
    freight, kept = sum(one.freight_paid_micros or 0 for one in paid), sum(_kept(one) for one in paid)
    costs = (freight, freight + params.late_cost_micros * (len(paid) - kept))
    for cost, each in zip(costs, (told.per_kept_micros, told.per_kept_with_late_micros), strict=True):
        if (each is None) != (kept == 0) or (each is not None and abs(each * kept - cost) * 2 > kept):
            yield f"{told.service}: {each} a kept promise is not {cost} over {kept}"
    for one in (told.on_time, told.undamaged, told.first_attempt):
        if one is not None and not _holds(one, 0.0):
            yield f"{told.service}: an interval does not hold its mean"


def _holds(one: Credible, least: float) -> bool:
    return least - CLOSE <= one.low <= one.high <= 1 + CLOSE and one.low - 0.05 <= one.mean <= one.high + 0.05


def _ranks_differ(standings: Sequence[Standing]) -> Iterator[str]:
    groups: dict[int, list[Standing]] = defaultdict(list)
    for one in standings:
        if (one.rank is None) != (one.on_time is None):
            yield f"{one.service}: a rank without a rate, or a rate without a rank"
        elif one.rank is not None:
            groups[one.group].append(one)
    for number, members in groups.items():
        members.sort(key=lambda one: one.rank or 0)
        means = [one.on_time.mean for one in members if one.on_time]
        if [one.rank for one in members] != list(range(1, len(members) + 1)) or means != sorted(means, reverse=True):
            yield f"group {number}: the order is not that of the means"
        if abs(sum(one.best or 0.0 for one in members) - 1) > CLOSE:
            yield f"group {number}: somebody is the best, surely"


def _pair_differs(pair: Comparison, by: dict[str, list[PastParcel]], standings: Sequence[Standing]) -> Iterator[str]:
    a, b = ([one for one in by[name] if not _behind(one)] for name in (pair.a, pair.b))
    shared = {_lane(one) for one in a} & {_lane(one) for one in b}
    counts = len(shared), sum(_lane(one) in shared for one in a), sum(_lane(one) in shared for one in b)
    if counts != (pair.lanes, pair.parcels_a, pair.parcels_b):
        yield f"{pair.a} and {pair.b}: they share {counts}"
    if (pair.better is None) != (not shared) or (pair.difference is None) != (not shared):
        yield f"{pair.a} and {pair.b}: compared without a shared lane, or not compared with one"
    if pair.better is not None and not 0 <= pair.better <= 1:
        yield f"{pair.a} and {pair.b}: {pair.better} is no probability"
    if pair.difference is not None and not _holds(pair.difference, -1.0):
        yield f"{pair.a} and {pair.b}: the interval does not hold its mean"
    number = {one.service: one.group for one in standings}
    if shared and number[pair.a] != number[pair.b]:
        yield f"{pair.a} and {pair.b}: they share a lane and no group"


def _chart_differs(chart: Chart, own: Sequence[PastParcel], as_of: date, params: CarrierParams) -> Iterator[str]:
    due: dict[int, list[bool]] = defaultdict(list)
    for one in own:
        if not _behind(one) and one.promised_by is not None:
            known = one.promised_by + timedelta(days=1)
            due[(known - timedelta(days=known.weekday()) - EPOCH).days].append(not _kept(one))
    this_week = (as_of - timedelta(days=as_of.weekday()) - EPOCH).days
    weeks = {day: late for day, late in due.items() if day < this_week}
    if {week.first_day: (week.due, week.late) for week in chart.weeks} != {
        d: (len(x), sum(x)) for d, x in weeks.items()
    }:
        yield f"{chart.service}: the weeks of its chart differ"
    total, alarm = 0.0, None
    for week in chart.weeks:
        if week.watched != (week.first_day >= this_week - 7 * params.watch_weeks):
            yield f"{chart.service}: the watch is not the last {params.watch_weeks} weeks"
        if week.sum is None:
            continue
        score = (week.late - week.expected) / week.variance**0.5 / chart.scatter
        total = max(0.0, total + score - 0.5)
        if abs(total - week.sum) > CLOSE * max(1.0, total):
            yield f"{chart.service}: the sum of the week of day {week.first_day} is {total}"
        if alarm is None and total > chart.limit:
            alarm = week.first_day + 7
    if alarm != chart.alarm_day or (chart.state == "alarm") != (alarm is not None):
        yield f"{chart.service}: the alarm is of day {alarm}"
