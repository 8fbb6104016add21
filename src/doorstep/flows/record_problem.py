"""The door of the record: rows become the same problem that a brand folder becomes."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection as Names
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from doorstep.core.accounts import snapshot as accounts
from doorstep.core.catalog import snapshot as catalog
from doorstep.core.learned import account_terms, bids, decisions, steering
from doorstep.core.learned import snapshot as learned
from doorstep.core.messages import disruptions
from doorstep.core.messages.disruptions import in_force
from doorstep.core.network import snapshot as network
from doorstep.core.parcels import booked as parcels
from doorstep.core.stock import snapshot as stock
from doorstep.core.tariffs import snapshot as tariffs
from doorstep.core.versions import Version, version
from doorstep.domain.demand import Order
from doorstep.domain.disruption import Disruption
from doorstep.domain.learned import TransitModel
from doorstep.domain.rules import Rule
from doorstep.domain.supply import Booked, Collection, Site, StockLevel
from doorstep.files.emissions import with_defaults
from doorstep.files.rules_toml import kept_rules
from doorstep.flows.durations import durations_in_force
from doorstep.flows.kits import exploded
from doorstep.flows.widen import widened
from doorstep.kernels.plan.plan import PlanProblem
from doorstep.kernels.promise.durations import durations_at

OF_BRAND = (
    *accounts.OF_BRAND,
    *catalog.OF_BRAND,
    *tariffs.OF_BRAND,
    *decisions.OF_BRAND,
    *bids.OF_BRAND,
    *steering.OF_BRAND,
)  # what the ground of a brand is read from
OF_OPERATOR = (
    *accounts.OF_OPERATOR,
    *network.OF_OPERATOR,
    *disruptions.OF_OPERATOR,
    *account_terms.OF_OPERATOR,
)


@dataclass(frozen=True, slots=True)
class Ground:
    """What stands still while orders come and go: a problem without orders and stock, and how old it is."""

    problem: PlanProblem
    operator_id: int
    loaded_at: datetime
    disruptions: tuple[Disruption, ...] = ()
    limited: Mapping[int, Site] = field(default_factory=dict)  # by row id, where a day has a limit


def ground(brand_id: int, known: datetime, transit: TransitModel | None = None) -> Ground:
    """Load what does not change with an order.

    Durations, unless given, are those in force at the pace of the last days; where none are in force, they are learned
    from what was known at `known`.
    """
    operator_id, brand = accounts.brand(brand_id)
    tariff = tariffs.tariff(brand_id)
    sites = network.sites(operator_id)
    calls = network.collections(operator_id, {one.service for one in tariff.services})
    if transit is None:
        published, history = durations_in_force(brand_id, known), learned.history(brand_id)
        transit = durations_at(published, history, known, sites, calls, tariff.services)
    problem = PlanProblem(
        brand=brand,
        products=(),
        sites=sites,
        collections=calls,
        stock=(),
        inbound=(),
        cartons=catalog.cartons(brand_id),
        tariff=tariff,
        orders=(),
        transit=transit,
        data_version="",
        now=None,
        emission_factors=with_defaults(tariffs.emission_factors(brand_id)),
        rules=kept_rules(tariffs.rules_text(brand_id)),
    )
    return Ground(problem, operator_id, known, in_force(operator_id, known.date()), _limited(operator_id, sites, calls))


def _limited(operator_id: int, sites: Sequence[Site], calls: Sequence[Collection]) -> dict[int, Site]:
    """Give the sites where a day of this brand may be full; no query where there is none."""
    names = {one.site for one in sites if one.daily_order_capacity is not None}
    names |= {one.site for one in calls if one.daily_parcel_capacity is not None}
    if not names:
        return {}
    by_name = {one.site: one for one in sites}
    return {pk: by_name[name] for name, pk in network.site_ids(operator_id).items() if name in names}


def ground_version(operator_id: int, brand_id: int) -> Version | None:
    """As long as this is the same, so is what `ground` reads, history apart; None: only reading will tell."""
    owners = [(rows, brand_id) for rows in OF_BRAND] + [(rows, operator_id) for rows in OF_OPERATOR]
    return version(owners)


def with_orders(
    ground: Ground,
    brand_id: int,
    orders: Iterable[Order],
    now: datetime | None,
    all_products: bool = False,
    at: datetime | None = None,
    without: int = 0,
) -> PlanProblem:
    """Set orders, and the stock of this moment, upon the ground; lots expired `at` (else `now`) are left out.

    `without`: row id of an order whose room on its days is free, because it is decided anew.
    """
    orders = tuple(exploded(order) for order in orders)
    skus = None if all_products else {line.sku for order in orders for line in order.lines}
    products = catalog.products(brand_id, skus)
    levels = stock.available(brand_id, skus, at or now)
    wanted = {product.sku for product in products}
    since = now or min((order.placed_at for order in orders), default=ground.loaded_at)
    taken = booked(ground, since, without) if orders else ()
    problem = replace(
        ground.problem,
        products=products,
        stock=levels,
        inbound=tuple(one for one in stock.inbound(brand_id) if one.sku in wanted),
        orders=orders,
        data_version=data_version(levels, orders, taken),
        now=now,
        booked=taken,
        lying=lying(ground.problem.rules, brand_id, levels, None if all_products else wanted),
        today=(at or now or ground.loaded_at).date(),
    )
    return widened(problem, ground.disruptions, (now or ground.loaded_at).date())


def booked(ground: Ground, since: datetime, without: int = 0) -> tuple[Booked, ...]:
    """Give what decisions before take of the days on which something may leave; one query, else none."""
    if not ground.limited:
        return ()
    zones = {pk: site.time_zone for pk, site in ground.limited.items()}
    services = {"", *(one.service for one in ground.problem.tariff.services)}
    found = parcels.booked(zones, since, without)
    return tuple(
        Booked(ground.limited[site].site, service, day, number)
        for (site, service, day), number in sorted(found.items())
        if service in services
    )


def data_version(levels: Sequence[StockLevel], orders: Sequence[Order] | Order, taken: Sequence[Booked]) -> str:
    """Name what a decision was made on: stock, orders, and room that is gone."""
    seen = (levels, orders, taken) if taken else (levels, orders)
    return hashlib.sha256(repr(seen).encode()).hexdigest()


def lying(
    rules: Sequence[Rule], brand_id: int, free: Sequence[StockLevel], skus: Names[str] | None
) -> tuple[StockLevel, ...]:
    """All units at the sites, free or reserved, where a rule keeps a share of them back; one query, else none.

    `skus` None: of all products.
    """
    if not any(rule.share_ppm for rule in rules):
        return ()
    units: Counter[tuple[str, str]] = Counter()
    for level in (*free, *stock.reserved(brand_id, skus)):
        units[level.site, level.sku] += level.on_hand
    return tuple(StockLevel(*spot, number) for spot, number in sorted(units.items()))


def day_problem(
    brand_id: int, orders: Iterable[Order], now: datetime | None, at: datetime | None = None
) -> PlanProblem:
    """All of it at once, for a batch."""
    orders = tuple(orders)
    known = now or min((order.placed_at for order in orders), default=datetime(1970, 1, 1, tzinfo=UTC))
    return with_orders(ground(brand_id, known), brand_id, orders, now, all_products=True, at=at)
