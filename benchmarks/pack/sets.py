"""Sets of orders on which packers are compared: every item goes into some carton, so that all can be packed."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from benchmarks.pack.instances import olist_baskets, real_orders

from doorstep.kernels.pack.cut import cut_out, starts
from doorstep.kernels.pack.problem import BoolArray, FitProblem, IntArray

UPRIGHT_SHARE = 0.2
MOST_BASKET, BASKET_POWER = 30, 1.75
"""Baskets of n units are drawn in proportion to n to the minus that power."""
BASKET_RATIO = 0.72
"""Or, in a set of its own, to that ratio to the n, which gives fewer of one unit and fewer of very many."""
CONTAINER_QUARTERS = (4, 3, 2, 1)
NO_WEIGHT = 10**9
MOST_UNITS = 200
"""Larger loads are beyond what packer3d takes (256) and what the packer here searches."""


@dataclass(frozen=True, slots=True)
class OrderSet:
    """Orders with their cartons, and what a reader should know of them.

    Parameters
    ----------
    orders
        As bare sizes and weights.
    carton_outer_mm
        [c, 3] what a carrier measures.
    note
        One sentence.
    """

    name: str
    orders: FitProblem
    carton_outer_mm: IntArray
    note: str


def order_set(name: str, root: Path, count: int, seed: int) -> OrderSet:
    """The set of that name, of so many orders."""
    if name == "real":
        return _real(root, count, seed)
    if name == "containers":
        return _containers(root, count, seed)
    return _olist(root, count, seed, name)


def _real(root: Path, count: int, seed: int) -> OrderSet:
    """Orders of 2 to 30 units, drawn from those that were shipped."""
    whole = real_orders(root)
    units = whole.load_units()
    some = np.flatnonzero((units >= 2) & (units <= 30))
    drawn = np.sort(np.random.default_rng(seed).permutation(some)[:count])
    orders, note = _packable(some_loads(whole, drawn))
    rows = np.genfromtxt(root / "packing_orders" / "boxes.csv", delimiter=",", skip_header=1, usecols=(2, 1, 3))
    return OrderSet("real", orders, rows.astype(np.int64), f"shipped orders of 2 to 30 units, 4 cartons; {note}")


def _olist(root: Path, count: int, seed: int, name: str) -> OrderSet:
    """Baskets of 1 to 30 units, each unit any product, many small and few large ones."""
    upright, geometric = name == "olist_tsu", name == "olist_geometric"
    catalogue = olist_baskets(root, 1, seed)
    rng = np.random.default_rng(seed)
    sizes = np.arange(1, MOST_BASKET + 1)
    shares = np.power(BASKET_RATIO, sizes) if geometric else sizes**-BASKET_POWER
    units = rng.choice(sizes, count, p=shares / shares.sum())
    items = len(catalogue.item_size_mm)
    whole = replace(
        catalogue,
        load_start=starts(units),
        load_item=rng.integers(0, items, units.sum()),
        load_quantity=np.ones(units.sum(), np.int64),
        item_upright=rng.random(items) < (UPRIGHT_SHARE if upright else 0.0),
    )
    orders, note = _packable(whole)
    up = f", {UPRIGHT_SHARE:.0%} of the products this side up" if upright else ""
    law = f", n units in proportion to {BASKET_RATIO} to the n" if geometric else ""
    many = f"baskets of 1 to {MOST_BASKET} units of real products{law}{up}, 13 cartons"
    return OrderSet(name, orders, orders.carton_inner_mm, f"{many}; {note}")


def _containers(root: Path, count: int, seed: int) -> OrderSet:
    """Container loads as orders: the container itself, and ones of three, two and one quarter of its length.

    The instances ask how full one container can be. Here all the boxes have to go, into the fewest containers and then
    the shortest ones. Only those are taken whose boxes may all be turned freely or all stand in one way, as the
    cartons of a set are the same for all orders only those of the most common container of the files.
    """
    loads = [load for path in sorted((root / "packing_container").glob("*.txt.gz")) for load in _read(path)]
    size = (587, 233, 220)  # cm, of all BR instances
    fitting = [
        lines
        for container, lines in loads
        if container == size and lines and sum(line[4] for line in lines) <= MOST_UNITS
    ]
    picked = [fitting[at] for at in np.sort(np.random.default_rng(seed).permutation(len(fitting))[:count])]
    rows = [line for lines in picked for line in lines]
    items = np.array([line[:3] for line in rows], np.int64)
    inner = np.array([(size[0] * quarters // 4, size[1], size[2]) for quarters in CONTAINER_QUARTERS], np.int64)
    orders = FitProblem(
        item_size_mm=items,
        item_weight_g=np.zeros(len(items), np.int64),
        item_upright=np.array([line[3] for line in rows], np.bool_),
        item_fragile=np.zeros(len(items), np.bool_),
        item_max_load_g=np.full(len(items), -1, np.int64),
        item_class=np.zeros(len(items), np.int64),
        load_start=np.cumsum([0, *map(len, picked)]).astype(np.int64),
        load_item=np.arange(len(items), dtype=np.int64),
        load_quantity=np.array([line[4] for line in rows], np.int64),
        carton_inner_mm=inner,
        carton_tare_g=np.zeros(len(inner), np.int64),
        carton_max_weight_g=np.full(len(inner), NO_WEIGHT, np.int64),
    )
    note = (
        "loads of about one whole container (BR), in cm, without weights: all boxes have to go, into containers of the "
        f"full length or of three, two or one quarter of it; {len(fitting)} of {len(loads)} instances can be told"
    )
    return OrderSet("containers", orders, inner, note)


def _read(path: Path) -> list[tuple[tuple[int, ...], list[tuple[int, int, int, bool, int]]]]:
    """Containers and lines (three edges, whether the third stays upright, quantity); no lines: they cannot be told."""
    with gzip.open(path, "rt") as source:
        numbers = iter(source.read().split())
    loads = []
    for _ in range(int(next(numbers))):
        header = [next(numbers)] if path.name.startswith("thpack8") else [next(numbers), next(numbers)]
        assert header
        container = tuple(int(next(numbers)) for _ in range(3))
        lines: list[tuple[int, int, int, bool, int]] = []
        told = True
        for _ in range(int(next(numbers))):
            cells = [int(next(numbers)) for _ in range(8)]
            edges, flags, quantity = cells[1:7:2], cells[2:7:2], cells[7]
            told &= sum(flags) in (1, 3)
            up = flags.index(1) if sum(flags) == 1 else 2
            flat = [edge for at, edge in enumerate(edges) if at != up]
            lines.append((flat[0], flat[1], edges[up], sum(flags) == 1, quantity))
        loads.append((container, lines if told else []))
    return loads


def _packable(whole: FitProblem) -> tuple[FitProblem, str]:
    """Without the lines of items that no carton takes alone, and the orders that are left empty; with a word on it."""
    fits = _alone(whole)
    kept = fits[whole.load_item]
    counts = np.add.reduceat(kept.astype(np.int64), whole.load_start[:-1])
    part = replace(
        whole,
        load_start=starts(counts[counts > 0]),
        load_item=whole.load_item[kept],
        load_quantity=whole.load_quantity[kept],
    )
    return part, f"{int((~kept).sum())} lines of items left out that no carton takes, {part.loads:,} orders"


def _alone(whole: FitProblem) -> BoolArray:
    room = whole.carton_max_weight_g - whole.carton_tare_g
    free = (np.sort(whole.item_size_mm, axis=1)[:, None] <= np.sort(whole.carton_inner_mm, axis=1)).all(axis=2)
    base = np.sort(whole.item_size_mm[:, :2], axis=1)[:, None] <= np.sort(whole.carton_inner_mm[:, :2], axis=1)
    stands = base.all(axis=2) & (whole.item_size_mm[:, 2:] <= whole.carton_inner_mm[:, 2])
    sizes = np.where(whole.item_upright[:, None], stands, free)
    return np.asarray((sizes & (whole.item_weight_g[:, None] <= room)).any(axis=1), np.bool_)


def some_loads(whole: FitProblem, loads: IntArray) -> FitProblem:
    """Only those loads."""
    start, lines = cut_out(whole.load_start, loads)
    return replace(whole, load_start=start, load_item=whole.load_item[lines], load_quantity=whole.load_quantity[lines])
