"""What happened, in its order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from doorstep.core.events.models import Fact
from doorstep.domain.rights import BRAND_ROLES, Scope


@dataclass(frozen=True, slots=True)
class FactRow:
    id: int
    at: datetime
    kind: str
    actor: str
    subject: str
    data: Mapping[str, Any]
    cause: int | None


@dataclass(frozen=True, slots=True)
class Told:
    """A fact as subscribers are told it."""

    id: int
    at: datetime
    kind: str
    version: int
    actor: str
    cause: int | None
    subject: str
    data: Mapping[str, Any]
    operator: int
    brand: int | None


def timeline(scope: Scope, subject: str, *, after: int = 0, limit: int = 1_000) -> tuple[FactRow, ...]:
    """Facts of a subject (`order:17`), oldest first, those after the fact id `after`. One query."""
    return _rows(_seen(scope).filter(subject=subject, pk__gt=after).order_by("pk")[:limit])


def latest(scope: Scope, *, limit: int = 50) -> tuple[FactRow, ...]:
    """The newest facts of the scope, newest first. One query."""
    return _rows(_seen(scope).order_by("-pk")[:limit])


def _seen(scope: Scope) -> QuerySet[Fact]:
    """Facts of the scope's brands; those that belong to no brand are the operator's own business."""
    seen = Q(brand_id__in=scope.brands)
    if scope.role not in BRAND_ROLES:
        seen |= Q(brand_id=None)
    return Fact.objects.filter(seen, operator_id=scope.operator)


def _rows(facts: QuerySet[Fact]) -> tuple[FactRow, ...]:
    names = ("id", "at", "kind", "actor", "subject", "data", "cause_id")
    return tuple(FactRow(*row) for row in facts.values_list(*names))
