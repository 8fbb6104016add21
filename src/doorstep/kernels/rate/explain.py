"""Why a service takes a parcel or not, in words, with the least change that would make it eligible."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from doorstep.domain.carriage import DELIVERS_TO, SPEEDS, Surcharge
from doorstep.domain.units import divide_half_up, girth_mm
from doorstep.kernels.rate.compiled import PERCENT_MICROS
from doorstep.kernels.rate.problem import RateProblem
from doorstep.kernels.rate.result import RateResult, Reason
from doorstep.kernels.rate.validity import DAY_ZERO


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
    if result.reason[parcel, service] == Reason.ELIGIBLE:
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
    total, base, sequence = freight, freight, None
    charge_list = charges.of[service, _epoch(problem, parcel, service)]
    for k in range(charges.start[charge_list], charges.start[charge_list + 1]):
        surcharge = problem.tables.surcharges[charges.surcharge[k]]
        if surcharge.sequence != sequence:
            base, sequence = total, surcharge.sequence
        if not _applies(problem, surcharge, parcel, service):
            continue
        amount = int(charges.amount[k])
        if surcharge.percent:
            amount = divide_half_up(base * amount, PERCENT_MICROS)
        lines.append(ChargeLine(surcharge.surcharge, amount))
        total += amount
    return tuple(lines)


def _applies(problem: RateProblem, surcharge: Surcharge, parcel: int, service: int) -> bool:
    tables, parcels = problem.tables, problem.parcels
    threshold = surcharge.threshold or 0
    sides = [int(side) for side in parcels.size_mm[parcel]]
    match surcharge.when:
        case "always":
            return True
        case "residential":
            return bool(parcels.residential[parcel])
        case "remote":
            return tables.remote(service, int(parcels.origin[parcel]), int(parcels.destination[parcel]))
        case "over_length_mm":
            return max(sides) > threshold
        case "over_girth_mm":
            return girth_mm(*sides) > threshold
        case "over_weight_g":
            return bool(parcels.weight_g[parcel] > threshold)
        case "saturday":
            return bool(parcels.saturday[parcel])
        case "signature":
            return bool(parcels.signature[parcel]) and not tables.services[service].signature


def _obstacles(problem: RateProblem, result: RateResult, parcel: int, service: int) -> Iterator[str]:
    """Yield what rules the pair out, in the order of the reasons."""
    tables, parcels = problem.tables, problem.parcels
    offer, name = tables.services[service], tables.services[service].service
    epoch = _epoch(problem, parcel, service)
    if result.zone[parcel, service] < 0:
        origin = tables.origins[parcels.origin[parcel]]
        place = tables.destinations[parcels.destination[parcel]]
        to = f"postcode {place.postcode}" if place.postcode else f"country {place.country}"
        yield f"{to} not served from {origin.region or origin.city or origin.postcode or origin.country} by {name}"
    accepted = [kind for bit, kind in enumerate(DELIVERS_TO) if parcels.accepts[parcel] >> bit & 1]
    if offer.delivers_to not in accepted:
        yield f"{name} delivers to {offer.delivers_to}, not to {' or '.join(accepted) or 'anything acceptable'}"
    if SPEEDS.index(offer.speed) < parcels.slowest[parcel]:
        yield f"{name} is {offer.speed}, {SPEEDS[parcels.slowest[parcel]]} or faster is asked for"
    weight, sides = int(parcels.weight_g[parcel]), [int(side) for side in parcels.size_mm[parcel]]
    if weight > offer.max_weight_g:
        yield f"{weight - offer.max_weight_g} g too heavy for {name} (max {offer.max_weight_g} g)"
    if max(sides) > offer.max_length_mm:
        yield f"{max(sides) - offer.max_length_mm} mm too long for {name} (max {offer.max_length_mm} mm)"
    if offer.max_girth_mm is not None and girth_mm(*sides) > offer.max_girth_mm:
        excess = girth_mm(*sides) - offer.max_girth_mm
        yield f"{excess} mm too much girth for {name} (max {offer.max_girth_mm} mm)"
    if parcels.signature[parcel] and not tables.offers.signature[service, epoch]:
        yield f"{name} is not signed for"
    if parcels.saturday[parcel] and not tables.offers.saturday[service, epoch]:
        yield f"{name} does not deliver on Saturday"
    if result.zone[parcel, service] >= 0:
        yield from _missing_rate(problem, result, parcel, service)


def _missing_rate(problem: RateProblem, result: RateResult, parcel: int, service: int) -> Iterator[str]:
    tables, parcels = problem.tables, problem.parcels
    lane = tables.lane(service, int(parcels.origin[parcel]), int(parcels.destination[parcel]))
    epoch = _epoch(problem, parcel, service)
    sizes = np.diff(tables.ladders.start)[tables.ladders.of[lane]]
    offer = f"{tables.services[service].service} for zone {tables.zone_names[result.zone[parcel, service]]}"
    if sizes[epoch] == 0:
        later = [int(e) for e in np.flatnonzero(sizes) if e > epoch]
        earlier = [int(e) for e in np.flatnonzero(sizes) if e < epoch]
        known = [f"from {_date(int(tables.changes[later[0] - 1]))}"] if later else []
        known += [f"until {_date(int(tables.changes[earlier[-1]]) - 1)}"] if earlier else []
        has = f"it has some {' and '.join(known)}" if known else "it has none at all"
        yield f"no rate of {offer} on {_date(_ship_day(problem, parcel, service))} ({has})"
        return
    last = tables.ladders.start[tables.ladders.of[lane, epoch] + 1] - 1
    top, billed = int(tables.ladders.up_to_g[last]), int(result.billed_weight_g[parcel, service])
    if billed > top and tables.ladders.extra_micros[last] < 0:
        weight = "gross" if billed == parcels.weight_g[parcel] else "volumetric"
        yield f"{weight} weight {billed - top} g beyond the last rate of {offer} (up to {top} g)"


def _ship_day(problem: RateProblem, parcel: int, service: int) -> int:
    days = problem.parcels.ship_day
    return int(days[parcel] if days.ndim == 1 else days[parcel, service])


def _epoch(problem: RateProblem, parcel: int, service: int) -> int:
    return int(np.searchsorted(problem.tables.changes, _ship_day(problem, parcel, service), side="right"))


def _date(day: int) -> str:
    return date.fromordinal(day + DAY_ZERO).isoformat()
