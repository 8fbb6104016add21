"""The orders of a brand folder as kinds of baskets: orders alike in size and weight are packed alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from doorstep.domain.catalog import Product
from doorstep.domain.demand import Order
from doorstep.domain.packing import Basket, Good

Lines = tuple[tuple[Good, int], ...]


@dataclass(frozen=True, slots=True)
class Kinds:
    """Different baskets, and how many orders are of each."""

    baskets: tuple[Basket, ...]
    times: tuple[int, ...]
    left_out: int  # orders without lines, or with a sku that is not among the products

    @property
    def orders(self) -> int:
        return sum(self.times)


def good_of(product: Product) -> Good:
    """What a product is for the packer; its name does not matter."""
    return Good(
        sku="",
        size_mm=(product.length_mm, product.width_mm, product.height_mm),
        weight_g=product.weight_g,
        this_side_up=product.this_side_up,
        fragile=product.fragile,
        max_load_g=product.max_load_g,
        hazmat_class=product.hazmat_class,
        ships_in_own_box=product.ships_in_own_box,
        soft=product.soft,
        padding_mm=product.padding_mm,
    )


def kinds_of(orders: Sequence[Order], products: Sequence[Product], most: int, seed: int) -> Kinds:
    """Count baskets; of more than `most` orders, so many drawn at random by `seed`."""
    drawn = sorted(Random(seed).sample(range(len(orders)), most)) if len(orders) > most else range(len(orders))
    goods = {product.sku: good_of(product) for product in products}
    counted: Counter[Lines] = Counter()
    left_out = 0
    for at in drawn:
        lines = orders[at].lines
        if not lines or any(line.sku not in goods for line in lines):
            left_out += 1
            continue
        units: Counter[Good] = Counter()
        for line in lines:
            units[goods[line.sku]] += line.quantity
        counted[tuple(sorted(units.items(), key=_rank))] += 1
    ranked = sorted(counted.items(), key=lambda item: (-item[1], [_rank(line) for line in item[0]]))
    return Kinds(
        tuple(Basket(f"b{at}", lines) for at, (lines, _) in enumerate(ranked, start=1)),
        tuple(times for _, times in ranked),
        left_out,
    )


def _rank(line: tuple[Good, int]) -> tuple[object, ...]:
    good, quantity = line
    load = -1 if good.max_load_g is None else good.max_load_g
    flags = (good.this_side_up, good.fragile, good.ships_in_own_box, good.soft)
    return (good.size_mm, good.weight_g, flags, load, good.hazmat_class, good.padding_mm, quantity)
