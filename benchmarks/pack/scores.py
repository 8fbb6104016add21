"""What an answer to an order is worth: one check and one price list for everybody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from benchmarks.pack.sets import OrderSet

from doorstep.kernels.pack.check import check
from doorstep.kernels.pack.problem import Breaks, FitProblem, Freight, IntArray

DIVISOR_MM3_PER_G = 5_000
CARTON_MINOR, CARTON_MINOR_PER_L = 25, 4
KILOGRAMS = (1, 2, 3, 5, 8, 10, 15, 20, 25, 30, 40, 50, 70, 100, 150)
FREIGHT_MINOR, FREIGHT_MINOR_PER_KG = 350, 60
TICKS = 16  # of a millimetre: some peers centre what they place


@dataclass(frozen=True, slots=True)
class Answer:
    """Parcels of one order as [carton, rows of item, x, y, z, dx, dy, dz], and what they took."""

    parcels: Sequence[tuple[int, Sequence[Sequence[float]]]]
    cpu_s: float
    error: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """What an answer is worth; only one without faults and without units unpacked is good."""

    faults: tuple[str, ...]
    unpacked: int
    boxes: int
    volume_mm3: int
    billed_g: int
    cost_minor: int

    @property
    def good(self) -> bool:
        """Valid and complete."""
        return not self.faults and self.unpacked == 0

    @property
    def rank(self) -> tuple[int, int]:
        """Fewest boxes, then least carton volume; what is not good comes after all that is."""
        return (self.boxes, self.volume_mm3) if self.good else (10**9, 0)


def freight() -> Freight:
    """The price list by which cost is counted, as a carrier's table."""
    limits = np.array(KILOGRAMS, np.int64) * 1_000
    prices = np.array([FREIGHT_MINOR + FREIGHT_MINOR_PER_KG * kg for kg in KILOGRAMS], np.int64)
    return Freight(Breaks(limits, prices), DIVISOR_MM3_PER_G)


def carton_prices(outer_mm: IntArray) -> IntArray:
    """The price of each carton in that list, [c]."""
    return np.asarray(CARTON_MINOR + CARTON_MINOR_PER_L * -(-outer_mm.prod(axis=1) // 10**6), np.int64)


def score(orders: OrderSet, load: int, answer: Answer, support_ppm: int) -> Score:
    """Judge an answer to one order."""
    whole = orders.orders
    lines = slice(int(whole.load_start[load]), int(whole.load_start[load + 1]))
    wanted: Counter[int] = Counter()
    for item, quantity in zip(whole.load_item[lines].tolist(), whole.load_quantity[lines].tolist(), strict=True):
        wanted[item] += quantity
    faults: list[str] = []
    billed = cost = volume = 0
    found: Counter[int] = Counter()
    prices, table = carton_prices(orders.carton_outer_mm), freight().weight
    parcels = [(carton, rows) for carton, rows in answer.parcels if rows]  # an empty box is not sent
    for carton, rows in parcels:
        layout = np.array(rows, np.float64).reshape(-1, 7)
        items = layout[:, 0].astype(np.int64)
        found.update(items.tolist())
        faults += _faults(whole, carton, items, layout, support_ppm)
        outer = int(orders.carton_outer_mm[carton].prod())
        gross = int(whole.carton_tare_g[carton] + whole.item_weight_g[items].sum())
        grams = max(gross, -(-outer // DIVISOR_MM3_PER_G))
        billed += grams
        cost += int(prices[carton]) + int(table.prices(np.array([grams]))[0])
        volume += int(whole.carton_inner_mm[carton].prod())
    faults += [f"item {item}: {found[item] - wanted[item]} units too many" for item in found - wanted]
    return Score(tuple(faults), (wanted - found).total(), len(parcels), volume, billed, cost)


def _faults(whole: FitProblem, carton: int, items: IntArray, layout: np.ndarray, support_ppm: int) -> tuple[str, ...]:
    """Check one parcel as a problem of its own, in whole millimetres or, where those do not do, in parts of them."""
    used, at = np.unique(items, return_inverse=True)
    ticks = 1 if (np.abs(layout - np.rint(layout)) < 1e-6).all() else TICKS
    rows = np.rint(layout * ticks).astype(np.int64)
    rows[:, 0] = at
    one = FitProblem(
        item_size_mm=whole.item_size_mm[used] * ticks,
        item_weight_g=whole.item_weight_g[used],
        item_upright=whole.item_upright[used],
        item_fragile=whole.item_fragile[used],
        item_max_load_g=whole.item_max_load_g[used],
        item_class=whole.item_class[used],
        load_start=np.array([0, len(rows)], np.int64),
        load_item=rows[:, 0],
        load_quantity=np.ones(len(rows), np.int64),
        carton_inner_mm=whole.carton_inner_mm[[carton]] * ticks,
        carton_tare_g=whole.carton_tare_g[[carton]],
        carton_max_weight_g=whole.carton_max_weight_g[[carton]],
    )
    return check(one, 0, 0, rows, support_ppm)
