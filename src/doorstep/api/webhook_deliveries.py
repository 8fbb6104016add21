"""/v1/webhooks/{id}/deliveries: what was sent, what came back, and sending it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import ConfigDict, Field, with_config

from doorstep.api.answers import After, Limit, Next, json_answer, page_answer, shown
from doorstep.api.auth import Caller, allowed
from doorstep.api.fields import Code, Instant
from doorstep.api.order_in import Fields
from doorstep.api.webhooks import WebhookId, found
from doorstep.core.webhooks import queries
from doorstep.domain.errors import NotFound
from doorstep.flows import webhook_endpoints as flow

router = Router(tags=["webhooks"])
MESSAGE = "msg_6f1c4b0e8d7a4e1f9a52c3b7d8e6f901"
EXAMPLE = {
    "id": MESSAGE, "type": "order.promised", "state": "waiting", "attempts": 1, "status": 503,
    "error": "answered 503", "created_at": "2024-05-01T07:30:00Z", "next_at": "2024-05-01T07:30:05Z", "ended_at": None,
}  # fmt: skip
BODY = '{"type":"order.promised","timestamp":"2024-05-01T07:30:00Z","data":{"brand":"tea","order":"W-1001"}}'
TRY = {"number": 1, "at": "2024-05-01T07:30:00Z", "status": 503, "duration_ms": 41, "error": "answered 503",
       "response": "busy"}  # fmt: skip
MessageId = Annotated[str, Path(max_length=40, description="`webhook-id` of the message")]
State = Literal["waiting", "sending", "delivered", "dead"]


@with_config(shown(EXAMPLE))
@dataclass(frozen=True, slots=True)
class DeliveryOut:
    id: Annotated[str, Field(description="`webhook-id`, the same for every try")]
    type: str
    state: Annotated[State, Field(description="dead: given up after three days, or its endpoint was disabled")]
    attempts: int
    status: Annotated[int | None, Field(description="of the last try; null: no answer came, or none was made")]
    error: Annotated[str, Field(description="of the last try")]
    created_at: datetime
    next_at: Annotated[datetime | None, Field(description="of one that waits: not before")]
    ended_at: datetime | None


@with_config(shown(TRY))
@dataclass(frozen=True, slots=True)
class TryOut:
    number: int
    at: datetime
    status: int | None
    duration_ms: int
    error: str
    response: Annotated[str, Field(description="how the answer began, at most 1,000 characters")]


@with_config(shown(EXAMPLE | {"body": BODY, "tries": [TRY]}))
@dataclass(frozen=True, slots=True)
class DeliveryDetail(DeliveryOut):
    body: Annotated[str, Field(description="exactly as it is sent")]
    tries: Annotated[list[TryOut], Field(description="the latest first, at most 20")]


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    data: list[DeliveryOut]
    next: Next


class ReplayIn(Fields):
    model_config = ConfigDict(extra="forbid", **shown({"since": "2024-05-01T00:00:00Z"}))

    since: Instant = Field(description="of what happened from then on")


@with_config(shown({"deliveries": 12}))
@dataclass(frozen=True, slots=True)
class ReplayOut:
    deliveries: int


@router.get(
    "/{webhook_id}/deliveries",
    response=DeliveryPage,
    operation_id="listWebhookDeliveries",
    summary="List deliveries of an endpoint",
)
def list_deliveries(
    request: HttpRequest,
    webhook_id: WebhookId,
    after: After,
    limit: Limit,
    state: Annotated[State | None, Query(None)],
    order: Annotated[Code | None, Query(None, description="code of an order")],
) -> HttpResponse:
    """The newest first, of the last 30 days. Needs the right `manage`."""
    caller = allowed(request, "manage")
    found(caller, webhook_id)
    page = flow.deliveries(caller.scope, webhook_id, state=state, order=order, after=after, limit=limit)
    return page_answer((DeliveryOut(*_told(row)) for row in page.rows), page.after)


@router.get(
    "/deliveries/{message_id}",
    response=DeliveryDetail,
    operation_id="getWebhookDelivery",
    summary="Get a delivery, its body and what came back",
)
def get_delivery(request: HttpRequest, message_id: MessageId) -> HttpResponse:
    """By the `webhook-id` that the endpoint was sent. Needs the right `manage`."""
    return json_answer(_detail(allowed(request, "manage"), message_id))


@router.post(
    "/deliveries/{message_id}/replay",
    response={201: DeliveryDetail},
    operation_id="replayWebhookDelivery",
    summary="Send a delivery again",
)
def replay_delivery(request: HttpRequest, message_id: MessageId) -> HttpResponse:
    """The same body under the same id, whatever became of it before. Needs the right `manage`."""
    caller = allowed(request, "manage")
    flow.replay(caller.scope, message_id, now=caller.now)
    return json_answer(_detail(caller, message_id), 201)


@router.post(
    "/{webhook_id}/replay",
    response={201: ReplayOut},
    operation_id="replayDeadWebhookDeliveries",
    summary="Send all again that was given up",
)
def replay_dead(request: HttpRequest, webhook_id: WebhookId, payload: ReplayIn) -> HttpResponse:
    """All that is `dead` since an instant, each order's in its order. Needs the right `manage`."""
    caller = allowed(request, "manage")
    number = flow.replay_dead(caller.scope, webhook_id, payload.since, now=caller.now)
    return json_answer(ReplayOut(number), 201)


def _detail(caller: Caller, message_id: str) -> DeliveryDetail:
    row = queries.get_delivery(caller.scope, message_id)
    if row is None:
        raise NotFound(f"no delivery {message_id}")
    tries = [
        TryOut(one.number, one.at, one.status, one.duration_ms, one.error, one.response)
        for one in queries.attempts(row.pk)
    ]
    return DeliveryDetail(*_told(row), row.body, tries)


def _told(
    row: queries.DeliveryRow,
) -> tuple[str, str, State, int, int | None, str, datetime, datetime | None, datetime | None]:
    return (
        row.id,
        row.type,
        row.state,
        row.attempts,
        row.status,
        row.error,
        row.created_at,
        row.next_at,
        row.ended_at,
    )
