"""Stock as it is picked, found missing and put back. Units keep their bin, so that one knows where they belong."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import datetime

from django.db.models import Sum

from doorstep.core.stock.models import Level, Move
from doorstep.core.stock.posting import post, shelf_of
from doorstep.domain.ledger import Reason, Shelf, Shift, State


def held(brand_id: int, references: Collection[str]) -> dict[str, dict[Shelf, int]]:
    """What each reference has reserved and not yet picked or released, by bin and lot; three queries."""
    moves = Move.objects.filter(brand_id=brand_id, reference__in=references).order_by()
    units: dict[str, Counter[int]] = defaultdict(Counter)
    into = moves.filter(target__state="reserved").values_list("reference", "target").annotate(units=Sum("quantity"))
    for reference, level, number in into:
        units[reference][level] += number
    out = moves.filter(source__state="reserved").values_list("reference", "source").annotate(units=Sum("quantity"))
    for reference, level, number in out:
        units[reference][level] -= number
    levels = Level.objects.in_bulk({level for counted in units.values() for level, left in counted.items() if left > 0})
    return {
        reference: {shelf_of(levels[pk]): left for pk, left in sorted(counted.items()) if left > 0}
        for reference, counted in units.items()
    }


def pick(
    brand_id: int,
    reference: str,
    shelf: Shelf,
    picked: int,
    missing: int = 0,
    missing_as: State = "quarantined",
    note: str = "",
    *,
    at: datetime,
    actor: str,
) -> int:
    """Take reserved units out of their bin; those the bin lacks go out of sale. One posting, the last statement."""
    reason: Reason = "damage" if missing_as == "damaged" else "quarantine"
    shifts = []
    if picked:
        shifts.append(Shift(shelf, _now(shelf, "picked"), picked, "pick", reference=reference))
    if missing:
        shifts.append(Shift(shelf, _now(shelf, missing_as), missing, reason, note=note, reference=reference))
    return post(brand_id, shifts, at=at, actor=actor)


def put_back(brand_id: int, reference: str, shelf: Shelf, units: int, *, at: datetime, actor: str) -> int:
    """Picked units lie in their bin again, for anybody."""
    shift = Shift(shelf, _now(shelf, "available"), units, "unpick", reference=reference)
    return post(brand_id, [shift], at=at, actor=actor)


def settle_missing(brand_id: int, shelf: Shelf, found: int, lost: int, note: str, *, at: datetime, actor: str) -> int:
    """Somebody has looked for quarantined units: those found are available again, the others are written off."""
    shifts = []
    if found:
        shifts.append(Shift(shelf, _now(shelf, "available"), found, "clearance", note=note))
    if lost:
        shifts.append(Shift(shelf, None, lost, "loss", note=note))
    return post(brand_id, shifts, at=at, actor=actor)


def _now(shelf: Shelf, state: State) -> Shelf:
    return Shelf(shelf.site, shelf.product, shelf.bin, shelf.lot, state)
