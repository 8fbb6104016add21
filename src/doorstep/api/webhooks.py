"""/v1/webhooks: where a shop wants to be told of what happens. The secret is told once, when it is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import AfterValidator, ConfigDict, Field, WithJsonSchema, with_config

from doorstep.api.answers import After, Limit, Next, json_answer, page_answer, shown
from doorstep.api.auth import Caller, allowed, brand_of
from doorstep.api.fields import OneLine
from doorstep.api.once import OptionalKey, answered_once
from doorstep.api.order_in import Fields
from doorstep.core.idempotency import Answer
from doorstep.core.webhooks import queries
from doorstep.domain.errors import NotFound
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.flows import webhook_endpoints as flow
from doorstep.plugins.webhooks.addresses import LONGEST_URL

router = Router(tags=["webhooks"])
URL = "https://shop.example/hooks/doorstep"
EXAMPLE = {
    "id": 4, "brand": "tea", "url": URL, "types": ["order.promised", "parcel.delivered"], "state": "active",
    "why": "", "disabled_at": None, "failing_since": None, "last_delivered_at": "2024-05-01T07:30:00Z",
    "created_at": "2024-05-01T07:00:00Z",
}  # fmt: skip
WebhookId = Annotated[int, Path(ge=1, le=2**63 - 1)]
State = Literal["active", "disabled"]


def _known(type: str) -> str:
    if type not in EVENT_TYPES.values():
        raise ValueError("is no type of an event")
    return type


EventType = Annotated[str, AfterValidator(_known), WithJsonSchema({"enum": sorted(EVENT_TYPES.values())})]
Types = Annotated[list[EventType], Field(max_length=len(EVENT_TYPES))]
Url = Annotated[OneLine, Field(min_length=1, max_length=LONGEST_URL, description="https, and open to the world")]


class WebhookIn(Fields):
    model_config = ConfigDict(extra="forbid", **shown({"url": URL, "types": ["order.promised", "parcel.delivered"]}))

    url: Url
    types: Types = Field(default_factory=list, description="of the events wanted; empty: all, those to come too")
    brand: OneLine = Field("", max_length=100, description="code; may be left out where there is one only")


class WebhookChange(Fields):
    model_config = ConfigDict(extra="forbid", **shown({"state": "active"}))

    url: Url | None = Field(None, description="left out, as all others: as it was")
    types: Types | None = None
    state: State | None = Field(None, description="`disabled`: nothing is sent, and can be replayed later")


@with_config(shown(EXAMPLE))
@dataclass(frozen=True, slots=True)
class WebhookOut:
    id: int
    brand: str
    url: str
    types: Annotated[list[str], Field(description="empty: all")]
    state: State
    why: Annotated[str, Field(description="of a disabled one: asked, failing (for three days), gone (it answered 410)")]
    disabled_at: datetime | None
    failing_since: Annotated[datetime | None, Field(description="nothing was taken since; null: the last was")]
    last_delivered_at: datetime | None
    created_at: datetime


@with_config(shown(EXAMPLE | {"secret": "whsec_" + "x" * 43 + "="}))
@dataclass(frozen=True, slots=True)
class NewWebhook(WebhookOut):
    secret: Annotated[str | None, Field(description="shown this once; null when a request is answered again")]


@dataclass(frozen=True, slots=True)
class WebhookPage:
    data: list[WebhookOut]
    next: Next


@with_config(shown({"status": 204, "error": "", "duration_ms": 41, "response": ""}))
@dataclass(frozen=True, slots=True)
class TestOut:
    status: Annotated[int | None, Field(description="of HTTP; null: no answer came")]
    error: Annotated[str, Field(description="empty: it was taken")]
    duration_ms: int
    response: Annotated[str, Field(description="how the answer begins, at most 1,000 characters")]


@router.get("", response=WebhookPage, operation_id="listWebhooks", summary="List endpoints of webhooks")
def list_webhooks(
    request: HttpRequest,
    after: After,
    limit: Limit,
    brand: Annotated[str | None, Query(None, max_length=100, description="code; left out: all that the key sees")],
) -> HttpResponse:
    """The oldest first, disabled ones too, without their secrets. Needs the right `manage`."""
    caller = allowed(request, "manage")
    of = brand_of(caller, brand, "query").id if brand else None
    page = queries.list_endpoints(caller.scope, brand=of, after=after, limit=limit)
    return page_answer(map(_told, page.rows), page.after)


@router.post("", response={201: NewWebhook}, operation_id="createWebhook", summary="Add an endpoint")
def create_webhook(request: HttpRequest, payload: WebhookIn, idempotency_key: OptionalKey) -> HttpResponse:
    """It is told what happens from now on, at least once, and of each order in order. Needs the right `manage`.

    The secret is told this once: a repetition with the same `Idempotency-Key` is answered with `"secret": null`.
    """
    caller = allowed(request, "manage")
    brand = brand_of(caller, payload.brand, "body").code

    def make() -> flow.NewEndpoint:
        return flow.add_endpoint(caller.scope, brand=brand, url=payload.url, types=payload.types, now=caller.now)

    return _shown_once(request, caller, idempotency_key, make)


@router.get("/{webhook_id}", response=WebhookOut, operation_id="getWebhook", summary="Get an endpoint")
def get_webhook(request: HttpRequest, webhook_id: WebhookId) -> HttpResponse:
    """Needs the right `manage`."""
    caller = allowed(request, "manage")
    return json_answer(_told(found(caller, webhook_id)))


@router.patch("/{webhook_id}", response=WebhookOut, operation_id="changeWebhook", summary="Change an endpoint")
def change_webhook(request: HttpRequest, webhook_id: WebhookId, payload: WebhookChange) -> HttpResponse:
    """Where it is, what it is told, and whether: enabling it begins anew. Needs the right `manage`."""
    caller = allowed(request, "manage")
    flow.change_endpoint(
        caller.scope,
        webhook_id,
        url=payload.url,
        types=payload.types,
        active=None if payload.state is None else payload.state == "active",
        now=caller.now,
    )
    return json_answer(_told(found(caller, webhook_id)))


@router.delete("/{webhook_id}", response=WebhookOut, operation_id="removeWebhook", summary="Remove an endpoint")
def remove_webhook(request: HttpRequest, webhook_id: WebhookId) -> HttpResponse:
    """At once and for good, its log with it. Gives it as it was. Needs the right `manage`."""
    caller = allowed(request, "manage")
    was = found(caller, webhook_id)
    flow.remove_endpoint(caller.scope, webhook_id, now=caller.now)
    return json_answer(_told(was))


@router.post(
    "/{webhook_id}/rotate", response={201: NewWebhook}, operation_id="rotateWebhook", summary="Replace a secret"
)
def rotate_webhook(request: HttpRequest, webhook_id: WebhookId, idempotency_key: OptionalKey) -> HttpResponse:
    """Messages are signed with the old secret too, for a day. Needs the right `manage`.

    The new one is told this once, as where endpoints are added.
    """
    caller = allowed(request, "manage")
    return _shown_once(
        request, caller, idempotency_key, lambda: flow.rotate_secret(caller.scope, webhook_id, now=caller.now)
    )


@router.post("/{webhook_id}/test", response={201: TestOut}, operation_id="testWebhook", summary="Try an endpoint")
def test_webhook(request: HttpRequest, webhook_id: WebhookId) -> HttpResponse:
    """Send a signed `webhook.test` at once, and tell what came back, within 15 seconds. Needs the right `manage`.

    It stands in no log and is not tried again. Goes to a disabled endpoint, too.
    """
    caller = allowed(request, "manage")
    reply = flow.try_endpoint(caller.scope, webhook_id, now=caller.now)
    return json_answer(TestOut(reply.status, reply.error, reply.duration_ms, reply.excerpt), 201)


def found(caller: Caller, pk: int) -> queries.EndpointRow:
    row = queries.get_endpoint(caller.scope, pk)
    if row is None:
        raise NotFound(f"no webhook {pk}")
    return row


def _shown_once(
    request: HttpRequest, caller: Caller, key: str | None, make: Callable[[], flow.NewEndpoint]
) -> HttpResponse:
    """Tell the secret to whoever has it made; what is kept to answer a repetition is without it."""
    secret: list[str] = []

    def work() -> NewWebhook:
        made = make()
        secret.append(made.secret)
        return NewWebhook(**asdict(_told(found(caller, made.pk))), secret=None)

    answer = Answer(201, asdict(work())) if key is None else answered_once(request, caller, key, work)
    body = answer.body if answer.again else answer.body | {"secret": secret[-1]}
    again = {"Idempotent-Replayed": "true"} if answer.again else {}
    return json_answer(body, answer.status, {"Cache-Control": "no-store", **again})


def _told(row: queries.EndpointRow) -> WebhookOut:
    return WebhookOut(
        row.pk,
        row.brand,
        row.url,
        list(row.types),
        "active" if row.state == "active" else "disabled",
        row.why,
        row.disabled_at,
        row.failing_since,
        row.last_delivered_at,
        row.created_at,
    )
