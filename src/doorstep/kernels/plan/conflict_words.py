"""Conflicts in words: what stands in the way, and what somebody in a warehouse or an office can do about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from doorstep.domain.carriage import Service
from doorstep.domain.decision import Conflict
from doorstep.domain.demand import Order
from doorstep.domain.rule_words import told
from doorstep.domain.units import girth_mm
from doorstep.kernels.plan.board import leaving_minor
from doorstep.kernels.plan.market import Market
from doorstep.kernels.plan.relax import MADE, Key
from doorstep.kernels.plan.without import Bench, Sent

MOST_NAMED = 6  # rows of stock that others draw on
Words = tuple[str, str]  # what stands in the way, and what would help


@dataclass(frozen=True, slots=True)
class Scene:
    """An order, and the parcels by which it could go without the constraint."""

    market: Market
    bench: Bench
    order: Order
    sent: Sequence[Sent]

    @property
    def services(self) -> list[tuple[Sent, Service]]:
        """The service of each parcel as it is; a linehaul's stands for the one that takes over."""
        offers = {one.service: one for one in self.market.problem.tariff.services}
        return [(one, offers[one.service]) for one in self.sent]

    def needed(self, sku: str) -> int:
        """Units of a sku that the order asks for."""
        return sum(line.quantity for line in self.order.lines if line.sku == sku)


def tell(scene: Scene, key: Key, group: int, enough: bool) -> Conflict:
    """Say a conflict."""
    kind, name = key
    detail, fix = _WORDS[kind](scene, name)
    return Conflict(kind, detail, fix, group, enough)


def _others(scene: Scene, _: str) -> Words:
    """Name what they hold of the goods of which no site has enough left, else of all."""
    market, taken = scene.market, scene.bench.taken.stock
    left = market.stock - taken
    skus = dict.fromkeys(line.sku for line in scene.order.lines)
    lent = [sku for sku in skus if (taken[market.ships, market.sku[sku]] > 0).any()]
    short = [sku for sku in lent if (left[market.ships, market.sku[sku]] < scene.needed(sku)).all()]
    held = []
    for sku in short or skus:
        units = taken[:, market.sku[sku]]
        ships = [k for k in range(len(units)) if units[k] > 0 and market.ships[k]]
        held += [f"{units[k]} x {sku} at {market.problem.sites[k].site}" for k in ships]
    more = f" and {len(held) - MOST_NAMED} more" if len(held) > MOST_NAMED else ""
    detail = f"other orders take {_listed(held[:MOST_NAMED])}{more}"
    return detail, "give the order a higher priority, or free what another order holds"


def _stock(scene: Scene, sku: str) -> Words:
    market, j, needed = scene.market, scene.market.sku[sku], scene.needed(sku)
    left = market.stock[:, j] - scene.bench.taken.stock[:, j]
    places = [
        f"{int(left[k])} left at {one.site}"
        for k, one in enumerate(market.problem.sites)
        if market.ships[k] and left[k] > 0
    ]
    detail = f"{needed} x {sku} asked, {_listed(places) if places else 'none left'}"
    more: dict[str, int] = {}
    for parcel in scene.sent:
        more[parcel.site] = more.get(parcel.site, 0) + sum(units for one, units in parcel.goods if one == sku)
    bring = [
        f"{units - int(left[market.site[site]])} more x {sku} to {site}{_due(market, site, sku)}"
        for site, units in more.items()
        if units > int(left[market.site[site]])
    ]
    return detail, f"bring {_listed(bring, ' and ')}" if bring else f"bring more x {sku} to one site"


def _due(market: Market, site: str, sku: str) -> str:
    due = sorted(
        (one.expected_at, one.quantity) for one in market.problem.inbound if (one.site, one.sku) == (site, sku)
    )
    return f" ({due[0][1]} expected there on {due[0][0].date()})" if due else ""


