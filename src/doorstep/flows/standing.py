"""What stands still while carts and orders come and go, held in memory, compiled, and never older than two seconds.

Where the database can tell that nothing was written, one question makes what is held new again.
Stock is not among it: it is read for every cart and every order.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock

from doorstep.core.accounts.queries import BrandRow, brands
from doorstep.core.catalog.kits import kits
from doorstep.core.catalog.snapshot import product_ids, products
from doorstep.core.learned.steering import in_force
from doorstep.core.network.snapshot import site_ids
from doorstep.core.stock.snapshot import free_units
from doorstep.core.versions import Version
from doorstep.domain.catalog import Product
from doorstep.domain.demand import Order
from doorstep.domain.learned import TransitModel
from doorstep.domain.rights import Scope
from doorstep.domain.steering import NOTHING, Steering
from doorstep.domain.supply import StockLevel
from doorstep.flows.bids import Heeded, bids_in_force, with_bids
from doorstep.flows.durations import durations_in_force
from doorstep.flows.keep_plan import Ids
from doorstep.flows.kits import Kits, exploded, settled
from doorstep.flows.record_problem import Ground, booked, data_version, ground, ground_version, lying
from doorstep.flows.steering import with_steering
from doorstep.flows.widen import widened
from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.plan.ready import Ready, make_ready

STALE_AFTER = timedelta(seconds=2)
RENEW_AFTER = timedelta(seconds=1.5)  # by whoever comes first; the others go on with what is there
LEARN_AFTER = timedelta(hours=1)  # transit is learned anew; the past does not change faster


@dataclass(frozen=True, slots=True)
class Standing:
    """Of one brand. `products` and `kits` by sku."""

    ground: Ground
    ready: Ready
    ids: Ids
    products: dict[str, Product]
    kits: Kits
    version: Version | None  # of the rows it was read from
    bids: Heeded | None  # what weighs on carts and orders that are decided one at a time
    steering: Steering = NOTHING


_held: dict[int, Standing] = {}
_brands: dict[tuple[int, frozenset[int]], tuple[datetime, tuple[BrandRow, ...]]] = {}
# When, of which published durations (None: of none), and at the pace of that hour.
_learned: dict[int, tuple[datetime, TransitModel | None, TransitModel]] = {}
_renewing = Lock()


def standing(operator_id: int, brand_id: int, now: datetime, skus: Collection[str] = ()) -> Standing:
    """Give what stands still; renewed when it is old, or when a sku is asked for that was not there."""
    held = _held.get(brand_id)
    if held is not None and _serves(held, operator_id, now, RENEW_AFTER, skus):
        return held
    still_good = held is not None and _serves(held, operator_id, now, STALE_AFTER, skus)
    if not _renewing.acquire(blocking=not still_good):
        assert held is not None
        return held
    try:
        held = _held.get(brand_id)
        if held is None or not _serves(held, operator_id, now, RENEW_AFTER, skus):
            held = _held[brand_id] = _load(operator_id, brand_id, now, held)
        return held
    finally:
        _renewing.release()


def brands_of(scope: Scope, now: datetime) -> tuple[BrandRow, ...]:
    """Give the brands of a scope, by code; what is said of them is no older than two seconds."""
    held = _brands.get((scope.operator, scope.brands))
    if held is None or abs(now - held[0]) >= STALE_AFTER:
        held = _brands[scope.operator, scope.brands] = (now, brands(scope))
    return held[1]


def cart_problem(here: Standing, cart: Order, now: datetime, speed: bool = True) -> PlanProblem:
    """Set one cart, its products, what weighs on it and the stock of this moment upon the ground.

    Goods on their way are left out. `speed` false: who is served chooses among dates, so that no value of one weighs.
    """
    cart = exploded(settled(cart, here.kits))
    ids, skus = here.ids, sorted({line.sku for line in cart.lines} & here.products.keys())
    sites = {pk: code for code, pk in ids.sites.items()}
    of = {ids.products[sku]: sku for sku in skus}
    zones = {ids.sites[one.site]: one.time_zone for one in here.ground.problem.sites}
    free = free_units(ids.brand, of, zones, now)
    levels = tuple(StockLevel(sites[site], of[product], units) for (site, product), units in free.items())
    taken = booked(here.ground, now)
    problem = replace(
        here.ground.problem,
        products=tuple(here.products[sku] for sku in skus),
        stock=levels,
        orders=(cart,),
        data_version=data_version(levels, cart, taken),
        now=now,
        booked=taken,
        lying=lying(here.ground.problem.rules, ids.brand, levels, skus),
    )
    heeding = with_bids(widened(problem, here.ground.disruptions, now.date()), here.bids, now)
    return with_steering(heeding, here.steering, now, speed)


def ready_for(here: Standing, problem: PlanProblem) -> Ready | None:
    """What was compiled, if it is of this very problem: not when a disruption or a border has changed its ground."""
    ground = here.ground.problem
    same = problem.transit is ground.transit and problem.collections is ground.collections
    same = same and problem.sites is ground.sites and problem.tariff is ground.tariff
    return here.ready if same and problem.cartons is ground.cartons else None


def forget_brand(brand_id: int) -> None:
    """Load this brand anew for whoever comes next; other processes do so within two seconds."""
    _held.pop(brand_id, None)


def forget() -> None:
    """Hold nothing any more: the record is another one."""
    _held.clear()
    _brands.clear()
    _learned.clear()


def _serves(held: Standing, operator_id: int, now: datetime, age: timedelta, skus: Collection[str]) -> bool:
    loaded_at = held.ground.loaded_at
    if operator_id != held.ids.operator or abs(now - loaded_at) >= age:  # who came before it was loaded may use it, too
        return False
    return loaded_at == now or all(sku in held.products for sku in skus)


def _load(operator_id: int, brand_id: int, now: datetime, before: Standing | None) -> Standing:
    """Load it all, unless the database can tell that nothing was written since.

    What was compiled is kept if nothing that went into it has changed.
    """
    at, of, transit = _learned.get(brand_id, (None, None, None))
    if at is not None and not at <= now < at + LEARN_AFTER:
        transit = None
    version = ground_version(operator_id, brand_id)
    if before and version and transit and _same(before, operator_id, version, now):
        return replace(before, ground=replace(before.ground, loaded_at=now))
    published = durations_in_force(brand_id, now)
    transit = transit if published is of else None
    loaded = ground(brand_id, now, transit)
    if not transit:
        _learned[brand_id] = (now, published, loaded.problem.transit)
    if before and before.ready.ground == loaded.problem:  # the very same objects, by which others know it again
        loaded, ready = replace(loaded, problem=before.ready.ground), before.ready
    else:
        ready = make_ready(loaded.problem)
    ids = Ids(operator_id, brand_id, site_ids(operator_id), product_ids(brand_id), frozenset(loaded.limited))
    goods = {one.sku: one for one in products(brand_id)}
    steered = in_force(brand_id)
    return Standing(loaded, ready, ids, goods, kits(brand_id), version, bids_in_force(brand_id, now), steered)


def _same(before: Standing, operator_id: int, version: Version, now: datetime) -> bool:
    """Nothing was written since; disruptions are asked for by the day."""
    same_day = before.ground.loaded_at.date() == now.date()
    return before.version == version and before.ids.operator == operator_id and same_day
