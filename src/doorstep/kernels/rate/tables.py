"""A tariff as arrays, compiled once for a set of origins and destinations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from numpy.typing import NDArray

from doorstep.domain.carriage import DELIVERS_TO, DIVISOR_WHENS, SPEEDS, DivisorRule, Service, Surcharge, Tariff
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.money import Currency
from doorstep.domain.place import Place
from doorstep.kernels.rate.bounds import overflow
from doorstep.kernels.rate.charges import (
    MAX_AMOUNT,
    MM3_PER_CM3,
    WHEN_CODES,
    break_name,
    compile_charges,
    compile_ladders,
    surcharge_name,
)
from doorstep.kernels.rate.compiled import SATURDAY, SIGNATURE, Charges, Ladders, Lanes, Offers
from doorstep.kernels.rate.exchange import converted, exchange_rates
from doorstep.kernels.rate.validity import change_days
from doorstep.kernels.rate.zones import Cells, area_numbers, resolve_lanes

_SATURDAY = 5  # weekday
_UNLIMITED = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, eq=False)
class TariffTables:
    """A compiled tariff; make it with `compile_tariff`.

    Attributes
    ----------
    services
        The services; their order is the second axis of every result.
    surcharges
        The tariff's surcharges, which `charges.surcharge` points into.
    zone_names
        The distinct zone names, sorted; results hold indices into them.
    changes
        Days since 1970-01-01 on which the tariff changes, ascending; see `epochs`.
    always_exact
        No parcel whatever may cost more than can be added exactly.
    """

    services: tuple[Service, ...]
    surcharges: tuple[Surcharge, ...]
    currency: Currency
    origins: tuple[Place, ...]
    destinations: tuple[Place, ...]
    zone_names: tuple[str, ...]
    changes: NDArray[np.int64]
    offers: Offers
    lanes: Lanes
    ladders: Ladders
    charges: Charges
    always_exact: bool

    def epochs(self, days: npt.ArrayLike) -> NDArray[np.intp]:
        """Epoch that each day lies in, shaped as the days: between two changes all stays the same."""
        return np.asarray(np.searchsorted(self.changes, days, side="right"))

    def lane(self, service: int, origin: int, destination: int) -> int:
        """Lane of a route by a service; -1: not served."""
        return self._code(service, origin, destination) >> 1

    def remote(self, service: int, origin: int, destination: int) -> bool:
        """Whether the matched zone rule calls the destination remote."""
        return self._code(service, origin, destination) & 1 == 1 and self.lane(service, origin, destination) >= 0

    def zone_index(self, service: int, origin: int, destination: int) -> int:
        """Zone of a route by a service, an index into `zone_names`; -1: not served."""
        lane = self.lane(service, origin, destination)
        return -1 if lane < 0 else int(self.lanes.zone[lane])

    def _code(self, service: int, origin: int, destination: int) -> int:
        row, column = self.lanes.origin_class[origin], self.lanes.destination_class[destination]
        return int(self.lanes.code[row, column, service])


def compile_tariff(
    tariff: Tariff, currency: Currency, origins: Sequence[Place], destinations: Sequence[Place]
) -> TariffTables:
    """Compile a tariff into arrays.

    Parameters
    ----------
    tariff
        Amounts in `currency`, or in another one that has rates of exchange.
    currency
        The brand's currency; decides the minor unit that charge lines are rounded to.
    origins, destinations
        The places that parcels leave from and go to; parcels name them by index. Postcodes compare in upper case
        without spaces and hyphens.

    Raises
    ------
    InvalidProblem
        The tariff contradicts itself or names a service that it does not describe.
    """
    return compiled_with_cells(tariff, currency, origins, destinations)[0]


def compiled_with_cells(
    tariff: Tariff, currency: Currency, origins: Sequence[Place], destinations: Sequence[Place] | None
) -> tuple[TariffTables, Cells]:
    """Compile a tariff, for every destination if none are given, and say which cell a destination lies in."""
    services = _numbered(tariff.services)
    pairs = {(rule.service, rule.zone) for rule in tariff.zones} | {(line.service, line.zone) for line in tariff.rates}
    named = {service for service, _ in pairs}
    named |= {line.service for line in tariff.surcharges} | {rule.service for rule in tariff.divisors}
    for service in sorted(named):
        if service not in services:
            raise InvalidProblem(f"service {service} has zones, rates or surcharges but is not described")
    lane_of = {pair: lane for lane, pair in enumerate(sorted(pairs))}
    zone_names = sorted({zone for _, zone in pairs})
    zone_index = {zone: index for index, zone in enumerate(zone_names)}
    exchange = exchange_rates(tariff.exchange_rates, currency)
    rates = list(converted(tariff.rates, exchange, currency, break_name))
    surcharges = list(converted(tariff.surcharges, exchange, currency, surcharge_name))
    changes = change_days((*rates, *surcharges))
    areas = area_numbers(tariff.areas)
    charges = compile_charges(surcharges, services, zone_index, areas, changes, currency)
    ladders = compile_ladders(rates, lane_of, changes, currency)
    offers = _offers(tariff.services, tariff.divisors, charges)
    lane_zone = [zone_index[zone] for _, zone in lane_of]
    painted = resolve_lanes(tariff.zones, tariff.areas, services, lane_of, lane_zone, origins, destinations)
    tables = TariffTables(
        services=tariff.services,
        surcharges=tariff.surcharges,
        currency=currency,
        origins=tuple(origins),
        destinations=tuple(destinations or ()),
        zone_names=tuple(zone_names),
        changes=np.array(changes, np.int64),
        offers=offers,
        lanes=painted.lanes,
        ladders=ladders,
        charges=charges,
        always_exact=not overflow(tariff.services, offers, ladders, charges),
    )
    return tables, painted.destinations


def with_limits(tables: TariffTables, services: Sequence[Service]) -> TariffTables:
    """Give the tables of a tariff whose services differ in nothing but what they take and where they deliver it.

    Raises InvalidProblem when a limit is out of range.
    """
    _numbered(services)
    offers = _limited(tables.offers, services)
    exact = not overflow(services, offers, tables.ladders, tables.charges)
    return replace(tables, services=tuple(services), offers=offers, always_exact=exact)


def _numbered(services: Sequence[Service]) -> dict[str, int]:
    """Return the index of each service, checked."""
    index: dict[str, int] = {}
    for offer in services:
        if offer.service in index:
            raise InvalidProblem(f"service {offer.service} is described twice")
        index[offer.service] = len(index)
        limits = (offer.max_weight_g, offer.max_length_mm, offer.max_girth_mm or 0, offer.dim_divisor_cm3_per_kg)
        if not all(0 <= limit <= MAX_AMOUNT for limit in limits):
            raise InvalidProblem(f"service {offer.service}: a limit or divisor is out of range")
        if offer.speed not in SPEEDS or offer.delivers_to not in DELIVERS_TO:
            raise InvalidProblem(f"service {offer.service}: speed or delivers_to not understood")
    return index


def _offers(services: Sequence[Service], divisors: Sequence[DivisorRule], charges: Charges) -> Offers:
    by_size = [
        sorted((rule for rule in divisors if rule.service == offer.service), key=lambda rule: -rule.sequence)
        for offer in services
    ]
    for rules in by_size:
        _check_divisors(rules)
    strongest = [rule for rules in by_size for rule in rules]

    signs = np.array([offer.signature for offer in services], np.bool_)
    works = np.array([_SATURDAY in offer.working_days for offer in services], np.bool_)
    none = _measures([])
    offers = Offers(
        speed=_measures([SPEEDS.index(offer.speed) for offer in services]),
        delivers_to=none,
        max_weight_g=none,
        max_length_mm=none,
        max_girth_mm=none,
        dim_divisor=_measures([offer.dim_divisor_cm3_per_kg for offer in services]),
        dim_start=np.cumsum([0, *(len(rules) for rules in by_size)]).astype(np.int64),
        dim_when=_measures([WHEN_CODES[rule.when] for rule in strongest]),
        dim_threshold=_measures(
            [rule.threshold * (MM3_PER_CM3 if rule.when == "over_volume_cm3" else 1) for rule in strongest]
        ),
        dim_other=_measures([rule.dim_divisor_cm3_per_kg for rule in strongest]),
        signs=signs,
        signature=signs[:, None] | _charged(charges, SIGNATURE),
        saturday=works[:, None] | _charged(charges, SATURDAY),
    )
    return _limited(offers, services)


def _limited(offers: Offers, services: Sequence[Service]) -> Offers:
    girths = [_UNLIMITED if offer.max_girth_mm is None else offer.max_girth_mm for offer in services]
    return offers._replace(
        delivers_to=_measures([1 << DELIVERS_TO.index(offer.delivers_to) for offer in services]),
        max_weight_g=_measures([offer.max_weight_g for offer in services]),
        max_length_mm=_measures([offer.max_length_mm for offer in services]),
        max_girth_mm=_measures(girths),
    )


def _measures(values: list[int]) -> NDArray[np.int64]:
    return np.array(values, np.int64)


def _check_divisors(rules: Sequence[DivisorRule]) -> None:
    """Raise for a rule that is malformed, or two of one sequence."""
    for rule in rules:
        inside = all(0 <= one <= MAX_AMOUNT for one in (rule.threshold, rule.dim_divisor_cm3_per_kg, rule.sequence))
        if rule.when not in DIVISOR_WHENS or not inside:
            raise InvalidProblem(f"a divisor of service {rule.service} is not understood or out of range")
    for one, other in pairwise(rules):
        if one.sequence == other.sequence:
            raise InvalidProblem(f"two divisors of service {one.service} have the sequence {one.sequence}")


def _charged(charges: Charges, when: int) -> NDArray[np.bool_]:
    """Where a surcharge of that condition is in force, [s, epochs]."""
    before = np.concatenate(([0], np.cumsum(charges.when == when)))
    per_list = before[charges.start[1:]] > before[charges.start[:-1]]
    found: NDArray[np.bool_] = per_list[charges.of] if charges.of.size else np.zeros(charges.of.shape, np.bool_)
    return found
