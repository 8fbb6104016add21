"""Insights as they were worked out last: a document of a brand and kind, replaced by the next one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, TypeVar

from doorstep.core.learned.models import CommitmentPlan, Insight
from doorstep.domain.rights import Scope

Row = TypeVar("Row", Insight, CommitmentPlan)
InsightKind = Literal["carriers", "customers", "demand", "costs", "position"]
KINDS: tuple[InsightKind, ...] = ("carriers", "customers", "demand", "costs", "position")


@dataclass(frozen=True, slots=True)
class Kept:
    """A document, and what it knows: all that had happened before `as_of` began."""

    as_of: date
    learned_at: datetime
    document: Mapping[str, Any]


def keep(brand_id: int, kind: InsightKind, found: Kept, learned_by: str) -> None:
    """Have a document take the place of the one before."""
    keep_in(Insight, {"brand_id": brand_id, "kind": kind}, found, learned_by)


def keep_in(table: type[Row], whose: Mapping[str, int | str], found: Kept, learned_by: str) -> None:
    """Have a document take the place of the one before it. One statement, so that two at once do no harm."""
    row = table(
        **whose,
        as_of=found.as_of,
        learned_at=found.learned_at,
        learned_by=learned_by,
        document=dict(found.document),
    )
    table.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=tuple(whose),
        update_fields=("as_of", "learned_at", "learned_by", "document"),
    )


def kept(scope: Scope, brand_id: int, kind: InsightKind) -> Kept | None:
    """Give the document of a brand of the scope; None: it was never worked out, or the brand is somebody else's."""
    rows = Insight.objects.filter(brand__operator=scope.operator, brand__in=scope.brands, brand=brand_id, kind=kind)
    found = rows.values_list("as_of", "learned_at", "document").first()
    return None if found is None else Kept(*found)
