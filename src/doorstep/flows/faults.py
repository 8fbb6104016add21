"""What is wrong with a well-formed order, all of it at once: its shopper has paid, so it is kept on hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from doorstep.core.catalog.snapshot import products as catalog
from doorstep.core.learned.places import destinations
from doorstep.core.orders.rewriting import located, review_over
from doorstep.domain.carriage import ZoneRule
from doorstep.domain.demand import Order, OrderFault
from doorstep.domain.holds import crosses_customs, family_of
from doorstep.domain.supply import SHIPPING_KINDS
from doorstep.flows.address import (
    LEAST_PREFIX,
    Covered,
    Known,
    check_address,
    covered_by,
    packed,
    rules_of,
    tidied,
    zone_prefix,
)
from doorstep.flows.customs import papers_missing, without_papers
from doorstep.flows.kits import exploded
from doorstep.kernels.plan.problem import PlanProblem

LEARNED_ANEW = timedelta(hours=1)  # the history grows by night, and a postcode stays where it is
RULE_HELD = timedelta(seconds=2)
MOST_LOCATED = 100_000  # postcodes held in memory
_zones: dict[int, tuple[tuple[ZoneRule, ...], Covered]] = {}
_places: dict[int, tuple[datetime, dict[tuple[str, str], tuple[float, float]]]] = {}
_located: dict[tuple[int, str, str], tuple[datetime, tuple[float, float]]] = {}  # by brand, country, packed postcode
_rules: dict[int, tuple[datetime, int | None]] = {}


@dataclass(frozen=True, slots=True)
class Examined:
    order: Order  # its address as the check has left it
    faults: tuple[OrderFault, ...]  # the one to mend first comes first; none: it can be planned


@dataclass(frozen=True, slots=True)
class _Desk:
    """What orders of a brand are examined by, whether one comes or a thousand."""

    standing: PlanProblem
    products: Mapping[str, int]
    covered: Covered
    known: Known
    bare: Callable[[set[str]], tuple[str, ...]]  # those of some skus that have no customs papers
    over_micros: int | None
    street: bool


def examine(
    brand_id: int,
    order: Order,
    standing: PlanProblem,
    products: Mapping[str, int],
    *,
    now: datetime,
    settled: Collection[str] = (),
) -> Examined:
    """Check an order against its address, the catalogue, borders, its payment and the brand's own rule.

    `standing` is the brand's ground (`record_problem.ground`), `products` are row ids by sku, `settled` the families
    of faults that a person has settled already.
    """
    return examine_all(brand_id, [order], standing, products, now=now, settled=settled)[0]


def examine_all(
    brand_id: int,
    orders: Sequence[Order],
    standing: PlanProblem,
    products: Mapping[str, int],
    *,
    now: datetime,
    settled: Collection[str] = (),
    street: bool = True,
) -> list[Examined]:
    """Check many orders in a few queries, each as `examine` does; `street`: an address that needs one must tell it."""
    _look_up(brand_id, orders, now)
    desk = _Desk(
        standing,
        products,
        _covered(brand_id, standing.tariff.zones),
        _known(brand_id, now),
        lambda skus: without_papers(catalog(brand_id, skus)),
        _review_over(brand_id, now),
        street,
    )
    return [_examine(order, desk, settled) for order in orders]


def forget() -> None:
    """Hold nothing any more: the record is another one."""
    for held in (_zones, _places, _located, _rules):
        held.clear()


def forget_rule(brand_id: int) -> None:
    _rules.pop(brand_id, None)


def _examine(order: Order, desk: _Desk, settled: Collection[str]) -> Examined:
    address = check_address(order, desk.covered, desk.known, desk.street)
    order = address.order
    found = [
        *_of_lines(order, desk.products),
        *address.faults,
        *_of_destination(order, desk.covered),
        *_of_customs(order, desk),
        *_of_payment(order),
        *_of_review(order, desk),
    ]
    return Examined(order, tuple(one for one in found if family_of(one.reason) not in settled))


def faults_of_cart(brand_id: int, cart: Order, zones: tuple[ZoneRule, ...]) -> tuple[OrderFault, ...]:
    """Tell what is wrong with where a cart goes. It has no street yet, so that an address may be incomplete."""
    covered, rules = _covered(brand_id, zones), rules_of(cart.place.country)
    checked = check_address(cart, covered, Known(lambda *_: None, lambda *_: None))
    found = [one for one in checked.faults if one.reason != "address_incomplete"]
    if rules and "Z" in rules.required and not cart.place.postcode.strip():
        detail = f"an address in {cart.place.country} needs its postcode"
        found.append(OrderFault("address_incomplete", detail, "complete the address, or say that it is right"))
    return (*found, *_of_destination(checked.order, covered))


def _of_lines(order: Order, products: Mapping[str, int]) -> Iterable[OrderFault]:
    if not order.lines:
        yield OrderFault("no_lines", "the order has no lines", "add lines to it")
    unknown = ", ".join(sorted({line.sku for line in order.lines if line.sku not in products}))
    if unknown:
        yield OrderFault(
            "unknown_sku", f"{unknown}: not in the catalogue", f"add {unknown} to the products, or mend the order"
        )


def _of_destination(order: Order, covered: Covered) -> Iterable[OrderFault]:
    place = order.place
    if covered and zone_prefix(place, covered) is None:
        yield OrderFault(
            "no_zone",
            f"no service has a zone for {place.country} {place.postcode or 'without a postcode'}",
            "add the destination to the zones of a service (page Tariffs), or mend the address",
        )


def _of_customs(order: Order, desk: _Desk) -> Iterable[OrderFault]:
    """Goods that cannot but cross a customs border need a code and an origin on the declaration."""
    origins = {site.place.country for site in desk.standing.sites if site.kind in SHIPPING_KINDS}
    if not origins or not all(crosses_customs(origin, order.place.country) for origin in origins):
        return
    bare = desk.bare({line.sku for line in exploded(order).lines if line.sku in desk.products})
    if bare:
        yield papers_missing(order, bare)


def _of_payment(order: Order) -> Iterable[OrderFault]:
    if order.payment == "pending":
        yield OrderFault("payment_pending", "its payment has not arrived", "say when it has")
    if order.payment == "failed":
        yield OrderFault("payment_failed", "its payment has failed", "have it paid and say so, or cancel the order")


def _of_review(order: Order, desk: _Desk) -> Iterable[OrderFault]:
    over, currency = desk.over_micros, desk.standing.brand.currency
    worth = sum(line.quantity * line.unit_price_micros for line in order.lines)
    if order.review:
        yield OrderFault("brand_review", "the shop asks for a look at it", "look at it and approve, or cancel it")
    elif over is not None and worth > over:
        text = currency.text
        yield OrderFault(
            "brand_review",
            f"its goods are worth {text(currency.minor(worth))} {currency.code}: the brand looks at orders over "
            f"{text(currency.minor(over))}",
            "look at it and approve, or cancel it",
        )


def _known(brand_id: int, now: datetime) -> Known:
    """Of a whole postcode the orders know best, of its beginning the history."""

    def exactly(country: str, postcode: str) -> tuple[float, float] | None:
        held = _located.get((brand_id, country, postcode))
        return held[1] if held else None

    return Known(exactly, lambda country, beginning: _learned(brand_id, now).get((country, beginning)))


def _look_up(brand_id: int, orders: Sequence[Order], now: datetime) -> None:
    """Find where the orders' postcodes lie, of those that are not known already. No news is asked for again."""
    wanted: dict[tuple[str, str], str] = {}
    for place in {order.place for order in orders if not order.place.located}:
        for told in {packed(place.postcode), packed(tidied(place).postcode)} - {""}:
            held = _located.get((brand_id, place.country, told))
            if held is None or not held[0] <= now < held[0] + LEARNED_ANEW:
                _located.pop((brand_id, place.country, told), None)
                wanted |= {(place.country, one): told for one in _writings(told)}
    if not wanted:
        return
    if len(_located) > MOST_LOCATED:
        _located.clear()
    for (country, told), found in located(brand_id, wanted).items():
        _located[brand_id, country, told] = (now, found)


