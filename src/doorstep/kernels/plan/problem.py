"""What the plan kernel is given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from doorstep.domain.carriage import Tariff
from doorstep.domain.catalog import Carton, Product
from doorstep.domain.demand import Brand, Order
from doorstep.domain.emission import EmissionFactor
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.learned import TransitModel
from doorstep.domain.rules import Rule
from doorstep.domain.supply import Collection, Inbound, Site, StockLevel


@dataclass(frozen=True, slots=True)
class PlanProblem:
    """One batch of orders and all that may serve them.

    Orders may carry faults (no lines, an unknown sku): they come back unplanned, with the reason. Everything else must
    be consistent. `now`: no parcel leaves before it; None: each order is decided as at its placing.
    `rules`: what the operator forbids; a name in them that the problem does not have matches nothing.
    `emission_factors`: what the carbon of parcels is reckoned from, for the explanations; without them it is not known.
    """

    brand: Brand
    products: tuple[Product, ...]
    sites: tuple[Site, ...]
    collections: tuple[Collection, ...]
    stock: tuple[StockLevel, ...]
    inbound: tuple[Inbound, ...]
    cartons: tuple[Carton, ...]
    tariff: Tariff
    orders: tuple[Order, ...]
    transit: TransitModel
    data_version: str
    now: datetime | None = None
    emission_factors: tuple[EmissionFactor, ...] = ()
    rules: tuple[Rule, ...] = ()

    def __post_init__(self) -> None:
        _unique("product", [product.sku for product in self.products])
        _unique("site", [site.site for site in self.sites])
        _unique("carton", [carton.carton for carton in self.cartons])
        _unique("service", [service.service for service in self.tariff.services])
        _unique("rule", [rule.rule for rule in self.rules])
        _unique("order", [order.order for order in self.orders])
        sites, skus = {s.site for s in self.sites}, {p.sku for p in self.products}
        services = {s.service for s in self.tariff.services}
        for level in self.stock:
            if level.site not in sites or level.sku not in skus or level.on_hand < 0:
                raise InvalidProblem(f"stock of {level.sku} at {level.site} is not understood")
        for call in self.collections:
            if call.site not in sites or call.service not in services:
                raise InvalidProblem(f"collection of {call.service} at {call.site} is not understood")
        for order in self.orders:
            if order.placed_at.tzinfo is None or any(line.quantity < 1 for line in order.lines):
                raise InvalidProblem(f"order {order.order} is not understood")


@dataclass(frozen=True, slots=True)
class PlanParams:
    """Limits and effort, each with its default here and nowhere else.

    Attributes
    ----------
    max_parcels
        Most parcels of one order, 1 to 3.
    exact_atoms
        Orders of at most so many atoms (lines, or the chunks of a line too large for one parcel) are decided over all
        their partitions; larger ones over a restricted family.
    exact_atoms_of_few
        The same where only a few orders of the batch are larger than that, as at checkout.
    days_ahead
        Calendar days considered where a capacity is set, the earliest leaving day included; 4 reach over a weekend.
    price_rounds
        Updates of the stock and capacity prices.
    improvement_rounds
        Ruin-and-recreate steps per order that may still gain from them, unless the run sets `iterations`.
    improvement_limit
        Most such steps of all orders together: beyond it a large day gains too little to wait for.
    """

    max_parcels: int = 3
    exact_atoms: int = 8
    exact_atoms_of_few: int = 10
    days_ahead: int = 4
    price_rounds: int = 150
    improvement_rounds: int = 30
    improvement_limit: int = 300_000

    def __post_init__(self) -> None:
        if not 1 <= self.max_parcels <= 3:
            raise InvalidProblem("max_parcels lies between 1 and 3")
        if not (1 <= self.exact_atoms <= 10 and 1 <= self.exact_atoms_of_few <= 10):
            raise InvalidProblem("exact_atoms and exact_atoms_of_few lie between 1 and 10")
        if self.days_ahead < 1 or min(self.price_rounds, self.improvement_rounds, self.improvement_limit) < 0:
            raise InvalidProblem("days_ahead < 1 or negative rounds not understood")


def _unique(noun: str, ids: list[str]) -> None:
    if len(set(ids)) < len(ids):
        twice = next(one for one in sorted(ids) if ids.count(one) > 1)
        raise InvalidProblem(f"{noun} {twice} stands twice")
