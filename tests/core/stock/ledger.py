"""What must be true of the ledger at any time, read with plain sums."""

from __future__ import annotations

from collections import Counter

from django.db.models import Sum

from doorstep.core.stock.models import Level, Move
from doorstep.core.stock.posting import shelf_of
from doorstep.domain.ledger import Shelf


def quantities() -> dict[Shelf, int]:
    """All levels that hold something."""
    return {shelf_of(level): level.quantity for level in Level.objects.filter(quantity__gt=0)}


def assert_moves_add_up() -> None:
    sums: Counter[int] = Counter()
    for pk, units in Move.objects.filter(target__isnull=False).values_list("target").annotate(Sum("quantity")):
        sums[pk] += units
    for pk, units in Move.objects.filter(source__isnull=False).values_list("source").annotate(Sum("quantity")):
        sums[pk] -= units
    assert {level.pk: level.quantity for level in Level.objects.all()} == {
        level.pk: sums[level.pk] for level in Level.objects.all()
    }
