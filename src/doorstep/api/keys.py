"""/v1/keys: the keys of programs. What a key opens is said; the key itself is told once, when it is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import ConfigDict, Field, StrictInt, with_config

from doorstep.api.answers import Limit, Next, json_answer, page_answer, shown
from doorstep.api.auth import Caller, allowed
from doorstep.api.fields import Instant, OneLine
from doorstep.api.once import OptionalKey, answered_once
from doorstep.api.order_in import Fields
from doorstep.core.accounts import queries
from doorstep.core.idempotency import Answer
from doorstep.core.paging import page, reach, read_cursor
from doorstep.domain.errors import NotFound
from doorstep.domain.rate import MOST, Rate
from doorstep.domain.rights import KEY_ROLES, Role
from doorstep.flows import accounts

router = Router(tags=["keys"])

EXAMPLE = {
    "id": 3, "name": "shop", "role": "brand_writer", "brand": "tea", "prefix": "k3v9x0aa",
    "created_at": "2024-05-01T07:00:00Z", "expires_at": None, "revoked_at": None,
    "last_used_at": "2024-05-01T07:30:00Z", "rate_per_s": None, "rate_burst": None,
}  # fmt: skip
MOST_GRACE_S = 30 * 24 * 3600
KeyId = Annotated[int, Path(ge=1, le=2**63 - 1)]


class KeyIn(Fields):
    model_config = ConfigDict(extra="forbid", **shown({"name": "shop", "role": "brand_writer", "brand": "tea"}))

    name: OneLine = Field(min_length=1, max_length=200, description="what it is for")
    role: Annotated[Role, Field(json_schema_extra={"enum": list(KEY_ROLES)})]
    brand: OneLine = Field("", max_length=100, description="code; empty: for the operator")
    expires_at: Instant | None = Field(None, description="left out: never")


class RotateIn(Fields):
    model_config = ConfigDict(extra="forbid", **shown({"grace_s": 3600}))

    grace_s: StrictInt = Field(
        24 * 3600, ge=0, le=MOST_GRACE_S, description="how long the old key works beside the new"
    )


class RateIn(Fields):
    model_config = ConfigDict(extra="forbid", **shown({"per_s": 100, "burst": 400}))

    per_s: StrictInt | None = Field(ge=0, le=MOST, description="null: as the server says; 0: as often as it likes")
    burst: StrictInt | None = Field(None, ge=1, le=MOST, description="at once after a pause; left out: as `per_s`")


@with_config(shown(EXAMPLE))
@dataclass(frozen=True, slots=True)
class KeyOut:
    id: int
    name: str
    role: str
    brand: Annotated[str, Field(description="empty: acts for the operator")]
    prefix: Annotated[str, Field(description="the key begins with ds_<prefix>_")]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: Annotated[datetime | None, Field(description="to the minute")]
    rate_per_s: Annotated[int | None, Field(description="requests a second; null: as the server says, 0: no limit")]
    rate_burst: Annotated[int | None, Field(description="requests at once after a pause")]


@with_config(shown(EXAMPLE | {"key": "ds_k3v9x0aa_" + "x" * 43}))
@dataclass(frozen=True, slots=True)
class NewKey(KeyOut):
    key: Annotated[str | None, Field(description="shown this once; null when a request is answered again")]


@dataclass(frozen=True, slots=True)
class KeyPage:
    data: list[KeyOut]
    next: Next


@router.get("", response=KeyPage, operation_id="listKeys", summary="List keys")
def list_keys(
    request: HttpRequest,
    after: Annotated[str | None, Query(None, max_length=1_000, description="`next` of the page before; opaque")],
    limit: Limit,
) -> HttpResponse:
    """The oldest first, revoked ones too. Needs the right `manage`."""
    caller = allowed(request, "manage")
    last = int(read_cursor(after, int)[0]) if after else 0
    found = queries.keys(caller.scope, after=last, limit=reach(limit))
    shown = page(found, limit, lambda row: KeyOut(*_told(row)), lambda row: (row.id,))
    return page_answer(shown.rows, shown.after)


@router.post("", response={201: NewKey}, operation_id="createKey", summary="Make a key")
def create_key(request: HttpRequest, payload: KeyIn, idempotency_key: OptionalKey) -> HttpResponse:
    """Nobody hands out more than they have. Needs the right `manage`.

    With an `Idempotency-Key` one key is made however often the request comes. The key itself is kept nowhere: a
    repetition is answered with `"key": null` and `Idempotent-Replayed: true`. Whoever has missed it rotates the key.
    """
    caller = allowed(request, "manage")

    def make() -> accounts.NewKey:
        return accounts.add_key(
            caller.scope,
            name=payload.name,
            role=payload.role,
            brand=payload.brand,
            now=caller.now,
            expires_at=payload.expires_at,
        )

    return _shown_once(request, caller, idempotency_key, make)


@router.post("/{key_id}/rotate", response={201: NewKey}, operation_id="rotateKey", summary="Replace a key")
def rotate_key(request: HttpRequest, key_id: KeyId, payload: RotateIn, idempotency_key: OptionalKey) -> HttpResponse:
    """The new key has the same name, role and brand; the old one works for `grace_s` longer. Needs `manage`.

    An `Idempotency-Key` is answered as where keys are made.
    """
    caller = allowed(request, "manage")
    grace = timedelta(seconds=payload.grace_s)

    def make() -> accounts.NewKey:
        return accounts.rotate_key(caller.scope, key_id, now=caller.now, grace=grace)

    return _shown_once(request, caller, idempotency_key, make)


@router.put("/{key_id}/rate", response=KeyOut, operation_id="setKeyRate", summary="Set how often a key may ask")
def set_rate(request: HttpRequest, key_id: KeyId, payload: RateIn) -> HttpResponse:
    """Of the operator alone: a limit protects everybody else. Needs the right `manage`."""
    caller = allowed(request, "manage")
    rate = None if payload.per_s is None else Rate(payload.per_s, payload.burst or max(payload.per_s, 1))
    accounts.set_rate(caller.scope, key_id, rate, now=caller.now)
    return json_answer(KeyOut(*_told(_row(caller, key_id))))


@router.delete("/{key_id}", response=KeyOut, operation_id="revokeKey", summary="Revoke a key")
def revoke_key(request: HttpRequest, key_id: KeyId) -> HttpResponse:
    """At once and for good; it stays in the list. Needs the right `manage`."""
    caller = allowed(request, "manage")
    accounts.revoke_key(caller.scope, key_id, now=caller.now)
    return json_answer(KeyOut(*_told(_row(caller, key_id))))


def _shown_once(
    request: HttpRequest, caller: Caller, key: str | None, make: Callable[[], accounts.NewKey]
) -> HttpResponse:
    """Tell the key to whoever has it made; what is kept to answer a repetition is without it."""
    secret: list[str] = []

    def work() -> NewKey:
        made = make()
        secret.append(made.raw)
        return NewKey(*_told(_row(caller, made.key_id)), None)

    answer = Answer(201, asdict(work())) if key is None else answered_once(request, caller, key, work)
    body = answer.body if answer.again else answer.body | {"key": secret[-1]}
    again = {"Idempotent-Replayed": "true"} if answer.again else {}
    return json_answer(body, answer.status, {"Cache-Control": "no-store", **again})


def _row(caller: Caller, key_id: int) -> queries.KeyRow:
    row = queries.key(caller.scope, key_id)
    if row is None:
        raise NotFound(f"no key {key_id}")
    return row


def _told(
    row: queries.KeyRow,
) -> tuple[
    int, str, str, str, str, datetime, datetime | None, datetime | None, datetime | None, int | None, int | None
]:
    return (
        row.id,
        row.name,
        row.role,
        row.brand,
        row.prefix,
        row.created_at,
        row.expires_at,
        row.revoked_at,
        row.last_used_at,
        row.rate_per_s,
        row.rate_burst,
    )