def _capacity(scene: Scene, _: str) -> Words:
    market, limits, raises = scene.market, [], []
    for parcel in scene.sent:
        k, v = market.site[parcel.site], market.service[parcel.service]
        if market.site_capacity[k] >= 0:
            limits.append(f"{parcel.site} handles {market.site_capacity[k]} orders a day")
            raises.append(f"daily_order_capacity of {parcel.site}")
        if market.service_capacity[k, v] >= 0:
            name, row = _limited(market, v, parcel.site)
            limits.append(f"{name} takes {market.service_capacity[k, v]} parcels a day at {parcel.site}")
            raises.append(f"daily_parcel_capacity of {row}")
    told_limits = _listed(_once(limits)) if limits else "sites and services are full"
    what = _listed(_once(raises), " or ") if raises else "daily_order_capacity or daily_parcel_capacity"
    return f"{told_limits}, and the days considered are full", f"raise {what}, or plan it with the next batch"


def _limited(market: Market, service: int, site: str) -> tuple[str, str]:
    """What has a daily capacity, and its row: all that goes by a linehaul shares that of the linehaul."""
    relays = market.relays
    if relays is not None and service >= relays.first:
        name = market.problem.relays[service - relays.first].linehaul.linehaul
        return name, f"{name} in linehauls.csv"
    name = market.problem.tariff.services[service].service
    return name, f"{name} at {site}"


def _carton_size(scene: Scene, _: str) -> Words:
    sizes = _once([_size(one.size_mm) for one in scene.sent if one.carton.startswith(MADE)])
    fix = f"add a carton of {_listed(sizes, ' and one of ')} inside" if sizes else "add a larger carton"
    return "no carton is large enough for what has to travel together", fix


def _carton_weight(scene: Scene, _: str) -> Words:
    limit = {one.carton: one.max_weight_g for one in scene.market.problem.cartons}
    most = max(limit.values())
    heavy = [one for one in scene.sent if one.weight_g > limit.get(one.carton, most)]
    if not heavy:
        return "the cartons may not be as heavy", "let a carton bear more"
    one = max(heavy, key=lambda parcel: parcel.weight_g)
    name = "a carton" if one.carton.startswith(MADE) else one.carton
    return (
        f"a parcel of {one.weight_g} g; {'cartons' if name == 'a carton' else name} may weigh up to "
        f"{limit.get(one.carton, most)} g",
        f"let {name} weigh {one.weight_g} g (max_weight_g in cartons.csv)",
    )


def _service_weight(scene: Scene, _: str) -> Words:
    heavy = [(one, offer) for one, offer in scene.services if one.weight_g > offer.max_weight_g]
    if not heavy:
        one, offer = max(scene.services, key=lambda pair: pair[0].weight_g)
        detail = f"the rates of {offer.service} end below a parcel of {one.weight_g} g"
        return detail, f"add a rate of {offer.service} for {one.weight_g} g, or a service for heavier parcels"
    one, offer = heavy[0]
    detail = f"a parcel of {one.weight_g} g; {offer.service} carries up to {offer.max_weight_g} g"
    return detail, f"have {offer.service} carry {one.weight_g} g, or add a service for heavier parcels"


def _service_length(scene: Scene, _: str) -> Words:
    long = [(one, offer) for one, offer in scene.services if max(one.size_mm) > offer.max_length_mm]
    if not long:
        return "the parcel is longer than services take", "add a service for longer parcels"
    one, offer = long[0]
    detail = f"a parcel of {max(one.size_mm)} mm; {offer.service} takes up to {offer.max_length_mm} mm"
    return detail, f"have {offer.service} take {max(one.size_mm)} mm, or add a service for longer parcels"


def _service_girth(scene: Scene, _: str) -> Words:
    wide = [
        (girth_mm(*one.size_mm), offer.max_girth_mm, offer.service)
        for one, offer in scene.services
        if offer.max_girth_mm is not None and girth_mm(*one.size_mm) > offer.max_girth_mm
    ]
    if not wide:
        return "the parcel has a larger girth than services take", "add a service for bulkier parcels"
    girth, most, service = wide[0]
    detail = f"a parcel of {girth} mm in girth; {service} takes up to {most} mm"
    return detail, f"have {service} take {girth} mm, or add a service for bulkier parcels"


def _zone(scene: Scene, _: str) -> Words:
    place, sites = scene.order.place, {one.site: one.place.country for one in scene.market.problem.sites}
    ways = _once([f"{one.service} from {sites[one.site]}" for one in scene.sent])
    where = f"{place.country} {place.postcode or 'without a postcode'}"
    return f"{_listed(ways, ' and ')} has no zone for {where}", f"add {where} to the zones of {_listed(ways, ' and ')}"


