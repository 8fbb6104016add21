"""Random problems over everything that the packer knows of, from a seed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from doorstep.domain.units import PPM
from doorstep.kernels.pack.problem import (
    EFFORT,
    MAX_CLASSES,
    MAX_SIZE_MM,
    MAX_WEIGHT_G,
    MOST_FILL,
    MOST_PRICE,
    BoolArray,
    Breaks,
    FitProblem,
    Freight,
    IntArray,
    PackParams,
    PackProblem,
)

SCALES_MM = (8, 60, 600, 5_000, MAX_SIZE_MM)
SCALE_SHARES = (0.3, 0.2, 0.35, 0.1, 0.05)
WEIGHTS_G = (5, 3_000, 60_000, MAX_WEIGHT_G)
PRICES = (1, 60, 10**6, MOST_PRICE)


@dataclass(slots=True)
class Dice:
    """A generator of random numbers, and the scale of this problem."""

    rng: np.random.Generator
    size: int
    weight: int
    price: int

    def chance(self, share: float) -> bool:
        """True with that probability."""
        return bool(self.rng.random() < share)

    def ints(self, least: int, most: int, shape: int | tuple[int, ...]) -> IntArray:
        """Whole numbers, both ends included."""
        return self.rng.integers(least, max(least, most) + 1, shape, dtype=np.int64)

    def flags(self, share: float, count: int) -> BoolArray:
        """Each with that probability, or, half of the time, none at all."""
        return np.asarray(self.rng.random(count) < (share if self.chance(0.5) else 0.0), np.bool_)

    def rarely(self, most: int, count: int) -> IntArray:
        """Mostly zeros."""
        return np.where(self.flags(0.5, count), self.ints(0, most, count), 0)


def wild_problem(seed: int, batch: int, orders: int) -> tuple[PackProblem, PackParams]:
    """A problem of so many orders and how to pack it; the same for the same seed and batch."""
    rng = np.random.default_rng((seed, batch))
    dice = Dice(rng, int(rng.choice(SCALES_MM, p=SCALE_SHARES)), int(rng.choice(WEIGHTS_G)), int(rng.choice(PRICES)))
    goods = _goods(dice, orders)
    cartons, items = goods.cartons, len(goods.item_size_mm)
    walls = dice.ints(0, max(2, dice.size // 50), (cartons, 3)) if dice.chance(0.5) else 0
    tables = tuple(_freight(dice) for _ in range(int(dice.ints(0, 3, 1)[0])))
    problem = PackProblem(
        goods=goods,
        carton_outer_mm=np.minimum(goods.carton_inner_mm + walls, MAX_SIZE_MM),
        carton_price_minor=dice.ints(0, dice.price, cartons),
        carton_mailer=dice.flags(0.4, cartons),
        carton_padding_mm=dice.rarely(MAX_SIZE_MM if dice.chance(0.02) else max(1, dice.size // 20), cartons),
        item_own_box=dice.flags(0.4, items),
        item_padding_mm=np.minimum(
            dice.rarely(MAX_SIZE_MM if dice.chance(0.02) else max(1, dice.size // 20), items),
            (MAX_SIZE_MM - goods.item_size_mm.max(axis=1)) // 2,
        ),
        freight=tables,
        load_freight=None if dice.chance(0.2) else dice.ints(-1, len(tables) - 1, orders),
        void_fill_micros_per_l=int(dice.rng.choice((0, 10**6, MOST_FILL))),
    )
    return problem, _params(dice)


def _goods(dice: Dice, orders: int) -> FitProblem:
    cartons = 0 if dice.chance(0.02) else int(dice.ints(1, 6, 1)[0])
    inner = np.minimum(dice.ints(1, 2 * dice.size + 1, (cartons, 3)), MAX_SIZE_MM)
    items = int(dice.ints(1, 14, 1)[0])
    load, item, quantity = _lines(dice, orders, items)
    most = 10 * dice.weight if dice.chance(0.5) else dice.weight
    classes = MAX_CLASSES if dice.chance(0.1) else 4
    return FitProblem(
        item_size_mm=_sizes(dice, items, inner),
        item_weight_g=dice.ints(0, dice.weight, items),
        item_upright=dice.flags(0.3, items),
        item_fragile=dice.flags(0.2, items),
        item_max_load_g=np.where(dice.flags(0.3, items), dice.ints(0, 3 * dice.weight, items), -1),
        item_class=np.where(dice.flags(0.5, items), dice.ints(1, classes, items), 0),
        load_start=np.searchsorted(load, np.arange(orders + 1)).astype(np.int64),
        load_item=item,
        load_quantity=quantity,
        carton_inner_mm=inner,
        carton_tare_g=np.minimum(dice.ints(0, dice.weight // 2, cartons), MAX_WEIGHT_G),
        carton_max_weight_g=dice.ints(0, most, cartons) if dice.chance(0.5) else np.full(cartons, 100 * most, np.int64),
        item_soft=dice.flags(0.4, items) if dice.chance(0.5) else None,
        class_apart=_apart(dice) if dice.chance(0.5) else None,
    )


def _sizes(dice: Dice, items: int, inner: IntArray) -> IntArray:
    """Anything, cubes, sheets and rods, and parts of cartons, which fill them to the last millimetre."""
    size = dice.ints(1, dice.size, (items, 3))
    kind = dice.ints(0, 3, items)
    cubes, sheets, parts = kind == 1, kind == 2, kind == 3
    size[cubes] = size[cubes, :1]
    size[sheets, dice.ints(0, 2, int(sheets.sum()))] = dice.ints(1, max(1, dice.size // 30), int(sheets.sum()))
    if len(inner):
        count = int(parts.sum())
        size[parts] = np.maximum(inner[dice.ints(0, len(inner) - 1, count)] // dice.ints(1, 4, (count, 3)), 1)
        size[parts] = dice.rng.permuted(size[parts], axis=1)
    return size


def _lines(dice: Dice, orders: int, items: int) -> tuple[IntArray, IntArray, IntArray]:
    """Order, item and quantity of each line; now and then a crowd, or a line that comes twice."""
    counts = np.minimum(dice.rng.geometric(0.4, orders), 12)
    load = np.repeat(np.arange(orders), counts)
    quantity = dice.rng.geometric(0.6, len(load)).astype(np.int64)
    crowds = dice.rng.random(len(load)) < 0.01
    quantity[crowds] = dice.ints(10, 80, int(crowds.sum()))
    return load, dice.ints(0, items - 1, len(load)), quantity


def _apart(dice: Dice) -> BoolArray:
    apart = dice.rng.random((MAX_CLASSES + 1, MAX_CLASSES + 1)) < 0.5
    apart |= apart.T
    apart[0] = apart[:, 0] = False
    np.fill_diagonal(apart, val=False)
    return np.asarray(apart, np.bool_)


def _freight(dice: Dice) -> Freight:
    longest, volume = 2 * dice.size, 8 * dice.size**3
    return Freight(
        weight=_breaks(dice, 20 * dice.weight),
        divisor_mm3_per_g=int(dice.rng.choice((0, 1, 5_000, MAX_SIZE_MM))),
        longest=_breaks(dice, longest) if dice.chance(0.3) else None,
        second=_breaks(dice, longest) if dice.chance(0.3) else None,
        girth=_breaks(dice, 5 * longest) if dice.chance(0.3) else None,
        volume=_breaks(dice, volume) if dice.chance(0.3) else None,
    )


def _breaks(dice: Dice, most: int) -> Breaks:
    """A few steps; three times out of four the last one takes whatever there is."""
    limits = np.unique(np.minimum(dice.ints(0, most, int(dice.ints(1, 6, 1)[0])), MOST_PRICE))
    if dice.chance(0.75):
        limits = np.unique(np.append(limits, MOST_PRICE))
    rises = dice.ints(0, max(dice.price // (2 * len(limits)), 1), len(limits))
    return Breaks(limits, np.cumsum(rises))


def _params(dice: Dice) -> PackParams:
    support = int(dice.rng.choice((0, 0, 0, 1, PPM // 2, PPM * 8 // 10, PPM)))
    if dice.chance(0.6):
        named = EFFORT["quick" if dice.chance(0.4) else "usual"]
        return replace(named, support_ppm=support)
    return PackParams(
        exact_units=int(dice.ints(1, 8, 1)[0]),
        exact_nodes=int(dice.rng.choice((1, 50, 3_000))),
        passes=int(dice.ints(1, 12, 1)[0]),
        max_units=int(dice.rng.choice((1, 5, 40, 200))),
        support_ppm=support,
        shuffles=int(dice.rng.choice((0, 0, 3, 30))),
        groups=int(dice.rng.choice((2, 8, 64, 1_024))),
        probes=int(dice.rng.choice((0, 2, 64))),
        pours=int(dice.ints(1, 4, 1)[0]),
    )
