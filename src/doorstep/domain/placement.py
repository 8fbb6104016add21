"""Where stock should live, as it is told: shelves, purchases, a frontier of cost and speed, places for another site."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from doorstep.domain.place import Place


@dataclass(frozen=True, slots=True)
class Shelf:
    """A sku in a site."""

    site: str
    sku: str
    target: int  # units up to which it is filled
    reorder: int  # units at which, or below which, it asks for more
    why: str
    next_minor: int = 0  # what one more unit there is worth until the next order would come


@dataclass(frozen=True, slots=True)
class Purchase:
    """What to order from suppliers."""

    site: str
    sku: str
    quantity: int
    expected: date | None = None  # when it is taken in, where it is ordered on the day


@dataclass(frozen=True, slots=True)
class BulkMove:
    """Units of a sku that are to go from one site to another."""

    origin: str
    destination: str
    sku: str
    quantity: int
    worth_minor: float  # of all of them there rather than here, before the pallets
    expected: date  # when they are taken in, where it is begun on the day


@dataclass(frozen=True, slots=True)
class Point:
    """What delivering a share of all units in time costs in all."""

    within: float
    cost_minor: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place where a site could be. Costs are of a month; None: nobody said."""

    name: str
    place: Place
    fixed_month_micros: int | None = None
    daily_order_capacity: int | None = None


@dataclass(frozen=True, slots=True)
class NextSite:
    """What a candidate would change in a month: freight and picking, and the share of units in time."""

    candidate: Candidate
    saving_minor: int  # before its own fixed cost: so much may it cost to be worth it
    net_minor: int | None  # behind its fixed cost, where that is known
    within: float
    share: float  # of all units that it would send
