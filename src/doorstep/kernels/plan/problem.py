"""What the plan kernel is given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from doorstep.domain.bids import BidPrices
from doorstep.domain.carriage import Tariff, apart
from doorstep.domain.catalog import Carton, Product
from doorstep.domain.demand import Brand, Order
from doorstep.domain.emission import EmissionFactor
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.exploration import MOST_TRYING_PPM, Exploration
from doorstep.domain.fleet import Van
from doorstep.domain.learned import TransitModel
from doorstep.domain.rules import Rule
from doorstep.domain.supply import SHIPPING_KINDS, Booked, Collection, Inbound, Linehaul, Site, StockLevel

DAY_S = 86_400
MOST_LINEHAUL_MICROS = 10**12  # of a parcel, or a kilogram: with it, what the heaviest costs stays within 64 bits
MOST_TRANSIT_DAYS = 60


@dataclass(frozen=True, slots=True)
class Relay:
    """A service that stands for a linehaul and the local service that takes over at its depot."""

    service: str
    linehaul: Linehaul
    local: str


MOST_PRICE_MICROS = 10_000_000_000_000  # ten millions of the major unit, for what is beyond price


@dataclass(frozen=True, slots=True)
class PlanProblem:
    """One batch of orders and all that may serve them.

    Orders may carry faults (no lines, an unknown sku): they come back unplanned, with the reason. Everything else must
    be consistent. `now`: no parcel leaves before it; None: each order is decided as at its placing.
    `rules`: what the operator forbids; a name in them that the problem does not have matches nothing.
    `held`: units of `stock` that the orders hold already, so that a safety stock does not keep them back. `lying`: what
    lies at the sites, free or not, where that is more than `stock`: a safety stock's share is one of that. `today`: the
    day by which safety stocks are in force; None: that of `now`, else of the first order.
    `booked`: what decisions before this batch take of daily capacities; told of what has none, it says nothing.
    `bid_prices`: what weighs on a choice beside its cost, without being paid; every name in them must be the problem's.
    `emission_factors`: what the carbon of parcels is reckoned from, for the explanations and for what
    it weighs; without them it is not known.
    `linehauls`: by which parcels may travel to a depot and be taken over by the services that call there.
    `vans`: the brand's own; the parcels of their services leave on rounds, whose cost is part of the freight.
    `exploration`: services that a share of the orders tries so that they get measured; see `tried`.
    `relays`: how the kernel itself writes them, see `relays.with_relays`; left empty by whoever makes a problem.
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
    linehauls: tuple[Linehaul, ...] = ()
    relays: tuple[Relay, ...] = ()
    bid_prices: BidPrices | None = None
    held: tuple[StockLevel, ...] = ()
    lying: tuple[StockLevel, ...] = ()
    today: date | None = None
    vans: tuple[Van, ...] = ()
    exploration: Exploration | None = None
    booked: tuple[Booked, ...] = ()

    def __post_init__(self) -> None:
        _unique("product", [product.sku for product in self.products])
        _unique("site", [site.site for site in self.sites])
        _unique("carton", [carton.carton for carton in self.cartons])
        _unique("service", [service.service for service in self.tariff.services])
        _unique("rule", [rule.rule for rule in self.rules])
        _unique("order", [order.order for order in self.orders])
        sites, skus = {s.site for s in self.sites}, {p.sku for p in self.products}
        services = {s.service for s in self.tariff.services}
        for level in (*self.stock, *self.held):
            if level.site not in sites or level.sku not in skus or level.on_hand < 0:
                raise InvalidProblem(f"stock of {level.sku} at {level.site} is not understood")
        for level in self.lying:  # told of all products
            if level.site not in sites or level.on_hand < 0:
                raise InvalidProblem(f"what lies of {level.sku} at {level.site} is not understood")
        for one in self.booked:
            if one.site not in sites or (one.service and one.service not in services) or one.number < 0:
                raise InvalidProblem(f"what is booked of {one.service or 'orders'} at {one.site} is not understood")
        for call in self.collections:
            if call.site not in sites or call.service not in services:
                raise InvalidProblem(f"collection of {call.service} at {call.site} is not understood")
        if self.linehauls:
            _linehauls(self)
        _vans(self)
        for order in self.orders:
            if order.placed_at.tzinfo is None or any(line.quantity < 1 for line in order.lines):
                raise InvalidProblem(f"order {order.order} is not understood")
        if self.exploration is not None:
            _trials(self.exploration, services)
        if self.bid_prices is not None:
            _understood(self, self.bid_prices, sites, skus)


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
    whole_orders
        Most orders of a cluster that a programme over whole ways prices as a whole; larger clusters are priced part by
        part. 0: all prices are those of the rounds.
    improvement_rounds
        Ruin-and-recreate steps per order that may still gain from them, unless the run sets `iterations`.
    improvement_limit
        Most such steps of all orders together: beyond it a large day gains too little to wait for.
    sharing
        Open orders of one shopper to one door may share parcels; see `joints`.
    """

    max_parcels: int = 3
    exact_atoms: int = 8
    exact_atoms_of_few: int = 10
    days_ahead: int = 4
    price_rounds: int = 150
    whole_orders: int = 5_000
    improvement_rounds: int = 80
    improvement_limit: int = 300_000
    sharing: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.max_parcels <= 3:
            raise InvalidProblem("max_parcels lies between 1 and 3")
        if not (1 <= self.exact_atoms <= 10 and 1 <= self.exact_atoms_of_few <= 10):
            raise InvalidProblem("exact_atoms and exact_atoms_of_few lie between 1 and 10")
        efforts = self.price_rounds, self.whole_orders, self.improvement_rounds, self.improvement_limit
        if self.days_ahead < 1 or min(efforts) < 0:
            raise InvalidProblem("days_ahead < 1 or negative rounds not understood")


def _unique(noun: str, ids: list[str]) -> None:
    if len(set(ids)) < len(ids):
        twice = next(one for one in sorted(ids) if ids.count(one) > 1)
        raise InvalidProblem(f"{noun} {twice} stands twice")


def _linehauls(problem: PlanProblem) -> None:
    """Refuse a linehaul that cannot be: from nowhere to nowhere, across a border of customs, or below nothing."""
    _unique("linehaul", [one.linehaul for one in problem.linehauls])
    sites = {site.site: site for site in problem.sites}
    limited = {call.site for call in problem.collections if call.daily_parcel_capacity is not None}
    for one in problem.linehauls:
        site, depot = sites.get(one.site), sites.get(one.depot)
        if site is None or site.kind not in SHIPPING_KINDS or depot is None or depot.kind != "depot":
            raise InvalidProblem(f"linehaul {one.linehaul} does not lead from a site that ships to a depot")
        if apart(problem.tariff.territories, site.place.country, depot.place.country):
            raise InvalidProblem(f"linehaul {one.linehaul} leads into another customs territory")
        if one.depot in limited:
            raise InvalidProblem(f"a collection at {one.depot} has a capacity; linehaul {one.linehaul} may have one")
        costs = one.cost_per_parcel_micros, one.cost_per_kg_micros
        times = one.departure_time_s, one.arrival_time_s
        if not all(0 <= cost <= MOST_LINEHAUL_MICROS for cost in costs) or (one.daily_parcel_capacity or 0) < 0:
            raise InvalidProblem(f"a cost or the capacity of linehaul {one.linehaul} is not understood")
        if not 0 <= one.transit_days <= MOST_TRANSIT_DAYS or not all(0 <= time < DAY_S for time in times):
            raise InvalidProblem(f"the timetable of linehaul {one.linehaul} is not understood")


def _vans(problem: PlanProblem) -> None:
    """Refuse a van that serves nobody, or that no round can be made for."""
    _unique("van", [one.vehicle for one in problem.vans])
    ships = {site.site for site in problem.sites if site.kind in SHIPPING_KINDS}
    doors = {one.service for one in problem.tariff.services if one.delivers_to == "home"}
    stop_s: dict[tuple[str, str], int] = {}
    for one in problem.vans:
        if one.site not in ships or one.service not in doors:
            raise InvalidProblem(f"van {one.vehicle} does not bring parcels of a site that ships to doors")
        if stop_s.setdefault((one.site, one.service), one.stop_s) != one.stop_s:
            raise InvalidProblem(f"a stop of van {one.vehicle} takes another time than one of its fellows")
        costs = one.cost_per_km_micros, one.cost_per_hour_micros, one.fixed_cost_micros
        if not all(0 <= cost <= MOST_PRICE_MICROS for cost in costs) or min(one.count, one.trips) < 1:
            raise InvalidProblem(f"the costs or the number of van {one.vehicle} are not understood")
        if not 0 <= one.shift_from_s <= one.shift_to_s <= one.shift_from_s + DAY_S or one.stop_s < 0:
            raise InvalidProblem(f"the times of van {one.vehicle} are not understood")


def _trials(exploration: Exploration, services: set[str]) -> None:
    """Refuse services that the problem does not have, and shares that leave too few orders as they are."""
    _unique("trial of service", [one.service for one in exploration.trials])
    for one in exploration.trials:
        sound = one.share_ppm > 0 and 0 <= one.most_extra_micros <= MOST_PRICE_MICROS
        if one.service not in services or not sound:
            raise InvalidProblem(f"trial of service {one.service} is not understood")
    if sum(one.share_ppm for one in exploration.trials) > MOST_TRYING_PPM:
        raise InvalidProblem(f"more than {MOST_TRYING_PPM} ppm of the orders would try a service")


def _understood(problem: PlanProblem, bids: BidPrices, sites: set[str], skus: set[str]) -> None:
    """Refuse names that the problem does not have, and prices that can be none."""
    offers, orders = problem.tariff.services, {order.order for order in problem.orders}
    services, carriers = {one.service for one in offers}, {one.carrier for one in offers}
    pairs = {(one.carrier, one.service) for one in offers}
    _unique("bid price", [f"{one.site} {one.sku} {one.service}" for one in bids.rows])
    _unique("commitment price", [f"{one.carrier} {one.service}" for one in bids.commitments])
    _unique("value of speed", [one.order for one in bids.speed])
    for row in bids.rows:
        known = row.site in sites and (not row.sku or row.sku in skus) and (not row.service or row.service in services)
        if not known or (row.sku and row.service) or not 0 <= row.price_micros <= MOST_PRICE_MICROS:
            raise InvalidProblem(f"bid price of {row.sku or row.service or 'orders'} at {row.site} is not understood")
    for one in bids.commitments:
        known = (one.carrier, one.service) in pairs if one.service else one.carrier in carriers
        if not known or abs(one.price_micros) > MOST_PRICE_MICROS:
            raise InvalidProblem(f"commitment price of {one.service or one.carrier} is not understood")
    _unique("value of carbon", [one.order for one in bids.carbon])
    if bids.carbon and not problem.emission_factors:
        raise InvalidProblem("a value of carbon needs emission factors")
    for green in bids.carbon:
        if (green.order and green.order not in orders) or not 0 <= green.kg_micros <= MOST_PRICE_MICROS:
            raise InvalidProblem(f"value of carbon of {green.order or 'all orders'} is not understood")
    for value in bids.speed:
        worth = value.day_micros, value.next_day_micros
        if (value.order and value.order not in orders) or not all(0 <= one <= MOST_PRICE_MICROS for one in worth):
            raise InvalidProblem(f"value of speed of {value.order or 'all orders'} is not understood")
