"""What an order holds is exchanged for what it is to hold, in one posting that moves the difference alone.

A release and a reservation in one transaction would be two postings, and the first would hold the brand's clock while
the second waits for levels: two who did so could wait for one another for ever.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from django.db.models import Sum

from doorstep.core.stock.choosing import ATTEMPTS, Short, Wanted, choose, held_for, moved
from doorstep.core.stock.models import Move
from doorstep.core.stock.posting import Overtaken, post
from doorstep.domain.errors import Conflict, NotEnough
from doorstep.domain.ledger import Shelf, Shift

Spot = tuple[int, int]  # site, product: row ids


def exchange(brand_id: int, reference: str, wanted: Iterable[Wanted], *, at: datetime, actor: str) -> int:
    """Have the reference hold what is wanted and nothing else; returns the version of the brand's stock.

    Units that it holds already stay where they lie. Raises NotEnough when the rest is not there: nothing has moved
    then.
    """
    asked: Counter[Spot] = Counter()
    for one in wanted:
        asked[one.site, one.product] += one.quantity
    for _ in range(ATTEMPTS):
        held = held_for(brand_id, reference)
        has: Counter[Spot] = Counter()
        for shelf, units in held.items():
            has[shelf.site, shelf.product] += units
        lacking = [
            (reference, Wanted(*spot, units - has[spot])) for spot, units in sorted(asked.items()) if units > has[spot]
        ]
        try:
            shifts = choose(brand_id, lacking, lambda shelf: moved(shelf, state="reserved"), "reservation", at).shifts
            shifts += _given_back(held, has, asked, reference)
            return post(brand_id, shifts, at=at, actor=actor, still=lambda: held_for(brand_id, reference) == held)  # noqa: B023
        except Short as short:
            raise NotEnough(short.shelf, short.asked) from None
        except NotEnough as gone:
            if gone.shelf.state == "reserved":  # somebody took what was reserved; trying again would not mend it
                raise
        except Overtaken:
            continue
    raise Conflict("the stock moves too fast")


def held(brand_id: int, reference: str) -> dict[Spot, int]:
    """Units that a reference has reserved, by site and product (row ids)."""
    found: Counter[Spot] = Counter()
    for shelf, units in held_for(brand_id, reference).items():
        found[shelf.site, shelf.product] += units
    return dict(sorted(found.items()))


def picked(brand_id: int, reference: str) -> int:
    """Units that were picked for a reference and neither put back nor sent."""
    moves = Move.objects.filter(brand_id=brand_id, reference=reference).order_by()
    into = moves.filter(target__state="picked").aggregate(units=Sum("quantity"))["units"] or 0
    out = moves.filter(source__state="picked").aggregate(units=Sum("quantity"))["units"] or 0
    return int(into - out)


def _given_back(
    held: Mapping[Shelf, int], has: Mapping[Spot, int], asked: Mapping[Spot, int], reference: str
) -> Iterator[Shift]:
    """Give back what is held beyond what is wanted, from the last shelves first."""
    beyond = {spot: units - asked.get(spot, 0) for spot, units in has.items()}
    for shelf in sorted(held, reverse=True):
        spot = shelf.site, shelf.product
        units = min(held[shelf], max(0, beyond[spot]))
        if units:
            beyond[spot] -= units
            yield Shift(shelf, moved(shelf, state="available"), units, "release", reference=reference)
