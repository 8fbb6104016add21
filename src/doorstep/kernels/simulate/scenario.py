"""What if: the changes that a scenario makes of the world, and how they are built into a problem."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from doorstep.domain.carriage import Tariff
from doorstep.domain.catalog import Carton
from doorstep.domain.demand import Order
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.supply import StockLevel
from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.promise.calendars import bare_region
from doorstep.kernels.simulate.apply import times_ppm, with_cutoffs, with_placement, with_services, with_sites
from doorstep.kernels.simulate.chance import PPM, order_keys, uniform_ppm
from doorstep.kernels.simulate.changes import (
    CutoffChange,
    Disruption,
    NewService,
    NewSite,
    Placed,
    Replenishment,
    change_faults,
    flow_faults,
)
from doorstep.kernels.simulate.station import Station, station_faults

MOST_FACTOR_PPM = 100 * PPM
MOST_SLOWER_DAYS = 60
MOST_NAMES = 20  # in a refusal
DEMAND = 7  # the stream of chance by which orders are drawn


@dataclass(frozen=True, slots=True)
class StockChange:
    """Units on hand at the beginning, times a factor and rounded down; an empty site or sku stands for all."""

    factor_ppm: int
    site: str = ""
    sku: str = ""


@dataclass(frozen=True, slots=True)
class Closure:
    """A site from which nothing leaves, and out of which nothing is planned, from a day to before another."""

    site: str
    first: date
    until: date


@dataclass(frozen=True, slots=True)
class ServiceChange:
    """A service that is gone, or whose rates and fixed surcharges are dearer (below 0: cheaper)."""

    service: str
    removed: bool = False
    dearer_ppm: int = 0


@dataclass(frozen=True, slots=True)
class Slowdown:
    """Parcels that leave from a day on travel so many working days longer, and no policy knows; empty: all services."""

    days: int
    first: date
    until: date | None = None
    service: str = ""


@dataclass(frozen=True, slots=True)
class Scenario:
    """Changes of the world; without any it is as the folder says."""

    demand_ppm: int = PPM
    stock: tuple[StockChange, ...] = ()
    closed: tuple[Closure, ...] = ()
    services: tuple[ServiceChange, ...] = ()
    slower: tuple[Slowdown, ...] = ()
    new_services: tuple[NewService, ...] = ()
    new_sites: tuple[NewSite, ...] = ()
    cutoffs: tuple[CutoffChange, ...] = ()
    on_time_target_ppm: int | None = None  # of promises; None: the brand's
    cartons: tuple[Carton, ...] | None = None  # in place of the brand's
    placement: tuple[Placed, ...] = ()
    replenish: Replenishment | None = None
    disruptions: tuple[Disruption, ...] = ()
    stations: tuple[Station, ...] = ()
    values: bool = False  # what shoppers were learned to want weighs for the policies that plan
    commitment_prices: bool = False  # and so do the prices of commitments

    def __post_init__(self) -> None:
        if not all(0 <= one <= MOST_FACTOR_PPM for one in (self.demand_ppm, *(one.factor_ppm for one in self.stock))):
            raise InvalidProblem(f"a factor of the scenario lies between 0 and {MOST_FACTOR_PPM // PPM}")
        if any(one.first >= one.until for one in self.closed):
            raise InvalidProblem("a site of the scenario opens before it closes")
        if any(one.until is not None and one.first >= one.until for one in self.slower):
            raise InvalidProblem("a slowdown of the scenario ends before it begins")
        if any(not 0 <= one.days <= MOST_SLOWER_DAYS for one in self.slower):
            raise InvalidProblem(f"a slowdown of the scenario lies between 0 and {MOST_SLOWER_DAYS} days")
        if any(not -PPM <= one.dearer_ppm <= MOST_FACTOR_PPM for one in self.services):
            raise InvalidProblem("a service of the scenario is cheaper by more than its price, or dearer without end")
        names = [one.service for one in self.services]
        if len(set(names)) < len(names):
            raise InvalidProblem("a service of the scenario stands twice")
        if self.on_time_target_ppm is not None and not 0 < self.on_time_target_ppm < PPM:
            raise InvalidProblem("the promise target of the scenario lies between 0 and 1")
        if any(not 0 <= one.factor_ppm <= MOST_FACTOR_PPM for one in self.new_services):
            raise InvalidProblem(f"a factor of the scenario lies between 0 and {MOST_FACTOR_PPM // PPM}")
        faults = [
            *change_faults(self.new_services, self.new_sites),
            *flow_faults(self.cutoffs, self.placement, self.replenish, self.disruptions),
            *station_faults(self.stations),
        ]
        if faults:
            raise InvalidProblem(f"not understood in the scenario: {'; '.join(faults)}")

    def refuse_unknown(self, ground: PlanProblem) -> None:
        """Raise InvalidProblem with all names that the problem does not have, or has already."""
        known = {
            "site": {one.site for one in ground.sites},
            "sku": {one.sku for one in ground.products},
            "service": {one.service for one in ground.tariff.services},
        }
        new = [
            *(("service", one.service) for one in self.new_services),
            *(("site", one.site) for one in self.new_sites),
        ]
        taken = [f"{noun} {name}" for n, (noun, name) in enumerate(new) if name in known[noun] or new[n] in new[:n]]
        likes = [
            *(("service", one.like) for one in self.new_services),
            *(("site", one.like) for one in self.new_sites),
        ]
        strange = [f"{noun} {name}" for noun, name in likes if name not in known[noun]]
        for noun, name in new:
            known[noun].add(name)
        named = [
            *(("site", one.site) for one in self.stock),
            *(("site", one.site) for one in self.closed),
            *(("sku", one.sku) for one in self.stock),
            *(("service", one.service) for one in self.services),
            *(("service", one.service) for one in self.slower),
            *(("site", one.site) for one in self.cutoffs),
            *(("site", one.site) for one in self.cartons or ()),
            *(("site", one.site) for one in self.placement),
            *(("sku", one.sku) for one in self.placement),
            *(("service", one.service) for one in self.disruptions),
            *(("site", one.site) for one in self.stations),
        ]
        unknown = dict.fromkeys(f"{noun} {name}" for noun, name in named if name and name not in known[noun])
        names = [*strange, *unknown, *self._nowhere(ground), *self._no_zones(ground)]
        if names:
            raise InvalidProblem(f"the scenario names what there is not: {', '.join(names[:MOST_NAMES])}")
        if taken:
            raise InvalidProblem(f"the scenario adds what is there already: {', '.join(taken[:MOST_NAMES])}")

    def _nowhere(self, ground: PlanProblem) -> list[str]:
        """Countries and regions of disruptions to which no order goes."""
        if not any(one.country for one in self.disruptions):
            return []
        places = {(one.place.country, bare_region(one.place.country, one.place.region)) for one in ground.orders}
        known = places | {(country, "") for country, _ in places}
        asked = {(one.country, bare_region(one.country, one.region)) for one in self.disruptions if one.country}
        return [f"destination {' '.join(one).strip()}" for one in sorted(asked - known)]

    def _no_zones(self, ground: PlanProblem) -> list[str]:
        """Zones of own rates that the service they are like does not have."""
        has = {(one.service, one.zone) for one in ground.tariff.rates}
        return [
            f"zone {rate.zone} of {one.like}"
            for one in self.new_services
            for rate in one.rates
            if rate.zone and (one.like, rate.zone) not in has
        ]


def under(ground: PlanProblem, scenario: Scenario, seed: int) -> PlanProblem:
    """Change a problem as the scenario says, but for what happens on some days only."""
    ground = with_sites(with_services(ground, scenario.new_services), scenario.new_sites)
    gone = {one.service for one in scenario.services if one.removed}
    sites, calls = with_cutoffs(ground.sites, ground.collections, scenario.cutoffs)
    stock = tuple(_level(one, scenario) for one in ground.stock) if scenario.stock else ground.stock
    brand = ground.brand
    if scenario.on_time_target_ppm is not None:
        brand = replace(brand, on_time_target_ppm=scenario.on_time_target_ppm)
    return replace(
        ground,
        brand=brand,
        sites=sites,
        orders=resample(ground.orders, scenario.demand_ppm, seed),
        stock=with_placement(stock, scenario.placement) if scenario.placement else stock,
        cartons=ground.cartons if scenario.cartons is None else scenario.cartons,
        tariff=_tariff(ground.tariff, scenario) if scenario.services else ground.tariff,
        collections=tuple(one for one in calls if one.service not in gone),
    )


def resample(orders: tuple[Order, ...], demand_ppm: int, seed: int) -> tuple[Order, ...]:
    """Repeat or drop whole orders, so that baskets, places and hours stay real.

    An order stands as often as the factor's whole part, and once more with its fraction as chance. A larger factor
    keeps all that a smaller one has. Repetitions are orders of their own, named after the first: `A`, `A#2`, `A#3`.
    """
    if demand_ppm == PPM:
        return orders
    whole, rest = divmod(demand_ppm, PPM)
    drawn = uniform_ppm(order_keys(orders), seed, DEMAND)
    taken = {order.order for order in orders}
    found: list[Order] = []
    for order, draw in zip(orders, drawn.tolist(), strict=True):
        for copy in range(whole + (draw < rest)):
            name = order.order if copy == 0 else f"{order.order}#{copy + 1}"
            while copy and name in taken:
                name += "#"
            taken.add(name)
            found.append(order if copy == 0 else replace(order, order=name, customer=f"{order.customer}#{copy + 1}"))
    return tuple(found)


def _level(level: StockLevel, scenario: Scenario) -> StockLevel:
    units = Fraction(level.on_hand)
    for change in scenario.stock:
        if change.site in ("", level.site) and change.sku in ("", level.sku):
            units *= Fraction(change.factor_ppm, PPM)
    return replace(level, on_hand=int(units))


def _tariff(tariff: Tariff, scenario: Scenario) -> Tariff:
    gone = {one.service for one in scenario.services if one.removed}
    factor = {one.service: PPM + one.dearer_ppm for one in scenario.services}

    def dearer(service: str, micros: int) -> int:
        return times_ppm(micros, factor.get(service, PPM))

    return replace(
        tariff,
        services=tuple(one for one in tariff.services if one.service not in gone),
        zones=tuple(one for one in tariff.zones if one.service not in gone),
        divisors=tuple(one for one in tariff.divisors if one.service not in gone),
        rates=tuple(
            replace(
                one,
                price_micros=dearer(one.service, one.price_micros),
                per_extra_kg_micros=None
                if one.per_extra_kg_micros is None
                else dearer(one.service, one.per_extra_kg_micros),
            )
            for one in tariff.rates
            if one.service not in gone
        ),
        surcharges=tuple(
            one if one.percent else replace(one, amount_micros=dearer(one.service, one.amount_micros))
            for one in tariff.surcharges
            if one.service not in gone
        ),
    )
