"""Goods leave the house: picked units of an order go out with its parcels, in one posting."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from doorstep.core.stock.choosing import ATTEMPTS
from doorstep.core.stock.models import Level, Move
from doorstep.core.stock.posting import BATCH, Overtaken, post, shelf_of
from doorstep.domain.errors import Conflict, NotEnough
from doorstep.domain.ledger import Shelf, Shift


@dataclass(frozen=True, slots=True)
class Leaving:
    """What one parcel takes with it: units by product (row id), picked for `reference` at the site."""

    reference: str  # `order:17`
    site: int
    units: Mapping[int, int]


def leave(brand_id: int, leaving: Sequence[Leaving], *, at: datetime, actor: str) -> int:
    """Post picked units out. Raises NotEnough when fewer were picked for an order than its parcels hold."""
    references = sorted({one.reference for one in leaving})
    for _ in range(ATTEMPTS):
        held = picked(brand_id, references)
        try:
            shifts = _shifts(held, leaving)
            return post(brand_id, shifts, at=at, actor=actor, still=lambda h=held: picked(brand_id, references) == h)  # type: ignore[misc]
        except Overtaken:
            continue
    raise Conflict("the stock moves too fast")


def complete(brand_id: int, leaving: Sequence[Leaving]) -> list[bool]:
    """Say of each, in this order, whether its units are picked, those before it in the list being taken away."""
    free: dict[tuple[str, int, int], int] = Counter()
    for reference, shelves in picked(brand_id, sorted({one.reference for one in leaving})).items():
        for shelf, units in shelves.items():
            free[reference, shelf.site, shelf.product] += units
    answers = []
    for one in leaving:
        wanted = {(one.reference, one.site, product): units for product, units in one.units.items()}
        there = all(free[end] >= units for end, units in wanted.items())
        for end, units in wanted.items():
            free[end] -= units if there else 0
        answers.append(there)
    return answers


def picked(brand_id: int, references: Iterable[str]) -> dict[str, dict[Shelf, int]]:
    """What was picked for each reference and has not left or been put back: its moves in, less its moves out."""
    held: dict[tuple[str, int], int] = Counter()
    named = list(references)
    for start in range(0, len(named), BATCH):
        moves = Move.objects.filter(brand_id=brand_id, reference__in=named[start : start + BATCH]).order_by()
        into = moves.filter(target__state="picked").values_list("reference", "target").annotate(Sum("quantity"))
        out = moves.filter(source__state="picked").values_list("reference", "source").annotate(Sum("quantity"))
        for sign, sums in ((1, into), (-1, out)):
            for reference, level, units in sums:
                held[reference, level] += sign * units
    levels = Level.objects.in_bulk({level for (_, level), units in held.items() if units > 0})
    found: dict[str, dict[Shelf, int]] = defaultdict(dict)
    for (reference, level), units in held.items():
        if units > 0:
            found[reference][shelf_of(levels[level])] = units
    return dict(found)


def _shifts(held: Mapping[str, Mapping[Shelf, int]], leaving: Sequence[Leaving]) -> list[Shift]:
    left = {reference: dict(sorted(shelves.items())) for reference, shelves in held.items()}
    taken: dict[tuple[str, Shelf], int] = Counter()
    for one in leaving:
        shelves = left.get(one.reference, {})
        for product, units in sorted(one.units.items()):
            short = units
            for shelf in shelves:
                here = min(short, shelves[shelf]) if (shelf.site, shelf.product) == (one.site, product) else 0
                if here:
                    shelves[shelf] -= here
                    taken[one.reference, shelf] += here
                    short -= here
            if short:
                raise NotEnough(Shelf(one.site, product, "", "", "picked"), units)
    return [Shift(shelf, None, units, "dispatch", reference=reference) for (reference, shelf), units in taken.items()]
