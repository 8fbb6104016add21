"""Rate breaks and surcharges as arrays, checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.carriage import DIVISOR_WHENS, RateBreak, Surcharge, When
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.money import Currency
from doorstep.kernels.rate import compiled
from doorstep.kernels.rate.compiled import (
    BUCKETS,
    FIXED,
    FLOOR,
    NO_LEAST,
    PERCENT,
    REMOTE_BIT,
    SIGNATURE_BIT,
    TESTS,
    VALUE_PERCENT,
    VALUE_STEP,
    Charges,
    Ladders,
)
from doorstep.kernels.rate.exchange import Converted
from doorstep.kernels.rate.validity import days_of, timeline

IntArray = NDArray[np.int64]
WHEN_CODES: dict[When, int] = {
    "always": compiled.ALWAYS,
    "residential": compiled.RESIDENTIAL,
    "remote": compiled.REMOTE,
    "over_length_mm": compiled.OVER_LENGTH_MM,
    "over_girth_mm": compiled.OVER_GIRTH_MM,
    "over_weight_g": compiled.OVER_WEIGHT_G,
    "saturday": compiled.SATURDAY,
    "signature": compiled.SIGNATURE,
    "over_second_mm": compiled.OVER_SECOND_MM,
    "over_volume_cm3": compiled.OVER_VOLUME_MM3,
    "over_value": compiled.OVER_VALUE_MINOR,
}
_MEASURED: tuple[When, ...] = (*DIVISOR_WHENS, "over_value")
MAX_AMOUNT = 2**53  # of one price, weight or amount in a tariff
MAX_PARTS = 2**62
MM3_PER_CM3 = 1000


def compile_ladders(
    rates: Sequence[Converted[RateBreak]],
    lane_of: Mapping[tuple[str, str], int],
    changes: Sequence[int],
    currency: Currency,
) -> Ladders:
    """Sort the rate breaks of each lane into ladders.

    Parameters
    ----------
    rates
        Rate breaks in any order.
    lane_of
        Index of each (service, zone) pair.
    changes
        The days on which the tariff changes.
    currency
        Decides the minor unit that prices are rounded to.

    Raises
    ------
    InvalidProblem
        A break is malformed, or two of the same weight are in force on the same day.
    """
    groups: list[list[Converted[RateBreak]]] = [[] for _ in lane_of]
    for one in rates:
        _check_break(one.line)
        groups[lane_of[one.line.service, one.line.zone]].append(one)
    for group in groups:
        group.sort(key=lambda one: (one.line.up_to_g, days_of(one)))
        for one, other in pairwise(group):
            if one.line.up_to_g == other.line.up_to_g and days_of(other)[0] <= days_of(one)[1]:
                raise InvalidProblem(f"two prices at once: {break_name(one.line)} and {break_name(other.line)}")
    through = timeline(groups, changes)
    lines = through.lines
    extra = [-1 if one.line.per_extra_kg_micros is None else one.line.per_extra_kg_micros for one in lines]
    up_to_g = np.array([one.line.up_to_g for one in lines], np.int64)
    steps, shift, below = _buckets(through.start, up_to_g)
    return Ladders(
        of=through.of,
        start=through.start,
        up_to_g=up_to_g,
        steps=steps,
        shift=shift,
        below=below,
        price_minor=_amounts([one.minor(one.line.price_micros, currency) for one in lines]),
        price_parts=_amounts([one.line.price_micros * one.exchange.numerator for one in lines]),
        extra_parts=_amounts(
            [-1 if micros < 0 else micros * one.exchange.numerator for micros, one in zip(extra, lines, strict=True)]
        ),
        parts_per_minor=_amounts([currency.micros_per_minor * one.exchange.denominator for one in lines]),
    )


def _buckets(start: NDArray[np.int32], up_to_g: IntArray) -> tuple[NDArray[np.int32], IntArray, NDArray[np.int32]]:
    """Where to begin looking for a weight among the steps of a ladder; see Ladders."""
    known: dict[bytes, int] = {}
    steps = np.zeros(len(start) - 1, np.int32)
    shift: list[int] = []
    below: list[NDArray[np.int32]] = []
    for ladder, (first, end) in enumerate(pairwise(start.tolist())):
        weights = up_to_g[first:end]
        steps[ladder] = known.setdefault(weights.tobytes(), len(below))
        if steps[ladder] == len(below):
            last = int(weights[-1]) if end > first else 0
            shift.append(max(0, last.bit_length() - BUCKETS.bit_length() + 1))
            below.append(np.searchsorted(weights, np.arange(BUCKETS + 1) << shift[-1]).astype(np.int32))
    return steps, np.array(shift, np.int64), np.array(below, np.int32).reshape(-1, BUCKETS + 1)


def compile_charges(
    surcharges: Sequence[Converted[Surcharge]],
    services: Mapping[str, int],
    zones: Mapping[str, int],
    areas: Mapping[str, int],
    changes: Sequence[int],
    currency: Currency,
) -> Charges:
    """Sort the surcharges of each service by sequence, those of one group together, equal ones as they stand.

    Parameters
    ----------
    surcharges
        Surcharges in any order.
    services, zones, areas
        Index of each service, zone name and area.
    changes
        The days on which the tariff changes.
    currency
        Decides the minor unit that fixed amounts are rounded to.

    Raises
    ------
    InvalidProblem
        A surcharge is malformed.
    """
    groups: list[list[Converted[Surcharge]]] = [[] for _ in services]
    for one in surcharges:
        _check_surcharge(one.line, zones, areas)
        groups[services[one.line.service]].append(one)
    group_of = _groups([one.line for one in surcharges])
    for group in groups:
        group.sort(key=lambda one: (one.line.sequence, group_of[one.line.service, one.line.group], one.index))
    through = timeline(groups, changes)
    lines = [one.line for one in through.lines]
    amounts = [_amount(one, currency) for one in through.lines]
    parts = [_parts(one, currency) for one in through.lines]
    least = [
        NO_LEAST if one.line.least_micros is None else one.minor(one.line.least_micros, currency)
        for one in through.lines
    ]
    when, threshold = _conditions(lines, currency)
    needs, tests = _tests(when, threshold)
    return Charges(
        of=through.of,
        start=through.start,
        when=when,
        threshold=threshold,
        kind=np.array([_kind(line) for line in lines], np.int64),
        amount=_amounts(amounts),
        least=_amounts(least),
        step=_amounts([_step(one, currency) for one in through.lines]),
        free=_amounts([one.minor(one.line.free_micros, currency) for one in through.lines]),
        rest_parts=_amounts([rest for rest, _ in parts]),
        parts_per_minor=_amounts([fine for _, fine in parts]),
        zone=np.array([zones[line.zone] if line.zone else -1 for line in lines], np.int32),
        area=np.array([1 << areas[line.area] if line.area else 0 for line in lines], np.int64),
        group=np.array([group_of[line.service, line.group] for line in lines], np.int32),
        sequence=np.array([line.sequence for line in lines], np.int64),
        surcharge=np.array([one.index for one in through.lines], np.int32),
        needs=needs,
        apart=np.array([bool(line.zone or line.area) for line in lines], bool)
        | ((needs == 0) & (when != compiled.ALWAYS)),
        test_when=tests[:, 0].copy(),
        test_threshold=tests[:, 1].copy(),
    )


def _conditions(lines: Sequence[Surcharge], currency: Currency) -> tuple[IntArray, IntArray]:
    """Which measure of a parcel each line looks at, and beyond what it counts."""
    scale = {"over_volume_cm3": MM3_PER_CM3, "over_value": 10**currency.digits}
    when = np.array([WHEN_CODES[line.when] for line in lines], np.int64)
    return when, _amounts(
        [(line.threshold or 0) * scale.get(line.when, 1) if line.when in _MEASURED else 0 for line in lines]
    )


def _tests(when: IntArray, threshold: IntArray) -> tuple[IntArray, IntArray]:
    """The bit that each line needs, and the distinct conditions [t, 2] that have one; those left over have none."""
    bits = {(compiled.ALWAYS, 0): 0, (compiled.REMOTE, 0): 1 << REMOTE_BIT, (compiled.SIGNATURE, 0): 1 << SIGNATURE_BIT}
    found = [pair for pair in dict.fromkeys(zip(when.tolist(), threshold.tolist(), strict=True)) if pair not in bits]
    bits |= {pair: 1 << t for t, pair in enumerate(found[:TESTS])}
    needs = [bits.get(pair, 0) for pair in zip(when.tolist(), threshold.tolist(), strict=True)]
    return np.array(needs, np.int64), np.array(found[:TESTS], np.int64).reshape(-1, 2)


def _amounts(values: Sequence[int]) -> NDArray[np.int64]:
    """Take over amounts. Raises InvalidProblem for one that leaves 64 bits."""
    if values and max(max(values), -min(values)) > MAX_PARTS:
        raise InvalidProblem("an amount, converted, is more than can be reckoned with exactly")
    return np.array(values, np.int64)


def _amount(one: Converted[Surcharge], currency: Currency) -> int:
    """Give a percent as it is, what a step costs in whole minor units, and any other amount rounded to them."""
    if one.line.percent:
        return one.line.amount_micros
    if one.line.step_micros is None:
        return one.minor(one.line.amount_micros, currency)
    return one.line.amount_micros * one.exchange.numerator // (currency.micros_per_minor * one.exchange.denominator)


def _parts(one: Converted[Surcharge], currency: Currency) -> tuple[int, int]:
    """Give what a step costs besides whole minor units, and the parts that a minor unit has."""
    if one.line.step_micros is None:
        return 0, 1
    fine = currency.micros_per_minor * one.exchange.denominator
    return one.line.amount_micros * one.exchange.numerator % fine, fine


def _step(one: Converted[Surcharge], currency: Currency) -> int:
    if one.line.step_micros is None:
        return 1
    step = one.minor(one.line.step_micros, currency)
    if step < 1:
        raise InvalidProblem(f"{surcharge_name(one.line)}: a step of the value is less than the smallest coin")
    return step


def _kind(line: Surcharge) -> int:
    if line.step_micros is not None:
        return VALUE_STEP
    if line.floor:
        return FLOOR
    if line.percent:
        return VALUE_PERCENT if line.of_value else PERCENT
    return FIXED


def _groups(lines: Sequence[Surcharge]) -> dict[tuple[str, str], int]:
    """Number the groups of each service; -1: none. Raises InvalidProblem for one of several sequences."""
    found: dict[tuple[str, str], int] = {}
    sequence: dict[tuple[str, str], int] = {}
    for line in lines:
        key = (line.service, line.group)
        found.setdefault(key, len(found) if line.group else -1)
        if line.group and sequence.setdefault(key, line.sequence) != line.sequence:
            raise InvalidProblem(
                f"surcharge {line.surcharge} of service {line.service}: group {line.group} has two sequences"
            )
    return found


def _check_break(line: RateBreak) -> None:
    extra = line.per_extra_kg_micros or 0
    if not (0 <= line.up_to_g <= MAX_AMOUNT and 0 <= line.price_micros <= MAX_AMOUNT and 0 <= extra <= MAX_AMOUNT):
        raise InvalidProblem(f"weight or price out of range: {break_name(line)}")
    if days_of(line)[0] > days_of(line)[1]:
        raise InvalidProblem(f"never valid: {break_name(line)}")


def _check_surcharge(line: Surcharge, zones: Mapping[str, int], areas: Mapping[str, int]) -> None:
    name = surcharge_name(line)
    least = line.least_micros or 0
    if line.when not in WHEN_CODES:
        raise InvalidProblem(f"{name}: when {line.when!r} not understood")
    if line.when in _MEASURED and (line.threshold is None or not 0 <= line.threshold <= MAX_AMOUNT):
        raise InvalidProblem(f"{name}: {line.when} needs a threshold of 0 or more")
    if max(abs(line.amount_micros), abs(line.sequence), abs(least)) > MAX_AMOUNT:
        raise InvalidProblem(f"{name}: amount or sequence out of range")
    if (line.floor and line.percent) or (line.of_value and not line.percent):
        raise InvalidProblem(f"{name}: a floor is no percent, and only a percent is of the value")
    if line.step_micros is not None and (line.percent or line.floor or not 0 < line.step_micros <= MAX_AMOUNT):
        raise InvalidProblem(f"{name}: steps of the value are above 0, and neither for a percent nor for a floor")
    if not 0 <= line.free_micros <= MAX_AMOUNT or (line.free_micros and line.step_micros is None):
        raise InvalidProblem(f"{name}: only of steps of the value a part is free, and it is 0 or more")
    if (line.zone and line.zone not in zones) or (line.area and line.area not in areas):
        raise InvalidProblem(f"{name}: zone {line.zone!r} or area {line.area!r} is not there")
    if (line.zone or line.area) and line.when in ("signature", "saturday"):
        raise InvalidProblem(f"{name}: {line.when} is had everywhere or nowhere")
    if days_of(line)[0] > days_of(line)[1]:
        raise InvalidProblem(f"{name} is never valid")


def surcharge_name(line: Surcharge) -> str:
    """Name a surcharge for people."""
    return f"surcharge {line.surcharge} of service {line.service}"


def break_name(line: RateBreak) -> str:
    """Name a rate break for people."""
    first = line.valid_from.isoformat() if line.valid_from else "always"
    last = line.valid_to.isoformat() if line.valid_to else "open"
    return f"service {line.service}, zone {line.zone}, up to {line.up_to_g} g ({first} to {last})"
