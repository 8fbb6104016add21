"""What shoppers were shown and took, what they answered, and what they called about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

DeliveryWish = Literal["cheaper", "faster", "as_it_was"]  # for the next time
DELIVERY_WISHES: tuple[DeliveryWish, ...] = ("cheaper", "faster", "as_it_was")


@dataclass(frozen=True, slots=True)
class OptionShown:
    """One option of those that a quote showed."""

    quote: str
    option: str
    shown_at: datetime
    country: str
    price_micros: int
    days: int  # from showing to the promised date
    taken: bool
    customer: str = ""  # empty: nobody knows
    segment: str = ""
    position: int | None = None  # from 1, the first
    next_day: bool = False
    pickup: bool = False  # at a locker or pickup point
    co2e_g: int | None = None
    propensity: float = 1.0  # chance with which just these options were shown in this order
    sampled_at: float = 1.0  # chance with which this option came into the log, had it not been taken
    order: str = ""  # that came of the quote


@dataclass(frozen=True, slots=True)
class QuotesDecided:
    """Quotes of one day that showed some promise, and of how many an option was taken: nobody is named."""

    made_on: date
    decided_on: date  # by when all of them had been taken or let go
    fastest_days: int  # from that day to the earliest promised date that was shown
    quotes: int
    taken: int


@dataclass(frozen=True, slots=True)
class SurveyReply:
    order: str
    answered_at: datetime
    wish: DeliveryWish
    satisfied: bool | None = None


@dataclass(frozen=True, slots=True)
class ContactMade:
    """One time that a shopper wrote or called."""

    contact: str
    contacted_at: datetime
    reason: str
    order: str = ""  # empty: of no order
    outcome: str = ""
    channel: str = ""
