"""Who sells, who buys, and what was ordered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from doorstep.domain.carriage import Speed
from doorstep.domain.money import Currency
from doorstep.domain.place import Place
from doorstep.domain.units import PPM

Payment = Literal["", "paid", "pending", "failed"]  # empty: the shop did not say, and has seen to it
PAYMENTS: tuple[Payment, ...] = ("", "paid", "pending", "failed")
OnShortage = Literal["hold", "refuse", "back_order"]  # what becomes of an order whose goods are not there
ON_SHORTAGE: tuple[OnShortage, ...] = ("hold", "refuse", "back_order")
Precision = Literal["", "coordinates", "postcode", "postcode_area", "country", "nowhere"]  # empty: never looked at
PRECISIONS: tuple[Precision, ...] = ("", "coordinates", "postcode", "postcode_area", "country", "nowhere")


@dataclass(frozen=True, slots=True)
class Brand:
    brand: str
    name: str
    currency: Currency
    country: str
    on_time_target_ppm: int
    late_cost_micros: int  # what one late parcel costs
    unplanned_cost_micros: int  # what an order left unplanned costs
    void_fill_micros_per_l: int = 0  # what fills a litre of a box without goods in it
    operator: str = ""
    company: str = ""
    address_1: str = ""
    address_2: str = ""
    city: str = ""
    postcode: str = ""
    phone: str = ""
    email: str = ""
    eori: str = ""
    ioss: str = ""

    def __post_init__(self) -> None:
        if not 0 < self.on_time_target_ppm < PPM:
            raise ValueError("the on-time target lies between 0 and 1")


@dataclass(frozen=True, slots=True)
class Part:
    """A component of a kit, and how many units of it are in one."""

    sku: str
    units: int  # >= 1


@dataclass(frozen=True, slots=True)
class OrderLine:
    line: str
    sku: str
    quantity: int  # >= 1
    unit_price_micros: int
    # What one unit became when it was ordered; empty: it is no kit; None: nobody has looked. Not what was asked for,
    # so that lines are compared without it.
    parts: tuple[Part, ...] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Contact:
    """Personal data, kept apart: no kernel reads it."""

    name: str = ""
    company: str = ""
    address_1: str = ""
    address_2: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class AddressChange:
    """What the check of an address made of one of its fields."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class OrderFault:
    """Why an order is held, and what mends it."""

    reason: str  # a stable code
    detail: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Order:
    order: str
    channel: str
    placed_at: datetime  # aware
    customer: str
    place: Place
    lines: tuple[OrderLine, ...]
    speed: Speed | None = None  # at least this fast; None: any
    residential: bool = True
    signed_for: bool = False
    saturday: bool = False  # Saturday delivery asked for
    pickup_point: str = ""  # delivered there instead of to the door
    safe_place: str = ""
    not_before: date | None = None  # local at the destination
    promised_by: date | None = None  # promised already; local at the destination
    contact: Contact = Contact()
    priority: int = 0  # whose goods are scarce gets them first; the higher, the sooner
    gift_note: str = ""
    payment: Payment = ""
    review: bool = False  # the shop asks that a person looks at it first
    address_precision: Precision = ""  # how near to the door its place is known
    address_changes: tuple[AddressChange, ...] = ()
    # A word for its first planning, not part of what was asked for: orders are compared without it.
    on_shortage: OnShortage = field(default="hold", compare=False)
    segment: str = field(default="", compare=False)  # of the customer, as the shop sees it; asked for by nobody


def nominated_day(not_before: date | None, promised_by: date | None) -> date | None:
    """Tell the day on which an order is wished for: both bounds at once. Promised only if it is in reach."""
    return not_before if not_before == promised_by else None
