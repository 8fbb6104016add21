"""Which levels are taken when units are wanted, whichever; and what a reference holds already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Sum

from doorstep.core.network.models import Site
from doorstep.core.statements import day, places, rows_of
from doorstep.core.stock.expiry import expired
from doorstep.core.stock.models import Level, Move
from doorstep.core.stock.posting import shelf_of
from doorstep.domain.errors import Conflict, NotEnough
from doorstep.domain.ledger import Reason, Shelf, Shift, State

ATTEMPTS = 1_000  # each means that somebody else got ahead, so that the work as a whole advances
FREE = (
    "SELECT level.site_id, level.product_id, level.bin, level.lot, level.state, quantity, expires_on, time_zone "
    f"FROM {Level._meta.db_table} level JOIN {Site._meta.db_table} site ON site.id = level.site_id "
    "WHERE level.brand_id = %s AND level.site_id IN {} AND level.product_id IN {} "
    "AND (level.state = 'reserved' OR level.state = 'available' AND quantity > 0) "
    "ORDER BY expires_on ASC NULLS LAST, received_at, level.bin, level.lot, level.id"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Units of a product at a site, whichever; row ids."""

    site: int
    product: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """Shifts that bring what is wanted, and the shelves seen on the way whose levels exist."""

    shifts: list[Shift]
    there: set[Shelf] = field(default_factory=set)


class Short(NotEnough):
    """All the units there are do not suffice."""


def insist(once: Callable[[], int], overtaken: type[Exception] | tuple[type[Exception], ...] = NotEnough) -> int:
    """Try until nobody gets ahead, which a choice of levels learns by NotEnough; that there is no choice is Short."""
    for _ in range(ATTEMPTS):
        try:
            return once()
        except Short as short:
            raise NotEnough(short.shelf, short.asked) from None
        except overtaken:
            continue
    raise Conflict("the stock moves too fast")


def choose(
    brand_id: int,
    asked: Sequence[tuple[str, Wanted]],
    target: Callable[[Shelf], Shelf],
    reason: Reason,
    at: datetime,
) -> Chosen:
    """Choose levels: what expires first, first out; then first in, first out; then by bin and lot. None is expired.

    Nothing is locked; one query. Raises Short when all the units there are do not suffice.
    """
    free, there = _free(brand_id, asked, at)
    taken: dict[tuple[str, Shelf], int] = Counter()
    for reference, one in asked:
        if one.quantity < 1:
            raise ValueError("at least one unit is wanted")
        short = one.quantity
        for level in free.get((one.site, one.product), ()):
            units = min(short, level.units)
            if units:
                taken[reference, level.shelf] += units
                level.units -= units
                short -= units
        if short:
            raise Short(Shelf(one.site, one.product, "", "", "available"), one.quantity)
    shifts = [
        Shift(shelf, target(shelf), units, reason, reference=reference) for (reference, shelf), units in taken.items()
    ]
    return Chosen(shifts, there)


@dataclass(slots=True)
class _Free:
    shelf: Shelf
    units: int  # that may still be chosen


def _free(
    brand_id: int, asked: Sequence[tuple[str, Wanted]], at: datetime
) -> tuple[dict[tuple[int, int], list[_Free]], set[Shelf]]:
    """Give units that may be taken, in the order in which they are; and all levels there, the reserved ones too."""
    if not asked:
        return {}, set()
    sites, products = {one.site for _, one in asked}, {one.product for _, one in asked}
    free: dict[tuple[int, int], list[_Free]] = {}
    there: set[Shelf] = set()
    for *ends, units, expires_on, zone in rows_of(
        FREE.format(places(len(sites)), places(len(products))), [brand_id, *sites, *products]
    ):
        shelf = Shelf(*ends)
        there.add(shelf)
        if shelf.state == "available" and not expired(day(expires_on), zone, at):
            free.setdefault((shelf.site, shelf.product), []).append(_Free(shelf, units))
    return free, there


def held_for(brand_id: int, reference: str) -> dict[Shelf, int]:
    """What a reference has reserved and not yet picked or released: its moves in, less its moves out."""
    moves = Move.objects.filter(brand_id=brand_id, reference=reference).order_by()
    held: Counter[int] = Counter()
    into = moves.filter(target__state="reserved").values_list("target").annotate(units=Sum("quantity"))
    held.update(dict(into))
    out = moves.filter(source__state="reserved").values_list("source").annotate(units=Sum("quantity"))
    held.subtract(dict(out))
    levels = Level.objects.in_bulk([pk for pk, units in held.items() if units > 0])
    return {shelf_of(level): held[pk] for pk, level in sorted(levels.items())}


def moved(shelf: Shelf, *, state: State, bin: str | None = None) -> Shelf:
    return Shelf(shelf.site, shelf.product, shelf.bin if bin is None else bin, shelf.lot, state)
