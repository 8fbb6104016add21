"""The inner loop of rating: one pass over parcels x services, writing into arrays that the caller owns."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from doorstep.kernels.compiled import compiled

if TYPE_CHECKING:
    from numpy import bool_, int32, int64, uint8
    from numpy.typing import NDArray

# Reasons, in order of precedence. They live in this file because the disk cache of a compiled function is renewed
# only when the function's own file changes.
ELIGIBLE = 0
NO_ZONE = 1
WRONG_DESTINATION_KIND = 2
TOO_SLOW = 3
TOO_HEAVY = 4
TOO_LONG = 5
GIRTH = 6
NO_SIGNATURE = 7
NO_SATURDAY = 8
NO_RATE = 9

# Conditions of a surcharge.
ALWAYS = 0
RESIDENTIAL = 1
REMOTE = 2
OVER_LENGTH_MM = 3
OVER_GIRTH_MM = 4
OVER_WEIGHT_G = 5
SATURDAY = 6
SIGNATURE = 7
OVER_SECOND_MM = 8
OVER_VOLUME_MM3 = 9
OVER_VALUE_MINOR = 10
CONDITIONS = 11  # each holds when its measure of the parcel, 0 or 1 where it is a yes or no, exceeds the threshold

# What the amount of a surcharge is.
FIXED = 0
PERCENT = 1  # of freight and all lines of lower sequence
VALUE_PERCENT = 2  # of the declared value
FLOOR = 3  # what freight and all lines of lower sequence are brought up to
VALUE_STEP = 4  # for each begun step of the declared value above what is free

TESTS = 60  # of parcels alone, that have a bit of their own in what a surcharge needs
REMOTE_BIT = 60  # beside the tests: what hangs on the service, too
SIGNATURE_BIT = 61
BUCKETS = 256  # of weights, into which the steps of a ladder fall

NO_LEAST = -(2**62)
PERCENT_MICROS = 100_000_000  # an amount of this many millionths of a percent is the whole base
HALF_PERCENT_MICROS = 50_000_000  # added before a constant division, which is quicker than any other: half up
GRAMS_PER_KG = 1000


class Offers(NamedTuple):
    """What each of s services takes; e counts the epochs between two changes of the tariff."""

    speed: NDArray[int64]  # [s] index into SPEEDS
    delivers_to: NDArray[int64]  # [s] one bit of DELIVERS_TO
    max_weight_g: NDArray[int64]  # [s]
    max_length_mm: NDArray[int64]  # [s]
    max_girth_mm: NDArray[int64]  # [s] the largest integer: no limit
    dim_divisor: NDArray[int64]  # [s] cm3 per kg; 0: gross weight only
    dim_start: NDArray[int64]  # [s + 1] first of the divisors by size of each service, the strongest first
    dim_when: NDArray[int64]  # [divisors]
    dim_threshold: NDArray[int64]  # [divisors]
    dim_other: NDArray[int64]  # [divisors] in place of `dim_divisor`
    signs: NDArray[bool_]  # [s] signed for without a surcharge
    signature: NDArray[bool_]  # [s, e] a signature can be had, by the service or a surcharge
    saturday: NDArray[bool_]  # [s, e] likewise


class Lanes(NamedTuple):
    """Which zone a route falls in. A lane is a (service, zone) pair."""

    origin_class: NDArray[int32]  # [origins]
    destination_class: NDArray[int32]  # [destinations]
    code: NDArray[int32]  # [origin classes, destination classes, s] 2 x lane + remote; -1: not served
    zone: NDArray[int32]  # [lanes] index into the zone names
    area: NDArray[int64]  # [destination classes] one bit of each area that it lies in


class Ladders(NamedTuple):
    """Rate breaks in force together, ascending; equal ladders of consecutive epochs are stored once."""

    of: NDArray[int32]  # [lanes, e] which ladder
    start: NDArray[int32]  # [ladders + 1] its first break; it ends where the next starts
    up_to_g: NDArray[int64]  # [breaks]
    price_minor: NDArray[int64]  # [breaks] rounded
    price_parts: NDArray[int64]  # [breaks] the price in `parts_per_minor` of the minor unit
    extra_parts: NDArray[int64]  # [breaks] per kg begun beyond; -1: none
    parts_per_minor: NDArray[int64]  # [breaks] fine enough for the rate of exchange
    steps: NDArray[int32]  # [ladders] whose steps they are; most ladders of a carrier have the same
    shift: NDArray[int64]  # [steps] a bucket is 2 to this many grams
    below: NDArray[int32]  # [steps, BUCKETS + 1] how many steps end before the bucket begins


class Charges(NamedTuple):
    """Surcharges in force together, by sequence; equal lists of consecutive epochs are stored once."""

    of: NDArray[int32]  # [s, e] which list
    start: NDArray[int32]  # [lists + 1]
    when: NDArray[int64]  # [charges]
    threshold: NDArray[int64]  # [charges] 0 where the condition is a yes or no
    kind: NDArray[int64]  # [charges]
    amount: NDArray[int64]  # [charges] minor units, or millionths of a percent
    least: NDArray[int64]  # [charges] minor units
    step: NDArray[int64]  # [charges] minor units of value; of the other kinds 1
    free: NDArray[int64]  # [charges] minor units of value; of the other kinds 0
    rest_parts: NDArray[int64]  # [charges] what a step costs besides whole minor units, in `parts_per_minor`
    parts_per_minor: NDArray[int64]  # [charges]
    zone: NDArray[int32]  # [charges] index into the zone names; -1: any
    area: NDArray[int64]  # [charges] the bit of its area; 0: everywhere
    group: NDArray[int32]  # [charges] the lines of one stand together, only the dearest counts; -1: none
    sequence: NDArray[int64]  # [charges]
    surcharge: NDArray[int32]  # [charges] index into the tariff's surcharges
    needs: NDArray[int64]  # [charges] the bit of its condition; 0: none, or it has no bit
    apart: NDArray[bool_]  # [charges] there is more to be asked than that bit
    test_when: NDArray[int64]  # [tests] the distinct conditions on parcels alone, each of one bit
    test_threshold: NDArray[int64]  # [tests]


class ParcelRows(NamedTuple):
    """The arrays of `Parcels`, and the epoch of each ship day ([n, 1] or [n, s])."""

    origin: NDArray[int64]
    destination: NDArray[int64]
    epoch: NDArray[int32]
    weight_g: NDArray[int64]
    size_mm: NDArray[int64]
    residential: NDArray[bool_]
    signature: NDArray[bool_]
    saturday: NDArray[bool_]
    accepts: NDArray[int64]
    slowest: NDArray[int64]
    value_minor: NDArray[int64]


class Quotes(NamedTuple):
    """Output, all [n, s]."""

    reason: NDArray[uint8]
    freight_minor: NDArray[int64]
    surcharges_minor: NDArray[int64]
    billed_weight_g: NDArray[int64]
    zone: NDArray[int32]


@compiled
def divide_half_up(numerator: int, denominator: int) -> int:
    """Divide with halves going up."""
    return (2 * numerator + denominator) // (2 * denominator)


@compiled
def freight_of(ladders: Ladders, ladder: int, billed_g: int) -> int:
    """Freight in minor units; -1: no break of the ladder carries the weight."""
    first = ladders.start[ladder]
    end = ladders.start[ladder + 1]
    steps = ladders.steps[ladder]
    bucket = min(billed_g >> ladders.shift[steps], BUCKETS)
    low = first + ladders.below[steps, bucket]
    left = first + ladders.below[steps, min(bucket + 1, BUCKETS)] - low
    while left > 0:  # halving without a branch on what is compared, which nobody could foresee
        half = (left + 1) // 2
        low += half * (ladders.up_to_g[low + half - 1] < billed_g)
        left -= half
    if low < end:
        price: int = ladders.price_minor[low]
        return price
    last = end - 1
    if first == end or ladders.extra_parts[last] < 0:
        return -1
    kilograms = (billed_g - ladders.up_to_g[last] + GRAMS_PER_KG - 1) // GRAMS_PER_KG
    # Whole minor units apart from the rest: the products stay small, however fine the parts are.
    fine = ladders.parts_per_minor[last]
    whole = ladders.price_parts[last] // fine + kilograms * (ladders.extra_parts[last] // fine)
    rest = ladders.price_parts[last] % fine + kilograms * (ladders.extra_parts[last] % fine)
    minor: int = whole + divide_half_up(rest, fine)
    return minor


@compiled
def tests_of(when: NDArray[int64], threshold: NDArray[int64], measures: NDArray[int64]) -> int64:
    """The bits of those conditions that a parcel meets on any service."""
    bits = np.int64(0)
    for t in range(when.shape[0]):
        bits |= np.int64(measures[when[t]] > threshold[t]) << t
    return bits


@compiled
def rate_parcels(
    first: int,
    last: int,
    parcels: ParcelRows,
    offers: Offers,
    lanes: Lanes,
    ladders: Ladders,
    charges: Charges,
    quotes: Quotes,
) -> None:
    """Rate parcels `first` to `last` (exclusive) on every service. `quotes` holds zeros beforehand."""
    per_service = parcels.epoch.shape[1] > 1
    measures = np.zeros(CONDITIONS, np.int64)
    measures[ALWAYS] = 1
    for p in range(first, last):
        a, b, c = parcels.size_mm[p, 0], parcels.size_mm[p, 1], parcels.size_mm[p, 2]
        length = max(a, b, c)
        girth = 2 * (a + b + c) - length
        second = a + b + c - length - min(a, b, c)
        volume = a * b * c
        weight = parcels.weight_g[p]
        origin = lanes.origin_class[parcels.origin[p]]
        destination = lanes.destination_class[parcels.destination[p]]
        areas = lanes.area[destination]
        measures[RESIDENTIAL] = parcels.residential[p]
        measures[SATURDAY] = parcels.saturday[p]
        measures[OVER_LENGTH_MM] = length
        measures[OVER_SECOND_MM] = second
        measures[OVER_GIRTH_MM] = girth
        measures[OVER_WEIGHT_G] = weight
        measures[OVER_VOLUME_MM3] = volume
        measures[OVER_VALUE_MINOR] = parcels.value_minor[p]
        tests = tests_of(charges.test_when, charges.test_threshold, measures)
        for s in range(offers.speed.shape[0]):
            epoch = parcels.epoch[p, s if per_service else 0]
            divisor = offers.dim_divisor[s]
            for k in range(offers.dim_start[s], offers.dim_start[s + 1]):
                if measures[offers.dim_when[k]] > offers.dim_threshold[k]:
                    divisor = offers.dim_other[k]
                    break
            billed = weight
            if divisor > 0:
                # mm3 / (cm3 per kg) is grams
                billed = max(weight, (volume + divisor - 1) // divisor)
            quotes.billed_weight_g[p, s] = billed
            code = lanes.code[origin, destination, s]
            if code < 0:
                quotes.zone[p, s] = -1
                quotes.reason[p, s] = NO_ZONE
                continue
            lane = code >> 1
            measures[REMOTE] = code & 1
            measures[SIGNATURE] = parcels.signature[p] and not offers.signs[s]
            holds = tests | measures[REMOTE] << REMOTE_BIT | measures[SIGNATURE] << SIGNATURE_BIT
            quotes.zone[p, s] = lanes.zone[lane]

            reason = ELIGIBLE
            freight = 0
            if parcels.accepts[p] & offers.delivers_to[s] == 0:
                reason = WRONG_DESTINATION_KIND
            elif offers.speed[s] < parcels.slowest[p]:
                reason = TOO_SLOW
            elif weight > offers.max_weight_g[s]:
                reason = TOO_HEAVY
            elif length > offers.max_length_mm[s]:
                reason = TOO_LONG
            elif girth > offers.max_girth_mm[s]:
                reason = GIRTH
            elif parcels.signature[p] and not offers.signature[s, epoch]:
                reason = NO_SIGNATURE
            elif parcels.saturday[p] and not offers.saturday[s, epoch]:
                reason = NO_SATURDAY
            else:
                freight = freight_of(ladders, ladders.of[lane, epoch], billed)
                if freight < 0:
                    reason = NO_RATE
            quotes.reason[p, s] = reason
            if reason != ELIGIBLE:
                continue
            quotes.freight_minor[p, s] = freight

            # A percent sees the lines of lower sequence only: `base` moves when the sequence does.
            total, base, sequence = freight, freight, 0
            group, dearest = -1, 0  # of the last line charged; of the lines of its group so far
            charge_list = charges.of[s, epoch]
            for k in range(charges.start[charge_list], charges.start[charge_list + 1]):
                if charges.needs[k] & ~holds != 0:
                    continue
                if charges.apart[k] and (  # not a function of its own: handing all of `charges` over costs more
                    measures[charges.when[k]] <= charges.threshold[k]
                    or (charges.zone[k] >= 0 and charges.zone[k] != lanes.zone[lane])
                    or (charges.area[k] != 0 and charges.area[k] & areas == 0)
                ):
                    continue
                if charges.sequence[k] != sequence:
                    sequence = charges.sequence[k]
                    base = total
                kind = charges.kind[k]
                amount = charges.amount[k]
                if kind == PERCENT:
                    amount = (base * amount + HALF_PERCENT_MICROS) // PERCENT_MICROS
                elif kind == VALUE_PERCENT:
                    amount = (parcels.value_minor[p] * amount + HALF_PERCENT_MICROS) // PERCENT_MICROS
                elif kind == FLOOR:
                    amount = max(0, amount - base)
                elif kind == VALUE_STEP:
                    steps = (parcels.value_minor[p] - charges.free[k] + charges.step[k] - 1) // charges.step[k]
                    if steps <= 0:
                        continue
                    amount = steps * amount + divide_half_up(steps * charges.rest_parts[k], charges.parts_per_minor[k])
                amount = max(amount, charges.least[k])
                if charges.group[k] >= 0 and charges.group[k] == group:
                    extra = max(0, amount - dearest)
                    dearest += extra
                    total += extra
                else:
                    group = charges.group[k]
                    dearest = amount
                    total += amount
            quotes.surcharges_minor[p, s] = total - freight
