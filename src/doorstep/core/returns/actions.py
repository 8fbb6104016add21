"""Writes of returns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from doorstep.core.returns.models import Graded, Return, ReturnLine
from doorstep.domain.errors import Conflict
from doorstep.domain.returns import RETURN_FOLLOWS, ReturnReason, ReturnState


def add(
    brand_id: int,
    order_pk: int,
    reason: ReturnReason,
    units: Mapping[int, int],
    *,
    parcel_pk: int | None = None,
    at: datetime,
) -> tuple[int, str]:
    """Add a return of units by order line (row ids); returns its row id and its number. Hold the order's lock.

    `parcel_pk` is the parcel that a carrier brought back: nobody asked for its return.
    """
    row = Return.objects.create(
        brand_id=brand_id, order_id=order_pk, rma="", reason=reason, parcel_id=parcel_pk, asked_at=at
    )
    rma = f"R{row.pk:08d}"
    Return.objects.filter(pk=row.pk).update(rma=rma)
    ReturnLine.objects.bulk_create(
        ReturnLine(of=row, line_id=line, quantity=quantity) for line, quantity in sorted(units.items())
    )
    return row.pk, rma


def move_on(pk: int, before: Sequence[ReturnState], after: ReturnState, **changed: object) -> bool:
    """From any of these states; whoever comes second finds it gone on: False. `changed` are other columns."""
    for one in before:
        if after not in RETURN_FOLLOWS[one]:
            raise Conflict(f"a return does not go from {one} to {after}")
    return Return.objects.filter(pk=pk, state__in=before).update(state=after, **changed) == 1


def grade(units: Iterable[tuple[int, str, str, int]]) -> None:
    """Keep what was found: return line, grade, disposition, quantity."""
    Graded.objects.bulk_create(
        Graded(line_id=line, grade=grade, disposition=disposition, quantity=quantity)
        for line, grade, disposition, quantity in units
    )
