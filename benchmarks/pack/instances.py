"""Packing problems from public data: real orders, and random orders of real products."""

from __future__ import annotations

import csv
import gzip
from dataclasses import replace
from pathlib import Path

import numpy as np

from doorstep.kernels.pack.problem import FitProblem

# Inner sizes of common e-commerce cartons, mm; each bears 30 kg gross and weighs 4 g per dm2 of its surface.
OLIST_CARTONS_MM = (
    (200, 150, 100),
    (250, 200, 100),
    (300, 200, 150),
    (300, 250, 200),
    (350, 250, 250),
    (400, 300, 200),
    (400, 300, 300),
    (500, 300, 300),
    (500, 400, 300),
    (600, 400, 400),
    (700, 500, 400),
    (800, 600, 500),
    (1200, 800, 600),
)


def real_orders(root: Path) -> FitProblem:
    """The shipped orders of packing_orders in their four cartons; every item may turn freely."""
    with gzip.open(root / "packing_orders" / "items.csv.gz", "rt", newline="") as source:
        rows = list(csv.DictReader(source))
    with (root / "packing_orders" / "boxes.csv").open(newline="") as source:
        boxes = list(csv.DictReader(source))
    columns = ("dim1_mm", "dim2_mm", "dim3_mm", "weight_g")
    items = np.array([[int(row[name]) for name in columns] for row in rows], np.int64)
    orders: dict[str, list[int]] = {}
    for line, row in enumerate(rows):
        orders.setdefault(row["order_id"], []).append(line)
    lines = np.array([line for own in orders.values() for line in own], np.int64)
    quantity = np.array([int(row["qty"]) for row in rows], np.int64)
    inner = ("inner_length_mm", "inner_width_mm", "inner_depth_mm")
    return _problem(
        items,
        np.cumsum([0, *map(len, orders.values())]),
        lines,
        quantity[lines],
        np.array([[int(box[name]) for name in inner] for box in boxes], np.int64),
        np.array([int(box["empty_weight_g"]) for box in boxes], np.int64),
        np.array([int(box["max_weight_g"]) for box in boxes], np.int64),
    )


def olist_baskets(root: Path, count: int, seed: int, single_share: float = 0.0) -> FitProblem:
    """Random baskets of 2 to 10 lines of 1 to 3 units, or, that share of them, of one unit, in thirteen cartons."""
    with gzip.open(root / "olist" / "products.csv.gz", "rt", newline="") as source:
        columns = ("product_length_cm", "product_width_cm", "product_height_cm", "product_weight_g")
        rows = [[row[name] for name in columns] for row in csv.DictReader(source)]
    items = np.array([[int(float(cell)) for cell in row] for row in rows if all(row)], np.int64)
    items[:, :3] *= 10
    rng = np.random.default_rng(seed)
    single = rng.random(count) < single_share
    lines_per_order = np.where(single, 1, np.minimum(1 + rng.geometric(0.4, count), 10))
    lines_per_order[~single & (lines_per_order < 2)] = 2
    start = np.concatenate(([0], np.cumsum(lines_per_order)))
    quantity = np.minimum(rng.geometric(0.6, start[-1]), 3)
    quantity[start[:-1][single]] = 1
    inner = np.array(OLIST_CARTONS_MM, np.int64)
    surface = 2 * (inner[:, 0] * inner[:, 1] + inner[:, 1] * inner[:, 2] + inner[:, 0] * inner[:, 2])
    return _problem(
        items,
        start,
        rng.integers(0, len(items), start[-1]),
        quantity,
        inner,
        surface * 4 // 10_000,
        np.full(len(inner), 30_000, np.int64),
    )


def head(problem: FitProblem, loads: int) -> FitProblem:
    """The first loads of a problem."""
    start = problem.load_start[: loads + 1]
    return replace(
        problem,
        load_start=start,
        load_item=problem.load_item[: start[-1]],
        load_quantity=problem.load_quantity[: start[-1]],
    )


def _problem(
    items: np.ndarray,
    start: np.ndarray,
    line_item: np.ndarray,
    line_quantity: np.ndarray,
    inner: np.ndarray,
    tare: np.ndarray,
    most: np.ndarray,
) -> FitProblem:
    count = len(items)
    return FitProblem(
        item_size_mm=items[:, :3].copy(),
        item_weight_g=items[:, 3].copy(),
        item_upright=np.zeros(count, np.bool_),
        item_fragile=np.zeros(count, np.bool_),
        item_max_load_g=np.full(count, -1, np.int64),
        item_class=np.zeros(count, np.int64),
        load_start=start.astype(np.int64),
        load_item=line_item.astype(np.int64),
        load_quantity=line_quantity.astype(np.int64),
        carton_inner_mm=inner,
        carton_tare_g=tare,
        carton_max_weight_g=most,
    )
