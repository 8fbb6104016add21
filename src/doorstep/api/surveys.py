"""/v1/surveys: cheaper or faster next time? Answered by the shopper's own link, read by the brand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import ConfigDict, Field, StrictBool, with_config

from doorstep.api.answers import After, Limit, Next, json_answer, page_answer, shown
from doorstep.api.auth import allowed, came_at, only_known
from doorstep.api.fields import Code
from doorstep.api.order_in import Fields
from doorstep.core.messages import surveys
from doorstep.core.messages.surveys import Wish
from doorstep.domain.errors import NotFound
from doorstep.flows.survey import answer_survey
from doorstep.flows.track_page import LONGEST, followed

router = Router(tags=["surveys"])

ANSWER = {"wish": "faster", "satisfied": True}
EXAMPLE = {
    "brand": "tea", "order": "W-1001", **ANSWER, "speed": "standard", "service": "standard", "cost_minor": 2310,
    "promised_by": "2024-05-06", "delivered_on": "2024-05-05", "first_answered_at": "2024-05-05T18:00:00Z",
    "answered_at": "2024-05-05T18:00:00Z",
}  # fmt: skip


class SurveyIn(Fields):
    model_config = ConfigDict(extra="forbid", **shown(ANSWER))

    wish: Wish = Field(description="for the next time: cheaper, faster, or just as it was")
    satisfied: StrictBool | None = Field(None, description="left out: not said")


@with_config(shown(ANSWER))
@dataclass(frozen=True, slots=True)
class SaidOut:
    wish: str
    satisfied: bool | None


@with_config(shown(EXAMPLE))
@dataclass(frozen=True, slots=True)
class SurveyOut:
    brand: str
    order: str
    wish: Wish
    satisfied: Annotated[bool | None, Field(description="null: not said")]
    speed: Annotated[str, Field(description="as chosen; empty: none was")]
    service: str
    cost_minor: Annotated[int, Field(description="of all parcels, in minor units of the brand's currency")]
    promised_by: date | None
    delivered_on: date | None
    first_answered_at: datetime
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class SurveyPage:
    data: list[SurveyOut]
    next: Next


@router.get("", response=SurveyPage, operation_id="listSurveys", summary="List answers of shoppers")
def list_surveys(
    request: HttpRequest,
    brand: Annotated[Code | None, Query(None)],
    order: Annotated[Code | None, Query(None)],
    after: After,
    limit: Limit,
) -> HttpResponse:
    """With what each shopper had when they answered; the latest to answer first. Needs the right `see`."""
    caller = allowed(request, "see")
    page = surveys.answers(caller.scope, brand=brand, order=order, after=after, limit=limit)
    return page_answer(page.rows, page.after)


@router.post("/{token}", response=SaidOut, auth=None, operation_id="answerSurvey", summary="Answer by a link")
def answer(request: HttpRequest, token: Annotated[str, Path(max_length=LONGEST)], payload: SurveyIn) -> HttpResponse:
    """For a page of the shop's own: `token` is what `tracking_url` ends with. Needs no key: whoever has it may answer.

    A later answer takes the place of the one before; the same again changes nothing. 409 before anything has arrived.
    """
    only_known(request)
    order = followed(token)
    answer_survey(order, payload.wish, payload.satisfied, now=came_at(request))
    said = surveys.said(order.pk)
    if said is None:
        raise NotFound("no such link")
    return json_answer(SaidOut(said.wish, said.satisfied))
