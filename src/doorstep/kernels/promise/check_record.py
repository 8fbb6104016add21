"""Verify a promise record, parcel by parcel and the slow way; shares no code with what made it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from doorstep.domain.disruption import DeclaredDisruption
from doorstep.kernels.promise.check_drift import check_drift
from doorstep.kernels.promise.excuses import Whereabouts
from doorstep.kernels.promise.record import RecordParams
from doorstep.kernels.promise.recorded import GROUP_KINDS, Figures, Group, Interval, Record
from doorstep.kernels.promise.walked import Walked

MILLION = 1_000_000
EPOCH = date(1970, 1, 1)
CLOSE = 1e-9


def check_record(
    walked: Walked,
    params: RecordParams,
    record: Record,
    declared: Sequence[DeclaredDisruption] = (),
    whereabouts: Whereabouts | None = None,
) -> list[str]:
    """Return what is wrong with a record; an empty list: nothing. Intervals are checked to be possible, not redrawn."""
    parcels = range(len(walked))
    at = [int(target) for target in walked.targets_ppm].index(params.target_ppm)
    promised = [int(walked.promised_days[i, at]) for i in parcels]
    stated = [int(walked.stated_ppm[i, at]) / MILLION for i in parcels]
    spared = [_spared(walked, i, promised[i], declared, whereabouts) for i in parcels]
    faults = [
        *_figures_differ("overall", record.overall.figures, walked, parcels, promised, stated, spared, params),
        *_groups_differ(record, walked, promised, stated, spared, params),
        *_bins_differ(record, walked),
        *_choices_differ(record, walked, params),
        *_excuses_differ(record, walked, promised, declared, whereabouts),
        *_worst_differ(record, params),
        *check_drift(walked, at, params.drift, record.drift),
    ]
    own = [i for i in parcels if walked.shop_days[i] >= 0]
    dates = [int(walked.shop_days[i]) for i in parcels]
    spared = [_spared(walked, i, dates[i], declared, whereabouts) for i in parcels]
    faults += _figures_differ("shop", record.shop, walked, own, dates, None, spared, params)
    return faults


def _decided(walked: Walked, i: int, promised: int) -> bool:
    return bool(walked.arrived_days[i] >= 0 or walked.known_days[i] > promised)


def _on_time(walked: Walked, i: int, promised: int) -> bool:
    return bool(0 <= walked.arrived_days[i] <= promised)


def _mean(pairs: Sequence[tuple[float, float]]) -> float | None:
    total = sum(weight for weight, _ in pairs)
    return sum(weight * value for weight, value in pairs) / total if total > 0 else None


def _figures_differ(
    name: str,
    told: Figures,
    walked: Walked,
    parcels: Sequence[int],
    promised: Sequence[int],
    stated: Sequence[float] | None,
    spared: Sequence[bool],
    params: RecordParams,
) -> Iterator[str]:
    w = [float(one) for one in walked.weight]
    y = [int(one) for one in walked.arrived_days]
    target = params.target_ppm / MILLION
    kept = {i: _on_time(walked, i, promised[i]) for i in parcels}
    decided = [i for i in parcels if _decided(walked, i, promised[i])]
    came = [i for i in parcels if y[i] >= 0]
    late = [i for i in decided if not kept[i]]
    unexcused = [i for i in decided if kept[i] or not spared[i]]
    passed = [i for i in parcels if walked.known_days[i] > promised[i]]
    squares = sum(w[i] ** 2 for i in decided)
    weight = sum(w[i] for i in decided)
    expected = {
        "n": len(parcels),
        "delivered": len(came),
        "decided": len(decided),
        "open": len(parcels) - len(decided),
        "late": len(late),
        "excused": sum(spared[i] for i in late),
        "weight": weight,
        "effective_n": weight**2 / squares if squares > 0 else 0.0,
        "on_time_rate": _mean([(w[i], kept[i]) for i in decided]),
        "on_time_rate_delivered": _mean([(w[i], kept[i]) for i in came]),
        "on_time_rate_passed": _mean([(w[i], kept[i]) for i in passed]),
        "on_time_rate_without_excused": _mean([(w[i], kept[i]) for i in unexcused]),
        "stated": _mean([(w[i], stated[i]) for i in decided]) if stated else None,
        "brier": _mean([(w[i], (stated[i] - kept[i]) ** 2) for i in decided]) if stated else None,
        "mean_promised_days": _mean([(w[i], promised[i]) for i in parcels]),
        "mean_early_days": _mean([(w[i], promised[i] - y[i]) for i in came]),
        "mean_late_days": _mean([(w[i], max(0, y[i] - promised[i])) for i in came]),
        "pinball_loss": _mean([(w[i], _pinball(target, promised[i], y[i])) for i in came]),
    }
    for key, value in expected.items():
        if not _same(getattr(told, key), value):
            yield f"{name}: {key} is {getattr(told, key)}, not {value}"
    if told.excused > told.late or told.decided + told.open != told.n:
        yield f"{name}: its counts do not add up"


def _pinball(target: float, promised: int, arrived: int) -> float:
    return target * (arrived - promised) if arrived > promised else (1 - target) * (promised - arrived)


def _same(told: float | None, expected: float | None) -> bool:
    if told is None or expected is None:
        return told is expected
    return abs(told - expected) <= CLOSE * max(1.0, abs(expected))


def _groups_differ(
    record: Record,
    walked: Walked,
    promised: Sequence[int],
    stated: Sequence[float],
    spared: Sequence[bool],
    params: RecordParams,
) -> Iterator[str]:
    for by in GROUP_KINDS:
        members: dict[str, list[int]] = {}
        for i in range(len(walked)):
            members.setdefault(_key(walked, i, by), []).append(i)
        told = {group.key: group for group in record.of(by)}
        if list(told) != sorted(members) or len(told) != len(record.of(by)):
            yield f"{by}: the groups are not those of the parcels"
            continue
        for key, rows in members.items():
            name = f"{by} {key}"
            yield from _figures_differ(name, told[key].figures, walked, rows, promised, stated, spared, params)
            yield from _interval_faults(name, told[key])
    yield from _interval_faults("overall", record.overall)


def _key(walked: Walked, i: int, by: str) -> str:
    placed = EPOCH + timedelta(days=int(walked.placed_day[i]))
    if by == "week":
        return "{0[0]:04d}-W{0[1]:02d}".format(placed.isocalendar())
    if by == "month":
        return f"{placed:%Y-%m}"
    if by == "lane":
        origin, destination = walked.origin_region[i], walked.destination_region[i]
        return f"{origin} > {destination}" if origin or destination else ""
    return str(getattr(walked, by)[i])


def _interval_faults(name: str, group: Group) -> Iterator[str]:
    rate, gap, stated = group.figures.on_time_rate, group.gap, group.figures.stated
    if rate is None or stated is None:
        if group.interval or group.gap_interval or gap is not None:
            yield f"{name}: an interval around nothing"
        return
    if group.interval is None or group.gap_interval is None or not _same(gap, rate - stated):
        yield f"{name}: the gap is {gap}, not {rate - stated}"
        return
    if not (_around(group.interval, rate, 0.0) and _around(group.gap_interval, rate - stated, -1.0)):
        yield f"{name}: an interval does not hold its figure"


def _around(interval: Interval, value: float, least: float) -> bool:
    return least - CLOSE <= interval.low <= value + CLOSE and value - CLOSE <= interval.high <= 1 + CLOSE


def _bins_differ(record: Record, walked: Walked) -> Iterator[str]:
    left = [
        (bin_.n, bin_.weight, bin_.stated * bin_.weight, bin_.observed * bin_.weight) for bin_ in record.reliability
    ]
    sums = [[0.0] * 4 for _ in left]
    for i in range(len(walked)):
        for q in range(len(walked.targets_ppm)):
            ppm, promised, weight = (
                int(walked.stated_ppm[i, q]),
                int(walked.promised_days[i, q]),
                float(walked.weight[i]),
            )
            if walked.known_days[i] <= promised or weight == 0:
                continue
            for place, bin_ in enumerate(record.reliability):
                if bin_.from_ppm <= ppm < bin_.to_ppm or ppm == bin_.to_ppm == MILLION:
                    kept = _on_time(walked, i, promised)
                    moved = (1.0, weight, weight * ppm / MILLION, weight * kept)
                    sums[place] = [a + b for a, b in zip(sums[place], moved, strict=True)]
                    break
            else:
                yield f"reliability: no bin for {ppm}"
    for bin_, told, summed in zip(record.reliability, left, sums, strict=True):
        known = [*told[1:]] if not all(walked.weight > 0) else [*told]
        if any(not _same(a, b) for a, b in zip(known, summed[-len(known) :], strict=True)):
            yield f"reliability: the bin from {bin_.from_ppm} holds {summed}, not {told}"
        if not _around(bin_.interval, bin_.observed, 0.0):
            yield f"reliability: the interval from {bin_.from_ppm} does not hold its figure"
    total = sum(one[1] for one in left)
    error = sum(abs(one[3] - one[2]) for one in left) / total if total > 0 else None
    if not _same(record.calibration_error, error):
        yield f"the calibration error is {record.calibration_error}, not {error}"


def _choices_differ(record: Record, walked: Walked, params: RecordParams) -> Iterator[str]:
    if [one.target_ppm for one in record.what_if] != [int(t) for t in walked.targets_ppm if len(walked)]:
        yield "what if: the targets are not those that were walked"
        return
    costs = []
    for q, one in enumerate(record.what_if):
        decided = [i for i in range(len(walked)) if _decided(walked, i, int(walked.promised_days[i, q]))]
        kept = [(float(walked.weight[i]), _on_time(walked, i, int(walked.promised_days[i, q]))) for i in decided]
        days = [(float(walked.weight[i]), int(walked.promised_days[i, q])) for i in range(len(walked))]
        rate, wait = _mean(kept), _mean(days)
        if not _same(one.figures.on_time_rate, rate) or not _same(one.figures.mean_promised_days, wait):
            yield f"what if {one.target_ppm}: the figures differ"
        if rate is None or wait is None:
            continue
        late, waiting = params.late_cost_micros * (1 - rate), params.day_value_micros * wait
        if abs(one.late_cost_micros - late) > 1 or abs(one.waiting_cost_micros - waiting) > 1:
            yield f"what if {one.target_ppm}: the costs differ"
        if one.cost_micros != one.late_cost_micros + one.waiting_cost_micros:
            yield f"what if {one.target_ppm}: the cost is not the sum of its parts"
        costs.append((one.cost_micros, one.target_ppm))
    if record.cheapest_ppm != (min(costs)[1] if costs else None):
        yield f"what if: {record.cheapest_ppm} is not the cheapest target"


def _spared(
    walked: Walked, i: int, promised: int, declared: Sequence[DeclaredDisruption], places: Whereabouts | None
) -> bool:
    return any(one.excuses and _met(walked, i, promised, one, places) for one in declared)


def _met(walked: Walked, i: int, promised: int, one: DeclaredDisruption, places: Whereabouts | None) -> bool:
    what = one.what
    placed = EPOCH + timedelta(days=int(walked.placed_day[i]))
    if what.ends_on < placed or what.starts_on > placed + timedelta(days=promised):
        return False
    pairs = [
        (what.country, places.country[i] if places else ""),
        (what.site, places.site[i] if places else ""),
        (what.region, walked.destination_region[i]),
        (what.carrier, walked.carrier[i]),
        (what.service, walked.service[i]),
    ]
    postcode = (places.postcode[i] if places else "").replace(" ", "").upper()
    return all(wanted in ("", own) for wanted, own in pairs) and postcode.startswith(what.postcode_prefix)


def _excuses_differ(
    record: Record,
    walked: Walked,
    promised: Sequence[int],
    declared: Sequence[DeclaredDisruption],
    places: Whereabouts | None,
) -> Iterator[str]:
    if [use.declared for use in record.excuses] != list(declared):
        yield "excuses: the disruptions are not those that were declared"
        return
    for use in record.excuses:
        who = [i for i in range(len(walked)) if _met(walked, i, promised[i], use.declared, places)]
        late = [i for i in who if _decided(walked, i, promised[i]) and not _on_time(walked, i, promised[i])]
        told = (use.declared.declared_on - EPOCH).days
        spared = late if use.declared.excuses else []
        before = sum(int(walked.placed_day[i]) >= told for i in spared)
        after = sum(int(walked.placed_day[i]) + promised[i] < told for i in spared)
        if (use.met, use.late, use.excused, use.told_before, use.told_after) != (
            len(who),
            len(late),
            len(spared),
            before,
            after,
        ):
            yield f"excuses: the counts of {use.declared.reason!r} differ"
        if use.excused and not use.declared.reason.strip():
            yield "excuses: one has no reason"


def _worst_differ(record: Record, params: RecordParams) -> Iterator[str]:
    shrunk = [one.gap_shrunk for one in record.worst.groups]
    if shrunk != sorted(shrunk) or any(gap >= 0 for gap in shrunk) or len(shrunk) > params.worst_shown:
        yield "worst: they are not those that fall shortest, in order"
    for one in record.worst.groups:
        if one.group not in record.groups or one.group.figures.decided < params.least_parcels:
            yield f"worst: {one.group.by} {one.group.key} is no group with parcels enough"
        if one.sure and (one.group.gap is None or one.group.gap >= 0):
            yield f"worst: {one.group.by} {one.group.key} is not surely below"
