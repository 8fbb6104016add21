"""Facts are written in the transaction of what they tell of, and never changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from doorstep.core.events.models import Fact
from doorstep.core.statements import fresh, insert

# Told of a kind and a number once they are committed. For counting alone: what must follow a fact follows from its row.
WATCHERS: list[Callable[[str, int], None]] = []


@dataclass(frozen=True, slots=True)
class NewFact:
    kind: str
    subject: str
    data: Mapping[str, Any] = field(default_factory=dict)  # ids and numbers; no personal data


def record(
    operator_id: int,
    brand_id: int | None,
    *,
    kind: str,
    subject: str,
    data: Mapping[str, Any],
    at: datetime,
    actor: str,
    cause: int | None = None,
) -> int:
    """Record one fact; returns its id."""
    row = Fact.objects.create(
        operator_id=operator_id,
        brand_id=brand_id,
        at=at,
        kind=kind,
        actor=actor,
        cause_id=cause,
        subject=subject,
        data=dict(data),
    )
    _tell({kind: 1})
    return row.pk


def record_all(
    operator_id: int,
    brand_id: int | None,
    facts: Iterable[NewFact],
    *,
    at: datetime,
    actor: str,
    cause: int | None = None,
) -> int:
    """Record many facts of one instant, in bulk and in their order; returns how many."""
    return record_each([(operator_id, brand_id, at, one) for one in facts], actor=actor, cause=cause)


def record_each(
    facts: Sequence[tuple[int, int | None, datetime, NewFact]], *, actor: str, cause: int | None = None
) -> int:
    """Record facts, each with its operator, brand and instant, in bulk and in their order; returns how many."""
    rows = insert(
        [
            fresh(
                Fact,
                operator_id=operator,
                brand_id=brand,
                at=at,
                kind=one.kind,
                actor=actor,
                cause_id=cause,
                subject=one.subject,
                data=dict(one.data),
            )
            for operator, brand, at, one in facts
        ]
    )
    _tell(Counter(one.kind for _, _, _, one in facts))
    return len(rows)


def _tell(kinds: Mapping[str, int]) -> None:
    if WATCHERS:
        transaction.on_commit(partial(_tell_now, kinds), robust=True)


def _tell_now(kinds: Mapping[str, int]) -> None:
    for watcher in WATCHERS:
        for kind, number in kinds.items():
            watcher(kind, number)
