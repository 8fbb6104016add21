"""What can give way for one order: each constraint as a function from a problem to the problem without it.

None of them takes anything from an order: what could be planned can be planned still.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from math import ceil

from doorstep.domain.carriage import DeliversTo, RateBreak, Tariff, ZoneRule
from doorstep.domain.catalog import Carton, Product
from doorstep.domain.clock import WorkingDays
from doorstep.domain.demand import Order
from doorstep.domain.supply import SHIPPING_KINDS, Collection, StockLevel
from doorstep.kernels.plan.problem import PlanProblem

Key = tuple[str, str]  # a constraint, and the sku or rule that it is about; "" where there is one of it
OTHERS, PARCELS = ("others", ""), ("parcels", "")  # no matter of the problem alone
RATES = frozenset({"service_weight", "zone"})
TARIFF = RATES | {"service_length", "service_girth", "door"}
CALLS = frozenset({"collection"})
NETWORK = TARIFF | CALLS | {"capacity"}
CARTONS = frozenset({"carton_size", "carton_weight"})
AMPLE = 10**9  # units, orders or parcels a day
AMPLE_G = 10**8
AMPLE_MM = 20_000  # any more, and what dimensional weight may cost can no longer be added exactly
LARGEST_MM = 100_000  # that the packer takes
BEYOND_PRICE_MICROS = 10**13
LATEST_S = 86_399
EVERY_DAY = WorkingDays.parse("Mon-Sun")
MADE = "as large as needed "  # beginning of the name of a carton that is not there


def relaxed(problem: PlanProblem, keys: Iterable[Key]) -> PlanProblem:
    """Give a problem of one order without these constraints. OTHERS and PARCELS are left to whoever decides it."""
    for kind, name in sorted(set(keys) - {OTHERS, PARCELS}):
        problem = RELAX[kind](problem, name)
    return problem


def _stock(problem: PlanProblem, sku: str) -> PlanProblem:
    more = (StockLevel(one.site, sku, AMPLE) for one in problem.sites if one.kind in SHIPPING_KINDS)
    return replace(problem, stock=(*problem.stock, *more))


def _capacity(problem: PlanProblem, _: str) -> PlanProblem:
    """Limits stay, so that the same days are considered, and are never reached."""
    return replace(
        problem,
        sites=tuple(
            one if one.daily_order_capacity is None else replace(one, daily_order_capacity=AMPLE)
            for one in problem.sites
        ),
        collections=tuple(
            one if one.daily_parcel_capacity is None else replace(one, daily_parcel_capacity=AMPLE)
            for one in problem.collections
        ),
        linehauls=tuple(
            one if one.daily_parcel_capacity is None else replace(one, daily_parcel_capacity=AMPLE)
            for one in problem.linehauls
        ),
    )


def _carton_size(problem: PlanProblem, _: str) -> PlanProblem:
    """Add boxes for what the order asks for; they bear what the strongest carton bears."""
    strongest = max((one.max_weight_g for one in problem.cartons), default=AMPLE_G)
    known = {one.sku: one for one in problem.products}
    needs: dict[str, int] = {}
    for line in problem.orders[0].lines:
        needs[line.sku] = needs.get(line.sku, 0) + line.quantity
    sizes = _boxes([(known[sku], quantity) for sku, quantity in needs.items()])
    boxes = (
        Carton(f"{MADE}{n}", size, size, 0, strongest, 0)
        for n, size in enumerate(sorted(sizes))
        if max(size) <= LARGEST_MM
    )
    return replace(problem, cartons=(*problem.cartons, *boxes))


def _boxes(goods: list[tuple[Product, int]]) -> set[tuple[int, int, int]]:
    """Inner sizes: each product's units in a block and one of them alone, all blocks in a pile, and a roomy cube."""
    blocks, volume = [], 0
    sizes: set[tuple[int, int, int]] = set()
    for product, quantity in goods:
        unit = tuple(side + 2 * product.padding_mm for side in (product.length_mm, product.width_mm, product.height_mm))
        a, b, c = unit
        volume += a * b * c * quantity
        grid = min(_grids(quantity), key=lambda n: (max(n[0] * a, n[1] * b, n[2] * c), n))
        blocks.append((grid[0] * a, grid[1] * b, grid[2] * c))
        sizes |= {(a, b, c), blocks[-1]}
    pile = max(one[0] for one in blocks), max(one[1] for one in blocks), sum(one[2] for one in blocks)
    side = max(ceil((2 * volume) ** (1 / 3)), *(max(one) for one in sizes))
    return sizes | {pile, (side, side, side)}


