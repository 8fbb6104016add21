"""A reservation passes from one reference to another, in one posting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from doorstep.core.stock.choosing import Wanted, choose, held_for, insist, moved
from doorstep.core.stock.posting import Overtaken, post
from doorstep.domain.errors import NotEnough
from doorstep.domain.ledger import Shelf, Shift


def hand_over(
    brand_id: int, from_reference: str, to_reference: str, wanted: Sequence[Wanted], *, at: datetime, actor: str
) -> int:
    """Reserve for `to_reference`, first what `from_reference` holds; what that holds beyond it is released.

    Nobody else can take the units on their way. Raises NotEnough, and nothing has changed then.
    """

    def once() -> int:
        held = held_for(brand_id, from_reference)
        passed, left, short = _divide(held, wanted)
        chosen = choose(
            brand_id,
            [(to_reference, one) for one in short],
            lambda shelf: moved(shelf, state="reserved"),
            "reservation",
            at,
        )
        shifts = chosen.shifts
        shifts += [_freed(shelf, units, from_reference) for shelf, units in left.items()]
        through = [_freed(shelf, units, from_reference) for shelf, units in passed.items()]
        through += [
            Shift(moved(shelf, state="available"), shelf, units, "reservation", reference=to_reference)
            for shelf, units in passed.items()
        ]
        return post(
            brand_id,
            shifts,
            at=at,
            actor=actor,
            still=lambda: held_for(brand_id, from_reference) == held,
            through=through,
        )

    return insist(once, (NotEnough, Overtaken))


def _freed(shelf: Shelf, units: int, reference: str) -> Shift:
    return Shift(shelf, moved(shelf, state="available"), units, "release", reference=reference)


def _divide(
    held: dict[Shelf, int], wanted: Sequence[Wanted]
) -> tuple[dict[Shelf, int], dict[Shelf, int], list[Wanted]]:
    """Part what is held into what passes and what is left over; and what is wanted beyond it."""
    left, passed, short = Counter(held), Counter[Shelf](), Counter[tuple[int, int]]()
    for one in wanted:
        missing = one.quantity
        for shelf in held:
            if (shelf.site, shelf.product) == (one.site, one.product):
                units = min(missing, left[shelf])
                left[shelf] -= units
                passed[shelf] += units
                missing -= units
        short[one.site, one.product] += missing
    return dict(+passed), dict(+left), [Wanted(*ends, units) for ends, units in sorted((+short).items())]
