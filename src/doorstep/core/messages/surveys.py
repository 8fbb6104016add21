"""Answers of shoppers: one to an order, which they may change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from doorstep.core.messages.models import SurveyAnswer
from doorstep.core.paging import Page, page, reach, read_cursor
from doorstep.domain.customer import SurveyReply
from doorstep.domain.rights import Scope

Wish = Literal["cheaper", "faster", "as_it_was"]
WISHES: dict[Wish, str] = {"cheaper": "Cheaper", "faster": "Faster", "as_it_was": "Just as it was"}


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the shopper had when they answered, so that the answer can be learned from."""

    speed: str
    service: str
    cost_minor: int
    promised_by: date | None
    delivered_on: date | None


@dataclass(frozen=True, slots=True)
class Said:
    wish: str
    satisfied: bool | None


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer with what its shopper had, as the brand reads it."""

    brand: str
    order: str
    wish: Wish
    satisfied: bool | None
    speed: str
    service: str
    cost_minor: int
    promised_by: date | None
    delivered_on: date | None
    first_answered_at: datetime
    answered_at: datetime


def said(order_pk: int) -> Said | None:
    found = SurveyAnswer.objects.filter(order_id=order_pk).values_list("wish", "satisfied").first()
    return Said(*found) if found else None


def answers(
    scope: Scope, *, brand: str | None = None, order: str | None = None, after: str | None = None, limit: int = 50
) -> Page[Answered]:
    """The latest to answer first, by when they first did. One query. Raises InvalidCursor."""
    rows = SurveyAnswer.objects.filter(brand_id__in=scope.brands).select_related("brand", "order").order_by("-pk")
    if brand is not None:
        rows = rows.filter(brand__code=brand)
    if order is not None:
        rows = rows.filter(order__code=order)
    if after is not None:
        rows = rows.filter(pk__lt=read_cursor(after, int)[0])
    return page(list(rows[: reach(limit)]), limit, _answered, lambda one: (one.pk,))


def replies(brand_id: int) -> tuple[SurveyReply, ...]:
    """Answers as they are learned from. One query."""
    rows = SurveyAnswer.objects.filter(brand=brand_id).order_by("pk")
    return tuple(
        SurveyReply(order, at, next(one for one in WISHES if one == wish), satisfied)
        for order, at, wish, satisfied in rows.values_list("order__code", "answered_at", "wish", "satisfied")
    )


def _answered(one: SurveyAnswer) -> Answered:
    return Answered(
        one.brand.code,
        one.order.code,
        next(wish for wish in WISHES if wish == one.wish),
        one.satisfied,
        one.speed,
        one.service,
        one.cost_minor,
        one.promised_by,
        one.delivered_on,
        one.first_answered_at,
        one.answered_at,
    )


def answer(
    brand_id: int, order_pk: int, wish: Wish, satisfied: bool | None, had: Circumstances, *, at: datetime
) -> bool:
    """Keep the answer in the place of the one before; False: it says the same. Hold the order's lock."""
    if said(order_pk) == Said(wish, satisfied):
        return False
    SurveyAnswer.objects.update_or_create(
        order_id=order_pk,
        defaults={"wish": wish, "satisfied": satisfied, "answered_at": at},
        create_defaults={
            "brand_id": brand_id,
            "wish": wish,
            "satisfied": satisfied,
            "speed": had.speed,
            "service": had.service,
            "cost_minor": had.cost_minor,
            "promised_by": had.promised_by,
            "delivered_on": had.delivered_on,
            "first_answered_at": at,
            "answered_at": at,
        },
    )
    return True
