"""What rules out a pair of parcel and service, and by how much: the words, and the obstacles of a whole batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import date
from functools import cache

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.carriage import DELIVERS_TO, SPEEDS, Service
from doorstep.domain.place import Place
from doorstep.kernels.rate.problem import Parcels, RateProblem
from doorstep.kernels.rate.rate import rate
from doorstep.kernels.rate.result import BoolArray, IntArray, RateResult
from doorstep.kernels.rate.tables import TariffTables
from doorstep.kernels.rate.validity import DAY_ZERO


def not_served(origin: Place, place: Place, service: str) -> str:
    """Say that no zone rule matches the route."""
    to = f"postcode {place.postcode}" if place.postcode else f"country {place.country}"
    return f"{to} not served from {origin.region or origin.city or origin.postcode or origin.country} by {service}"


def wrong_kind(offer: Service, accepts: int) -> str:
    """Say that the service delivers to another kind of place."""
    accepted = [kind for bit, kind in enumerate(DELIVERS_TO) if accepts >> bit & 1]
    return f"{offer.service} delivers to {offer.delivers_to}, not to {' or '.join(accepted) or 'anything acceptable'}"


def too_slow(offer: Service, slowest: int) -> str:
    """Say that a faster service is asked for."""
    return f"{offer.service} is {offer.speed}, {SPEEDS[slowest]} or faster is asked for"


def too_heavy(offer: Service, excess_g: int) -> str:
    """Say by how much a parcel is too heavy."""
    return f"{excess_g} g too heavy for {offer.service} (max {offer.max_weight_g} g)"


def too_long(offer: Service, excess_mm: int) -> str:
    """Say by how much a parcel is too long."""
    return f"{excess_mm} mm too long for {offer.service} (max {offer.max_length_mm} mm)"


def too_much_girth(offer: Service, excess_mm: int) -> str:
    """Say by how much the girth of a parcel is too great."""
    return f"{excess_mm} mm too much girth for {offer.service} (max {offer.max_girth_mm} mm)"


def no_signature(offer: Service) -> str:
    """Say that a signature cannot be had."""
    return f"{offer.service} is not signed for"


def no_saturday(offer: Service) -> str:
    """Say that Saturday delivery cannot be had."""
    return f"{offer.service} does not deliver on Saturday"


def no_rate(tables: TariffTables, service: int, lane: int, day: int) -> str:
    """Say that the zone has no rate on a day, and when it has some."""
    filled = np.diff(tables.ladders.start)[tables.ladders.of[lane]] > 0
    epoch = int(tables.epochs(day))
    later = [int(e) for e in np.flatnonzero(filled) if e > epoch]
    earlier = [int(e) for e in np.flatnonzero(filled) if e < epoch]
    known = [f"from {_date(int(tables.changes[later[0] - 1]))}"] if later else []
    known += [f"until {_date(int(tables.changes[earlier[-1]]) - 1)}"] if earlier else []
    has = f"it has some {' and '.join(known)}" if known else "it has none at all"
    return f"no rate of {_of(tables, service, lane)} on {_date(day)} ({has})"


def beyond_last(tables: TariffTables, service: int, lane: int, top_g: int, measure: str, weight_g: int) -> str:
    """Say by how much a weight lies beyond the last rate of the zone."""
    return (
        f"{measure} weight {weight_g - top_g} g beyond the last rate of {_of(tables, service, lane)} (up to {top_g} g)"
    )


def refusals_of(problem: RateProblem, result: RateResult, service: int) -> tuple[list[str], list[str]]:
    """Say of every parcel what stands between it and a service: in words, and as the smallest changes.

    The words are those of `explain`. A change is a measure with what it has to become less by (`length_mm:-12`), or
    something asked for that cannot be had, with what can where that is known (`speed:standard`); several are joined by
    spaces. All of them together make the pair eligible, and nothing less does. Both are empty where it is eligible.

    Parameters
    ----------
    problem, result
        What was rated, and the outcome.
    service
        Index of the service.
    """
    bad = np.flatnonzero(result.reason[:, service])
    texts, changes = [""] * len(problem.parcels), [""] * len(problem.parcels)
    if not len(bad):
        return texts, changes
    for holds, words, change, less in _tests(problem, result, service, bad):
        at = np.flatnonzero(holds)
        named = [change] * len(at) if less is None else [f"{change}:-{one}" for one in less[at].tolist()]
        for parcel, text, one in zip(bad[at].tolist(), words(at), named, strict=True):
            if not texts[parcel]:
                texts[parcel], changes[parcel] = text, one
                continue
            texts[parcel] = f"{texts[parcel]}; {text}"
            told = changes[parcel]
            changes[parcel] = _heavier(told, one) if change == HEAVY and HEAVY in told else f"{told} {one}"
    return texts, changes


HEAVY = "weight_g"


def _heavier(told: str, one: str) -> str:
    """Put a change of weight in the place of a smaller one: the service and its last rate both limit it."""
    known = next(other for other in told.split() if other.startswith(HEAVY))
    return told.replace(known, max(known, one, key=lambda change: int(change.partition(":-")[2])))


# Where an obstacle holds, the words for it, what has to change, and by how much less, where that is a measure.
Test = tuple[BoolArray, Callable[[IntArray], Iterator[str]], str, IntArray | None]


def _tests(problem: RateProblem, result: RateResult, service: int, bad: IntArray) -> Iterator[Test]:
    """Yield where each obstacle holds among the parcels `bad`, and the words for those of its places."""
    tables, parcels = problem.tables, problem.parcels
    offer, offers = tables.services[service], tables.offers
    days = parcels.ship_day[bad] if parcels.ship_day.ndim == 1 else parcels.ship_day[bad, service]
    epochs = tables.epochs(days)
    origins, ends = parcels.origin[bad], parcels.destination[bad]

    def missing(at: IntArray) -> Iterator[str]:
        for origin, end in zip(origins[at].tolist(), ends[at].tolist(), strict=True):
            yield not_served(tables.origins[origin], tables.destinations[end], offer.service)

    def by(values: IntArray, words: Callable[[Service, int], str]) -> Callable[[IntArray], Iterator[str]]:
        known = cache(lambda value: words(offer, value))
        return lambda at: map(known, values[at].tolist())

    def plain(words: Callable[[Service], str]) -> Callable[[IntArray], Iterator[str]]:
        return lambda at: iter([words(offer)] * len(at))

    accepts, slowest, weight = parcels.accepts[bad], parcels.slowest[bad], parcels.weight_g[bad]
    sides = parcels.size_mm[bad]
    length = sides.max(axis=1)
    girth = 2 * sides.sum(axis=1) - length
    heavy, long = weight - offer.max_weight_g, length - offer.max_length_mm
    yield result.zone[bad, service] < 0, missing, "route", None
    kind = f"delivers_to:{offer.delivers_to}"
    yield accepts & offers.delivers_to[service] == 0, by(accepts, wrong_kind), kind, None
    yield offers.speed[service] < slowest, by(slowest, too_slow), f"speed:{offer.speed}", None
    yield heavy > 0, by(heavy, too_heavy), "weight_g", heavy
    yield long > 0, by(long, too_long), "length_mm", long
    if offer.max_girth_mm is not None:
        wide = girth - offer.max_girth_mm
        yield wide > 0, by(wide, too_much_girth), "girth_mm", wide
    yield parcels.signature[bad] & ~offers.signature[service, epochs], plain(no_signature), "signature:0", None
    yield parcels.saturday[bad] & ~offers.saturday[service, epochs], plain(no_saturday), "saturday:0", None
    yield from _rate_tests(problem, result, service, bad, days, epochs)


def _rate_tests(
    problem: RateProblem, result: RateResult, service: int, bad: IntArray, days: IntArray, epochs: NDArray[np.intp]
) -> Iterator[Test]:
    """Yield where the ladder of the day is empty, and where a weight lies beyond its end."""
    tables, parcels = problem.tables, problem.parcels
    lanes, ladders = tables.lanes, tables.ladders
    rows, columns = lanes.origin_class[parcels.origin[bad]], lanes.destination_class[parcels.destination[bad]]
    code = lanes.code[rows, columns, service]
    lane, served = code >> 1, code >= 0
    if not served.any():
        return
    ladder = ladders.of[np.where(served, lane, 0), epochs]
    empty = ladders.start[ladder + 1] == ladders.start[ladder]
    last = np.where(empty, len(ladders.up_to_g), ladders.start[ladder + 1] - 1)
    top, extra = np.append(ladders.up_to_g, 0)[last], np.append(ladders.extra_parts, -1)[last]
    closed = served & ~empty & (extra < 0)
    weight, bulk = parcels.weight_g[bad], result.billed_weight_g[bad, service]
    over = closed & (weight > top)
    if over.any():
        bulk[over] = billed_if(problem, service, bad[over], top[over])

    def dateless(at: IntArray) -> Iterator[str]:
        known = cache(lambda where, day: no_rate(tables, service, where, day))
        return map(known, lane[at].tolist(), days[at].tolist())

    def heavy(measure: str, weights: IntArray) -> Callable[[IntArray], Iterator[str]]:
        known = cache(lambda where, most, grams: beyond_last(tables, service, where, most, measure, grams))
        return lambda at: map(known, lane[at].tolist(), top[at].tolist(), weights[at].tolist())

    yield served & empty, dateless, "ship_date", None
    yield over, heavy("gross", weight), "weight_g", weight - top
    yield closed & (bulk > top), heavy("volumetric", bulk), "volumetric_g", bulk - top


def billed_if(problem: RateProblem, service: int, at: IntArray, weight_g: IntArray) -> IntArray:
    """Billed weights of these parcels if they weighed so much: what is left of them is their bulk."""
    parcels = problem.parcels
    columns = {one.name: getattr(parcels, one.name)[at] for one in fields(parcels)}
    lighter = Parcels(**(columns | {"weight_g": weight_g}))
    return rate(RateProblem(problem.tables, lighter)).billed_weight_g[:, service]


def _of(tables: TariffTables, service: int, lane: int) -> str:
    return f"{tables.services[service].service} for zone {tables.zone_names[tables.lanes.zone[lane]]}"


def _date(day: int) -> str:
    return date.fromordinal(day + DAY_ZERO).isoformat()