def _collection(scene: Scene, _: str) -> Words:
    market = scene.market
    calls = _once(
        [
            f"{one.service} at {one.site}"
            for one in scene.sent
            if not market.calls[market.site[one.site], market.service[one.service]]
        ]
    )
    if not calls:
        return "too few services call", "add a row to collections.csv"
    return f"nobody collects for {_listed(calls)}", f"have a collection of {_listed(calls, ' and ')} (collections.csv)"


def _speed(scene: Scene, _: str) -> Words:
    return f"{scene.order.speed} delivery asked for", f"let it go by {_services(scene)}, or add a service that fast"


def _signature(scene: Scene, _: str) -> Words:
    return "a signature asked for", f"send it without one by {_services(scene)}, or add a signature to a service"


def _saturday(scene: Scene, _: str) -> Words:
    fix = f"send it on another day by {_services(scene)}, or add a service that delivers on Saturdays"
    return "Saturday delivery asked for", fix


def _dates(scene: Scene, _: str) -> Words:
    order = scene.order
    wished = [
        f"not before {order.not_before}" if order.not_before else "",
        f"by {order.promised_by}" if order.promised_by else "",
    ]
    fix = f"agree on another day with the customer; {_services(scene)} could take it"
    return f"delivery asked for {' and '.join(one for one in wished if one)}", fix


def _door(scene: Scene, _: str) -> Words:
    if scene.order.pickup_point:
        point = scene.order.pickup_point
        return f"to be delivered to pick-up point {point}", f"send it to the door by {_services(scene)}"
    return "to be delivered to the door", f"send it to a pick-up point by {_services(scene)}"


def _rule(scene: Scene, name: str) -> Words:
    rule = next(one for one in scene.market.problem.rules if one.rule == name)
    ways = _once([f"from {one.site} by {one.service}" for one in scene.sent])
    return told(rule), f"change rule {name}: it could go {_listed(ways, ' and ')}"


def _parcels(scene: Scene, _: str) -> Words:
    most = scene.bench.setting.params.max_parcels
    detail = f"one order goes in at most {most} parcel{'s' * (most != 1)}"
    return detail, f"make several orders of it, {len(scene.sent)} parcels in all"


def _cost(scene: Scene, _: str) -> Words:
    currency, orders = scene.market.problem.brand.currency, scene.market.problem.orders
    at = next(i for i, one in enumerate(orders) if one.order == scene.order.order)
    price = int(leaving_minor(scene.market)[at])
    worth = "" if scene.market.scales is None else ", what it takes being worth something to later orders"
    cost = sum(one.cost_minor for one in scene.sent)
    ways = _once([f"from {one.site} by {one.service}" for one in scene.sent])
    detail = (
        f"it would cost {currency.text(cost)} {currency.code} ({_listed(ways, ' and ')}), "
        f"and to leave it counts {currency.text(price)}{worth}"
    )
    return detail, "raise unplanned_cost in brand.csv, or negotiate a rate for it"


def _services(scene: Scene) -> str:
    return _listed(_once([one.service for one in scene.sent]), " and ")


def _size(size_mm: Sequence[int]) -> str:
    return " x ".join(map(str, sorted(size_mm, reverse=True))) + " mm"


def _once(texts: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(texts))


def _listed(texts: Sequence[str], last: str = ", ") -> str:
    return last.join([", ".join(texts[:-1]), texts[-1]]) if len(texts) > 1 else "".join(texts)


_WORDS: dict[str, Callable[[Scene, str], Words]] = {
    "others": _others,
    "stock": _stock,
    "capacity": _capacity,
    "carton_size": _carton_size,
    "carton_weight": _carton_weight,
    "service_weight": _service_weight,
    "service_length": _service_length,
    "service_girth": _service_girth,
    "zone": _zone,
    "collection": _collection,
    "speed": _speed,
    "signature": _signature,
    "saturday": _saturday,
    "dates": _dates,
    "door": _door,
    "rule": _rule,
    "parcels": _parcels,
    "cost": _cost,
}
