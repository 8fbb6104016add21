"""Who sells, who buys, and what was ordered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from doorstep.domain.carriage import Speed
from doorstep.domain.money import Currency
from doorstep.domain.place import Place
from doorstep.domain.units import PPM


@dataclass(frozen=True, slots=True)
class Brand:
    brand: str
    name: str
    currency: Currency
    country: str
    on_time_target_ppm: int
    late_cost_micros: int  # what one late parcel costs
    unplanned_cost_micros: int  # what an order left unplanned costs
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
class OrderLine:
    line: str
    sku: str
    quantity: int  # >= 1
    unit_price_micros: int


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
