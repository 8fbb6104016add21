"""What happened, in its order."""

from __future__ import annotations

from collections.abc import Collection, Mapping
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


@dataclass(frozen=True, slots=True)
class BrandFact:
    """A fact with the code of its brand; empty: of none."""

    id: int
    at: datetime
    kind: str
    actor: str
    subject: str
    data: Mapping[str, Any]
    brand: str | None


def timeline(scope: Scope, subject: str, *, after: int = 0, limit: int = 1_000) -> tuple[FactRow, ...]:
    """Facts of a subject (`order:17`), oldest first, those after the fact id `after`. One query."""
    return _rows(_seen(scope).filter(subject=subject, pk__gt=after).order_by("pk")[:limit])


def latest(scope: Scope, *, limit: int = 50) -> tuple[FactRow, ...]:
    """The newest facts of the scope, newest first. One query."""
    return _rows(_seen(scope).order_by("-pk")[:limit])


def told(facts: QuerySet[Fact]) -> tuple[Told, ...]:
    """These facts, in their order. One query."""
    names = ("id", "at", "kind", "version", "actor", "cause_id", "subject", "data", "operator_id", "brand_id")
    return tuple(Told(*row) for row in facts.order_by("pk").values_list(*names))


def chain(scope: Scope, elsewhere: tuple[Collection[int], Collection[str]]) -> tuple[FactRow, ...]:
    """Facts that led to others: those of these ids and what caused them, and all of these subjects.

    A query for each link of the longest chain; causes are older than what they cause, so that it ends.
    """
    ids, subjects = elsewhere
    found = {one.id: one for one in _rows(_seen(scope).filter(subject__in=list(subjects)))} if subjects else {}
    wanted = {*ids, *(one.cause for one in found.values() if one.cause is not None)} - found.keys()
    while wanted:
        links = _rows(_seen(scope).filter(pk__in=wanted))
        found |= {one.id: one for one in links}
        wanted = {one.cause for one in links if one.cause is not None} - found.keys()
    return tuple(found[pk] for pk in sorted(found))


def recorded(
    scope: Scope,
    kinds: Collection[str],
    *,
    brand: int | None = None,
    subjects: Collection[str] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    after: int = 0,
    limit: int = 500,
) -> tuple[BrandFact, ...]:
    """Facts of some kinds in the order in which they were recorded, those after the fact id `after`. One query.

    `since` is inclusive and `until` exclusive: when they happened, not when they were recorded.
    """
    found = _seen(scope).filter(kind__in=list(kinds), pk__gt=after)
    if brand is not None:
        found = found.filter(brand_id=brand)
    if subjects is not None:
        found = found.filter(subject__in=list(subjects))
    if since is not None:
        found = found.filter(at__gte=since)
    if until is not None:
        found = found.filter(at__lt=until)
    names = ("pk", "at", "kind", "actor", "subject", "data", "brand__code")
    return tuple(BrandFact(*row) for row in found.order_by("pk").values_list(*names)[:limit])


def instants_of(subject: str) -> tuple[datetime, ...]:
    """When anything of a subject was recorded. One query."""
    return tuple(Fact.objects.filter(subject=subject).order_by("at").values_list("at", flat=True).distinct())


def _seen(scope: Scope) -> QuerySet[Fact]:
    """Facts of the scope's brands; those that belong to no brand are the operator's own business."""
    seen = Q(brand_id__in=scope.brands)
    if scope.role not in BRAND_ROLES:
        seen |= Q(brand_id=None)
    return Fact.objects.filter(seen, operator_id=scope.operator)


def _rows(facts: QuerySet[Fact]) -> tuple[FactRow, ...]:
    names = ("id", "at", "kind", "actor", "subject", "data", "cause_id")
    return tuple(FactRow(*row) for row in facts.values_list(*names))
