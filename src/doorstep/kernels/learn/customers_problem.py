"""What is asked of customers: all that was known of them at an instant."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from doorstep.domain.customer import ContactMade, OptionShown, QuotesDecided, SurveyReply
from doorstep.domain.demand import Order
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.learned import PastParcel

CALLED_OFF = frozenset({"cancelled", "canceled", "unavailable"})
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class CustomersParams:
    """Groups of fewer people than `least_people` are not told."""

    least_people: int = 20
    shown: int = 20  # products, pairs, regions in a table

    def __post_init__(self) -> None:
        if self.least_people < 2 or self.shown < 1:
            raise InvalidProblem("groups of at least 2 people, and tables of at least 1 row")


@dataclass(frozen=True, slots=True)
class CustomersProblem:
    """What a shop knows of its customers, in any order; `micros_per_unit` of the currency in which values are told.

    `decided`: quotes taken and let go, where `shown` does not hold those that were let go.
    """

    as_of: datetime
    orders: tuple[Order, ...] = ()
    history: tuple[PastParcel, ...] = ()
    shown: tuple[OptionShown, ...] = ()
    replies: tuple[SurveyReply, ...] = ()
    contacts: tuple[ContactMade, ...] = ()
    micros_per_unit: int = 1_000_000
    decided: tuple[QuotesDecided, ...] = ()

    def __post_init__(self) -> None:
        if self.as_of.tzinfo is None:
            raise InvalidProblem("as_of is an instant with an offset")
        if any(not 0 <= one.taken <= one.quotes or one.fastest_days < 0 for one in self.decided):
            raise InvalidProblem("more quotes were taken than shown, or a promise lies before its showing")

    def known(self) -> CustomersProblem:
        """Leave out what happened at `as_of` or later.

        A parcel that came later is not there yet, and its score, which follows it, is not given.
        """
        at = self.as_of
        return replace(
            self,
            orders=tuple(one for one in self.orders if one.placed_at < at),
            history=tuple(_as_known(one, at) for one in self.history if one.placed_at < at),
            shown=tuple(one for one in self.shown if one.shown_at < at),
            replies=tuple(one for one in self.replies if one.answered_at < at),
            contacts=tuple(one for one in self.contacts if one.contacted_at < at),
            decided=tuple(one for one in self.decided if one.decided_on < at.date()),
        )


def _as_known(parcel: PastParcel, at: datetime) -> PastParcel:
    if parcel.delivered_at is None or parcel.delivered_at < at:
        return parcel
    return replace(parcel, delivered_at=None, review_score=None, status="under_way")


def days_late(parcel: PastParcel) -> int | None:
    """Days from the promised date to delivery, by the date as written; None: not delivered, or nothing promised."""
    if parcel.delivered_at is None or parcel.promised_by is None:
        return None
    return (parcel.delivered_at.date() - parcel.promised_by).days


def kept(parcel: PastParcel, as_of: datetime) -> bool | None:
    """Whether a promise was kept; one whose day has passed without the parcel is broken; None: not decided, or none."""
    late = days_late(parcel)
    if late is not None:
        return late <= 0
    if parcel.promised_by is None or parcel.status in CALLED_OFF or parcel.delivered_at is not None:
        return None
    return False if parcel.promised_by + timedelta(days=1) <= as_of.date() else None
