"""Why a service takes a parcel or not, in words, with the least change that would make it eligible."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from doorstep.domain.carriage import DELIVERS_TO, SPEEDS, When
from doorstep.domain.units import divide_half_up, divide_up, girth_mm
from doorstep.kernels.rate import compiled
from doorstep.kernels.rate import obstacles as words
from doorstep.kernels.rate.compiled import PERCENT_MICROS
from doorstep.kernels.rate.problem import RateProblem
from doorstep.kernels.rate.result import RateResult


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """One line of a parcel's price, rounded."""

    name: str  # `freight`, or the surcharge
    amount_minor: int


def explain(problem: RateProblem, result: RateResult, parcel: int, service: int) -> str:
    """Say what a parcel costs on a service, or everything that stands in its way and by how much.

    Parameters
    ----------
    problem, result
        What was rated, and the outcome.
    parcel, service
        Indices into the result.

    Returns
    -------
    str
        The charge lines of an eligible pair. Otherwise each obstacle with its excess, the reported reason first:
        removing them all makes the pair eligible, a route that is not served apart, whose rates are unknown.
    """
    if result.reason[parcel, service] == compiled.ELIGIBLE:
        currency = problem.tables.currency
        lines = charge_lines(problem, result, parcel, service)
        shown = ", ".join(f"{line.name} {currency.text(line.amount_minor)}" for line in lines)
        return f"{shown}: {currency.text(sum(line.amount_minor for line in lines))} {currency.code}"
    return "; ".join(_obstacles(problem, result, parcel, service))


def charge_lines(problem: RateProblem, result: RateResult, parcel: int, service: int) -> tuple[ChargeLine, ...]:
    """Itemise the price of an eligible pair; the amounts add up to the result's price.

    Parameters
    ----------
    problem, result
        What was rated, and the outcome.
    parcel, service
        Indices into the result.
    """
    charges = problem.tables.charges
    freight = int(result.freight_minor[parcel, service])
    lines = [ChargeLine("freight", freight)]
    total, base, sequence, group = freight, freight, None, -1
    charge_list = charges.of[service, _epoch(problem, parcel, service)]
    for k in range(charges.start[charge_list], charges.start[charge_list + 1]):
        surcharge = problem.tables.surcharges[charges.surcharge[k]]
        if surcharge.sequence != sequence:
            base, sequence = total, surcharge.sequence
        if not _applies(problem, result, k, parcel, service):
            continue
        amount = _amount(problem, k, base, parcel)
        if charges.group[k] >= 0 and charges.group[k] == group:
            if amount <= lines[-1].amount_minor:
                continue
            total -= lines.pop().amount_minor
        group = int(charges.group[k])
        lines.append(ChargeLine(surcharge.surcharge, amount))
        total += amount
    return tuple(lines)


def _amount(problem: RateProblem, charge: int, base: int, parcel: int) -> int:
    charges = problem.tables.charges
    amount = int(charges.amount[charge])
    match charges.kind[charge]:
        case compiled.PERCENT:
            amount = divide_half_up(base * amount, PERCENT_MICROS)
        case compiled.VALUE_PERCENT:
            amount = divide_half_up(int(problem.parcels.value_minor[parcel]) * amount, PERCENT_MICROS)
        case compiled.FLOOR:
            amount = max(0, amount - base)
        case compiled.VALUE_STEP:
            steps = _steps(problem, charge, parcel)
            rest = steps * int(charges.rest_parts[charge])
            amount = steps * amount + divide_half_up(rest, int(charges.parts_per_minor[charge]))
    return max(amount, int(charges.least[charge]))


def _steps(problem: RateProblem, charge: int, parcel: int) -> int:
    """Begun steps of the declared value above what is free."""
    charges = problem.tables.charges
    above = int(problem.parcels.value_minor[parcel]) - int(charges.free[charge])
    return divide_up(above, int(charges.step[charge]))