def _review_over(brand_id: int, now: datetime) -> int | None:
    held = _rules.get(brand_id)
    if held is None or not held[0] <= now < held[0] + RULE_HELD:
        held = _rules[brand_id] = (now, review_over(brand_id))
    return held[1]


def _covered(brand_id: int, zones: tuple[ZoneRule, ...]) -> Covered:
    kept = _zones.get(brand_id)
    if kept is None or kept[0] is not zones:
        kept = _zones[brand_id] = (zones, covered_by(zones))
    return kept[1]


def _writings(bare: str) -> set[str]:
    """How a packed postcode may have been written: whole, or broken once by a space or a dash."""
    return {bare} | {f"{bare[:at]}{mark}{bare[at:]}" for at in range(2, len(bare) - 1) for mark in " -"}


def _learned(brand_id: int, now: datetime) -> dict[tuple[str, str], tuple[float, float]]:
    """The middle of the parcels to every postcode and to every beginning of one."""
    kept = _places.get(brand_id)
    if kept and kept[0] <= now < kept[0] + LEARNED_ANEW:
        return kept[1]
    sums: dict[tuple[str, str], tuple[float, float, int]] = defaultdict(lambda: (0.0, 0.0, 0))
    for country, postcode, latitude, longitude in destinations(brand_id):
        bare = packed(postcode)
        for length in range(LEAST_PREFIX, len(bare) + 1):
            north, east, number = sums[country, bare[:length]]
            sums[country, bare[:length]] = (north + latitude, east + longitude, number + 1)
    middles = {key: (north / number, east / number) for key, (north, east, number) in sums.items()}
    _places[brand_id] = (now, middles)
    return middles