def _grids(quantity: int) -> list[tuple[int, int, int]]:
    """Blocks of units that hold so many, no layer more than it takes."""
    most = min(quantity, 40)
    return [
        (n, m, -(-quantity // (n * m))) for n in range(1, most + 1) for m in range(1, most + 1) if n * m <= quantity
    ]


def _carton_weight(problem: PlanProblem, _: str) -> PlanProblem:
    return replace(problem, cartons=tuple(replace(one, max_weight_g=AMPLE_G) for one in problem.cartons))


def _service_weight(problem: PlanProblem, _: str) -> PlanProblem:
    """Services carry what is heavy, and charge for it what the last step of their rates says."""
    tariff = problem.tariff
    services = tuple(replace(one, max_weight_g=max(one.max_weight_g, AMPLE_G)) for one in tariff.services)
    last: dict[tuple[object, ...], int] = {}
    for one in tariff.rates:
        at = one.service, one.zone, one.valid_from, one.valid_to
        last[at] = max(last.get(at, 0), one.up_to_g)
    rates = tuple(
        replace(one, per_extra_kg_micros=0)
        if one.per_extra_kg_micros is None and one.up_to_g == last[one.service, one.zone, one.valid_from, one.valid_to]
        else one
        for one in tariff.rates
    )
    return replace(problem, tariff=replace(tariff, services=services, rates=rates))


def _service_length(problem: PlanProblem, _: str) -> PlanProblem:
    services = (replace(one, max_length_mm=max(one.max_length_mm, AMPLE_MM)) for one in problem.tariff.services)
    return replace(problem, tariff=replace(problem.tariff, services=tuple(services)))


def _service_girth(problem: PlanProblem, _: str) -> PlanProblem:
    services = (replace(one, max_girth_mm=None) for one in problem.tariff.services)
    return replace(problem, tariff=replace(problem.tariff, services=tuple(services)))


def _zone(problem: PlanProblem, _: str) -> PlanProblem:
    """Every service has a zone for the country of the order from wherever a site is: its dearest one."""
    tariff, to = problem.tariff, problem.orders[0].place.country
    there = {
        (one.service, one.origin_country)
        for one in tariff.zones
        if one.destination_country == to and not one.origin_prefix and not one.destination_prefix
    }
    zones: list[ZoneRule] = []
    rates: list[RateBreak] = []
    countries = sorted({one.place.country for one in problem.sites})
    for service in sorted({one.service for one in tariff.services}):
        zone = _dearest(tariff, service)
        if not zone:
            zone = "anywhere"
            rates.append(RateBreak(service, zone, AMPLE_G, 0))
        new = (country for country in countries if (service, country) not in there)
        zones.extend(ZoneRule(service, country, "", to, "", zone) for country in new)
    return replace(problem, tariff=replace(tariff, zones=(*tariff.zones, *zones), rates=(*tariff.rates, *rates)))


def _dearest(tariff: Tariff, service: str) -> str:
    rates = [(one.price_micros, one.zone) for one in tariff.rates if one.service == service]
    return max(rates, default=(0, ""))[1]


def _collection(problem: PlanProblem, _: str) -> PlanProblem:
    there = {(one.site, one.service) for one in problem.collections}
    calls = (
        Collection(site.site, one.service, LATEST_S, EVERY_DAY)
        for site in problem.sites
        if site.kind in SHIPPING_KINDS
        for one in problem.tariff.services
        if (site.site, one.service) not in there
    )
    return replace(problem, collections=(*problem.collections, *calls))


def _door(problem: PlanProblem, _: str) -> PlanProblem:
    """Services deliver where the order wants it, door or pick-up point."""
    to: DeliversTo = "pickup_point" if problem.orders[0].pickup_point else "home"
    kinds = {"pickup_point", "locker"} if to == "pickup_point" else {"home"}
    services = (one if one.delivers_to in kinds else replace(one, delivers_to=to) for one in problem.tariff.services)
    return replace(problem, tariff=replace(problem.tariff, services=tuple(services)))


def _rule(problem: PlanProblem, name: str) -> PlanProblem:
    return replace(problem, rules=tuple(one for one in problem.rules if one.rule != name))


def _cost(problem: PlanProblem, _: str) -> PlanProblem:
    most = max(problem.brand.unplanned_cost_micros, BEYOND_PRICE_MICROS)
    return replace(problem, brand=replace(problem.brand, unplanned_cost_micros=most))


def _wish(**granted: object) -> Callable[[PlanProblem, str], PlanProblem]:
    def without(problem: PlanProblem, _: str) -> PlanProblem:
        orders: tuple[Order, ...] = tuple(
            replace(one, **granted)  # type: ignore[arg-type]
            for one in problem.orders
        )
        return replace(problem, orders=orders)

    return without


RELAX: dict[str, Callable[[PlanProblem, str], PlanProblem]] = {
    "stock": _stock,
    "capacity": _capacity,
    "carton_size": _carton_size,
    "carton_weight": _carton_weight,
    "service_weight": _service_weight,
    "service_length": _service_length,
    "service_girth": _service_girth,
    "zone": _zone,
    "collection": _collection,
    "door": _door,
    "rule": _rule,
    "cost": _cost,
    "speed": _wish(speed=None),
    "signature": _wish(signed_for=False),
    "saturday": _wish(saturday=False),
    "dates": _wish(not_before=None, promised_by=None),
}
