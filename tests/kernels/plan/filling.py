"""What filling up a box costs, reckoned apart from the planner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from math import floor, prod

from doorstep.domain.catalog import Carton, Product
from doorstep.domain.demand import Brand
from doorstep.kernels.pack.problem import MAILER_STEPS


def filling_minor(brand: Brand, room: Carton, goods: Iterable[tuple[Product, int]]) -> int:
    """Price of what fills up the room that goods in their padding leave, a carton as its own padding leaves it."""
    if room.mailer:
        return 0
    void = prod(room.inner_mm)
    for one, units in goods:
        void -= units * prod(edge + 2 * one.padding_mm for edge in (one.length_mm, one.width_mm, one.height_mm))
    litre = brand.void_fill_micros_per_l * 10**brand.currency.digits
    return floor(Fraction(max(void, 0) * litre // 10**6, 10**6) + Fraction(1, 2))


def rooms(carton: Carton) -> Iterator[tuple[str, Carton]]:
    """The carton as what padding leaves of it; a mailer for each thickness that it may be filled to."""
    (length, width, most), free = carton.inner_mm, 2 * carton.padding_mm
    step = -(-most // MAILER_STEPS)
    for thick in sorted({min(most, step * n) for n in range(1, MAILER_STEPS + 1)}) if carton.mailer else [0]:
        inner = (length - thick - free, width - thick - free, (thick or most) - free)
        outer = (*carton.outer_mm[:2], carton.outer_mm[2] - (most - thick if carton.mailer else 0))
        if min(inner) > 0:
            yield f"{carton.carton}/{thick}", replace(carton, inner_mm=inner, outer_mm=outer)