def _applies(problem: RateProblem, result: RateResult, charge: int, parcel: int, service: int) -> bool:
    tables, parcels = problem.tables, problem.parcels
    charges = tables.charges
    if charges.zone[charge] not in (-1, result.zone[parcel, service]):
        return False
    if charges.kind[charge] == compiled.VALUE_STEP and _steps(problem, charge, parcel) <= 0:
        return False
    place = tables.lanes.destination_class[parcels.destination[parcel]]
    if charges.area[charge] and not charges.area[charge] & tables.lanes.area[place]:
        return False
    sides = sorted((int(side) for side in parcels.size_mm[parcel]), reverse=True)
    measures: dict[When, int] = {
        "always": 1,
        "residential": int(parcels.residential[parcel]),
        "remote": tables.remote(service, int(parcels.origin[parcel]), int(parcels.destination[parcel])),
        "over_length_mm": sides[0],
        "over_second_mm": sides[1],
        "over_girth_mm": girth_mm(*sides),
        "over_volume_cm3": sides[0] * sides[1] * sides[2],
        "over_weight_g": int(parcels.weight_g[parcel]),
        "over_value": int(parcels.value_minor[parcel]),
        "saturday": int(parcels.saturday[parcel]),
        "signature": bool(parcels.signature[parcel]) and not tables.services[service].signature,
    }
    return measures[tables.surcharges[charges.surcharge[charge]].when] > int(charges.threshold[charge])


def _obstacles(problem: RateProblem, result: RateResult, parcel: int, service: int) -> Iterator[str]:
    """Yield what rules the pair out, in the order of the reasons."""
    tables, parcels = problem.tables, problem.parcels
    offer, accepts, slowest = tables.services[service], int(parcels.accepts[parcel]), int(parcels.slowest[parcel])
    epoch, served = _epoch(problem, parcel, service), result.zone[parcel, service] >= 0
    if not served:
        origin, place = tables.origins[parcels.origin[parcel]], tables.destinations[parcels.destination[parcel]]
        yield words.not_served(origin, place, offer.service)
    if not accepts >> DELIVERS_TO.index(offer.delivers_to) & 1:
        yield words.wrong_kind(offer, accepts)
    if SPEEDS.index(offer.speed) < slowest:
        yield words.too_slow(offer, slowest)
    weight, sides = int(parcels.weight_g[parcel]), parcels.size_mm[parcel].tolist()
    if weight > offer.max_weight_g:
        yield words.too_heavy(offer, weight - offer.max_weight_g)
    if max(sides) > offer.max_length_mm:
        yield words.too_long(offer, max(sides) - offer.max_length_mm)
    if offer.max_girth_mm is not None and girth_mm(*sides) > offer.max_girth_mm:
        yield words.too_much_girth(offer, girth_mm(*sides) - offer.max_girth_mm)
    if parcels.signature[parcel] and not tables.offers.signature[service, epoch]:
        yield words.no_signature(offer)
    if parcels.saturday[parcel] and not tables.offers.saturday[service, epoch]:
        yield words.no_saturday(offer)
    if served:
        yield from _missing_rate(problem, result, parcel, service, epoch)


def _missing_rate(problem: RateProblem, result: RateResult, parcel: int, service: int, epoch: int) -> Iterator[str]:
    tables, parcels = problem.tables, problem.parcels
    lane = tables.lane(service, int(parcels.origin[parcel]), int(parcels.destination[parcel]))
    ladder = tables.ladders.of[lane, epoch]
    first, end = int(tables.ladders.start[ladder]), int(tables.ladders.start[ladder + 1])
    if first == end:
        yield words.no_rate(tables, service, lane, _ship_day(problem, parcel, service))
        return
    if tables.ladders.extra_parts[end - 1] >= 0:
        return
    top = int(tables.ladders.up_to_g[end - 1])
    weight, bulk = int(parcels.weight_g[parcel]), int(result.billed_weight_g[parcel, service])
    if weight > top:
        yield words.beyond_last(tables, service, lane, top, "gross", weight)
        bulk = int(words.billed_if(problem, service, np.array([parcel]), np.array([top]))[0])
    if bulk > top:
        yield words.beyond_last(tables, service, lane, top, "volumetric", bulk)


def _ship_day(problem: RateProblem, parcel: int, service: int) -> int:
    days = problem.parcels.ship_day
    return int(days[parcel] if days.ndim == 1 else days[parcel, service])


def _epoch(problem: RateProblem, parcel: int, service: int) -> int:
    return bisect_right(problem.tables.changes, _ship_day(problem, parcel, service))
