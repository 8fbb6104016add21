"""What a choice is worth beside its money: what it takes from later orders, from a contract, and from the shopper."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BidPrice:
    """What one more of something short would be worth to the orders that are yet to come.

    With a sku: of a unit of it at the site. With a service: of the room for a parcel of it there. With neither: of the
    room for picking one more order there.
    """

    site: str
    sku: str = ""
    service: str = ""
    price_micros: int = 0  # never below nothing


@dataclass(frozen=True, slots=True)
class CommitmentPrice:
    """What one more parcel counts towards a contract with a carrier; below nothing: it brings a promised volume nearer.

    With a service: of that service only, on top of its carrier's.
    """

    carrier: str
    service: str = ""
    price_micros: int = 0


@dataclass(frozen=True, slots=True)
class SpeedValue:
    """What an earlier date is worth, of one order or, without one, of every order that has none of its own."""

    order: str = ""
    day_micros: int = 0  # of each day earlier; never below nothing
    next_day_micros: int = 0  # on top: of the day after it is placed, or that day; never below nothing


@dataclass(frozen=True, slots=True)
class CarbonValue:
    """What a kilogram of CO2e less is worth, of one order or, without one, of every order that has none of its own."""

    order: str = ""
    kg_micros: int = 0  # never below nothing


@dataclass(frozen=True, slots=True)
class BidPrices:
    """All that weighs on a choice beside its cost; none of it is money that is paid.

    `may_leave`: an order may then be left because what it takes is worth more to others that are yet to come. Else it
    never is: what the prices and the values may add to an order is added to the price of leaving it too.
    """

    rows: tuple[BidPrice, ...] = ()
    commitments: tuple[CommitmentPrice, ...] = ()
    speed: tuple[SpeedValue, ...] = ()
    carbon: tuple[CarbonValue, ...] = ()
    may_leave: bool = False
