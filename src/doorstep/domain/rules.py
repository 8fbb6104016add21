"""What an operator forbids or demands of a plan, whatever it costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from doorstep.domain.catalog import Product
from doorstep.domain.demand import Order

RuleKind = Literal[
    "only_from_sites",
    "never_from_sites",
    "only_services",
    "never_services",
    "only_carriers",
    "hazmat_ground",
    "never_split",
    "max_parcels",
    "ship_together",
    "priority",
    "safety_stock",
    "blackout_days",
]
RULE_KINDS: tuple[RuleKind, ...] = get_args(RuleKind)
MOST_TIMES = 1_000  # how much dearer an order of a priority rule is to leave than another


@dataclass(frozen=True, slots=True)
class RuleScope:
    """Which orders and goods a rule concerns. An empty field: any; all that are filled must hold.

    A rule whose scope names goods concerns the parcels that hold some of them, others the parcels of its orders.
    """

    channels: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()  # of the destination
    regions: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
    speeds: tuple[str, ...] = ()  # asked for by the order
    value_at_least_micros: int | None = None  # of all lines of the order
    value_below_micros: int | None = None
    gift: bool | None = None  # it has a gift note
    priority: int | None = None  # of the order, at least
    since: date | None = None  # orders placed on this day or later
    until: date | None = None  # orders placed on this day or before
    skus: tuple[str, ...] = ()  # `*` stands for any characters
    categories: tuple[str, ...] = ()
    dangerous: bool = False  # only goods with a hazmat class

    @property
    def names_goods(self) -> bool:
        """Whether it picks out goods, and not whole orders."""
        return bool(self.skus or self.categories or self.dangerous)

    def on(self, day: date) -> bool:
        """Whether it is in force for what is ordered on a day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)

    def meets(self, order: Order) -> bool:
        """Whether an order is one of those concerned, whatever its goods."""
        worth = sum(line.quantity * line.unit_price_micros for line in order.lines)
        named = (
            (self.channels, order.channel),
            (self.countries, order.place.country),
            (self.regions, order.place.region),
            (self.customers, order.customer),
            (self.speeds, order.speed),
        )
        return (
            all(not wanted or given in wanted for wanted, given in named)
            and (self.value_at_least_micros is None or worth >= self.value_at_least_micros)
            and (self.value_below_micros is None or worth < self.value_below_micros)
            and (self.gift is None or bool(order.gift_note) == self.gift)
            and (self.priority is None or order.priority >= self.priority)
            and self.on(order.placed_at.date())
        )

    def takes(self, product: Product) -> bool:
        """Whether a product is one of the goods concerned."""
        return (
            (not self.skus or any(matches(one, product.sku) for one in self.skus))
            and (not self.categories or product.category in self.categories)
            and (not self.dangerous or bool(product.hazmat_class))
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the operator; which fields it fills follows from its kind, see `rule_words.FORMS`."""

    rule: str
    kind: RuleKind
    scope: RuleScope = RuleScope()
    reason: str = ""  # in the operator's words
    sites: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    carriers: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()  # of the line haul
    of_speeds: tuple[str, ...] = ()  # binds services of these speeds only
    parcels: int = 0  # most of one order
    units: int = 0  # kept back of each sku at each site
    share_ppm: int = 0  # kept back of what is on hand
    times: int = 1  # the price of leaving such an order, in multiples of the brand's
    days: tuple[date, ...] = ()  # local at the site


def matches(pattern: str, sku: str) -> bool:
    """Whether a sku is one of those that a pattern stands for; as fast for many stars as for one."""
    first, *middle = pattern.split("*")
    if not middle:
        return pattern == sku
    last = middle.pop()
    if not sku.startswith(first):
        return False
    at = len(first)
    for part in middle:
        found = sku.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return sku.endswith(last) and len(sku) - len(last) >= at
