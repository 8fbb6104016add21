"""Decisions about learned durations: which are in force, and every one that was ever taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from doorstep.core.accounts.models import Brand
from doorstep.core.learned.models import Durations
from doorstep.core.versions import Rows
from doorstep.domain.errors import Conflict

OF_BRAND = (Rows(Durations, "brand_id = %s"),)


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision as it is kept; `content` is durations.json, empty where nothing new was published."""

    as_of: datetime
    decided_at: datetime
    decided_by: str
    published: bool
    reason: str
    history_sha256: str
    model_sha256: str
    verdict: Mapping[str, Any]
    content: str


@dataclass(frozen=True, slots=True)
class InForce:
    """Which durations are in force; their content is asked for by the row's id."""

    pk: int
    model_sha256: str
    as_of: datetime


def in_force(brand_id: int) -> InForce | None:
    """The durations published last, whatever they know; None: none ever were. One query, without their content."""
    rows = Durations.objects.filter(brand_id=brand_id, published=True).exclude(content="").order_by("-id")
    found = rows.values_list("pk", "model_sha256", "as_of").first()
    return None if found is None else InForce(*found)


def content(pk: int) -> str:
    return str(Durations.objects.values_list("content", flat=True).get(pk=pk))


def add_decision(brand_id: int, decided: Decided, upon: int | None) -> int:
    """Keep a decision that was taken when the row `upon` was in force (None: none). Raises Conflict if it no longer is.

    Returns the row's id.
    """
    with transaction.atomic():
        Brand.objects.select_for_update(no_key=True).get(pk=brand_id)
        now = in_force(brand_id)
        if (now.pk if now else None) != upon:
            raise Conflict("other durations were published meanwhile; learn again")
        row = Durations.objects.create(
            brand_id=brand_id,
            as_of=decided.as_of,
            decided_at=decided.decided_at,
            decided_by=decided.decided_by,
            published=decided.published,
            reason=decided.reason,
            history_sha256=decided.history_sha256,
            model_sha256=decided.model_sha256,
            verdict=dict(decided.verdict),
            content=decided.content,
        )
        return int(row.pk)
