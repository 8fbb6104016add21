"""The question after delivery, answered with one tap: cheaper or faster next time?"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from doorstep.core.events.actions import record
from doorstep.core.messages import surveys
from doorstep.core.messages.tracking import Followed, Travelling, parcels_of
from doorstep.core.orders import actions as orders
from doorstep.core.orders.queries import get_order
from doorstep.domain.errors import Conflict
from doorstep.domain.journey import ARRIVED

SCORES = {None: 0, False: -1, True: 1}  # as facts say it


def answer_survey(order: Followed, wish: str, satisfied: bool | None, *, now: datetime) -> None:
    """Keep the answer; a later one takes its place. Raises Conflict before anything has arrived."""
    known = next((one for one in surveys.WISHES if one == wish), None)
    if known is None:
        raise Conflict("choose one of the answers")
    brand_id = min(order.scope.brands)
    parcels = parcels_of(order.scope, order.pk)
    if not any(one.state in ARRIVED for one in parcels):
        raise Conflict("the question comes with the parcel")
    found = get_order(order.scope, order.order, order.brand)
    had = _circumstances(found.row.speed if found else "", parcels)
    with transaction.atomic():
        orders.lock([order.pk])
        if surveys.answer(brand_id, order.pk, known, satisfied, had, at=now):
            record(
                order.scope.operator,
                brand_id,
                kind="SurveyAnswered",
                subject=f"order:{order.pk}",
                data={"wish": known, "score": SCORES[satisfied]},
                at=now,
                actor=order.scope.actor,
            )


def _circumstances(speed: str, parcels: tuple[Travelling, ...]) -> surveys.Circumstances:
    ended = [one.ended_at.astimezone(ZoneInfo(one.time_zone)).date() for one in parcels if one.ended_at]
    return surveys.Circumstances(
        speed,
        parcels[0].service,
        sum(one.cost_minor for one in parcels),
        max(one.promised_by for one in parcels),
        max(ended, default=None),
    )
