"""What if: more demand, less stock, a site closed, a service gone or dearer, transit slower than it was."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from doorstep.domain.carriage import Tariff
from doorstep.domain.demand import Order
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.supply import StockLevel
from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.simulate.chance import PPM, order_keys, uniform_ppm

MOST_FACTOR_PPM = 100 * PPM
MOST_SLOWER_DAYS = 60
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

    def refuse_unknown(self, ground: PlanProblem) -> None:
        """Raise InvalidProblem with all names that the problem does not have."""
        known = {
            "site": {one.site for one in ground.sites},
            "sku": {one.sku for one in ground.products},
            "service": {one.service for one in ground.tariff.services},
        }
        named = [
            *(("site", one.site) for one in self.stock),
            *(("site", one.site) for one in self.closed),
            *(("sku", one.sku) for one in self.stock),
            *(("service", one.service) for one in self.services),
            *(("service", one.service) for one in self.slower),
        ]
        unknown = dict.fromkeys(f"{noun} {name}" for noun, name in named if name and name not in known[noun])
        if unknown:
            raise InvalidProblem(f"the scenario names what there is not: {', '.join(unknown)}")


def under(ground: PlanProblem, scenario: Scenario, seed: int) -> PlanProblem:
    """Change a problem as the scenario says, but for closures and slowdowns, which happen on their days."""
    gone = {one.service for one in scenario.services if one.removed}
    return replace(
        ground,
        orders=resample(ground.orders, scenario.demand_ppm, seed),
        stock=tuple(_level(one, scenario) for one in ground.stock) if scenario.stock else ground.stock,
        tariff=_tariff(ground.tariff, scenario) if scenario.services else ground.tariff,
        collections=tuple(one for one in ground.collections if one.service not in gone),
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
        return (micros * factor.get(service, PPM) + PPM // 2) // PPM

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
