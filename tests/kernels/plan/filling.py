"""What filling up a box costs, reckoned apart from the planner."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import floor, prod

from doorstep.domain.catalog import Carton, Product
from doorstep.domain.demand import Brand


def filling_minor(brand: Brand, room: Carton, goods: Iterable[tuple[Product, int]]) -> int:
    """Price of what fills up the room that goods in their padding leave, a carton as its own padding leaves it."""
    if room.mailer:
        return 0
    void = prod(room.inner_mm)
    for one, units in goods:
        void -= units * prod(edge + 2 * one.padding_mm for edge in (one.length_mm, one.width_mm, one.height_mm))
    litre = brand.void_fill_micros_per_l * 10**brand.currency.digits
    return floor(Fraction(max(void, 0) * litre // 10**6, 10**6) + Fraction(1, 2))
