"""A problem as the tables that the compiled loops read."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from doorstep.kernels.pack.cut import cut_out
from doorstep.kernels.pack.problem import FitProblem, IntArray, PackParams


class Tables(NamedTuple):
    """Plain, contiguous, writable int64 arrays: any other kind would be compiled for again."""

    items: IntArray
    start: IntArray
    line_item: IntArray
    line_quantity: IntArray
    cartons: IntArray
    rank: IntArray
    knobs: IntArray


def tables(problem: FitProblem, params: PackParams) -> Tables:
    """Gather a problem's arrays."""
    cartons = carton_table(problem.carton_inner_mm, problem.carton_tare_g, problem.carton_max_weight_g)
    return tables_of(problem, problem.item_size_mm, cartons, by_volume(problem.carton_inner_mm), params)


def tables_of(
    problem: FitProblem, item_size_mm: IntArray, cartons: IntArray, rank: IntArray, params: PackParams
) -> Tables:
    """Gather a problem's arrays, with other sizes of its items and other cartons."""
    return Tables(
        items=item_table(problem, item_size_mm),
        start=np.array(problem.load_start, np.int64),
        line_item=np.array(problem.load_item, np.int64),
        line_quantity=np.array(problem.load_quantity, np.int64),
        cartons=cartons,
        rank=rank,
        knobs=np.array(
            [
                params.exact_units,
                params.exact_nodes,
                params.passes,
                params.max_units,
                params.support_ppm,
                params.shuffles,
            ],
            np.int64,
        ),
    )


def some_loads(whole: Tables, loads: IntArray) -> tuple[Tables, IntArray]:
    """Cut out loads, with only the items that they hold: what a task carries to another process.

    Returns the tables, and which item of the whole each of their items is.
    """
    start, lines = cut_out(whole.start, loads)
    used, line_item = np.unique(whole.line_item[lines], return_inverse=True)
    part = whole._replace(
        items=whole.items[used],
        start=start,
        line_item=line_item.astype(np.int64),
        line_quantity=whole.line_quantity[lines],
    )
    return part, used


def item_table(problem: FitProblem, size_mm: IntArray) -> IntArray:
    """Items as the compiled loops read them, [n, 10]; sizes [n, 3] wrapped or bare."""
    table = np.zeros((len(size_mm), 10), np.int64)
    table[:, :3] = size_mm
    table[:, 3] = problem.item_weight_g
    table[:, 4] = problem.item_upright
    table[:, 5] = problem.item_fragile
    table[:, 6] = problem.item_max_load_g
    if problem.item_class.any():
        table[:, 7], table[:, 8] = class_masks(problem)
    if problem.item_soft is not None:
        table[:, 9] = problem.item_soft & ~problem.item_upright
    return table


def carton_table(inner_mm: IntArray, tare_g: IntArray, max_weight_g: IntArray) -> IntArray:
    """Cartons as the compiled loops read them, [c, 5]."""
    table = np.empty((len(inner_mm), 5), np.int64)
    table[:, :3], table[:, 3], table[:, 4] = inner_mm, tare_g, max_weight_g
    return table


def by_volume(inner_mm: IntArray) -> IntArray:
    """Cartons from small to large, ties by index, [c]."""
    return np.argsort(inner_mm.astype(np.int64).prod(axis=1), kind="stable").astype(np.int64)


def class_masks(problem: FitProblem) -> tuple[IntArray, IntArray]:
    """Each item's class as a bit, and the bits of the classes that must not share its parcel; [n] both."""
    classes = int(problem.item_class.max(initial=0)) + 1
    bits = np.concatenate((np.zeros(1, np.int64), np.left_shift(1, np.arange(classes - 1))))
    apart = problem.class_apart
    if apart is None:
        apart = ~np.eye(classes, dtype=np.bool_)
        apart[0] = apart[:, 0] = False
    masks = (apart[:classes, :classes] * bits).sum(axis=1)
    return bits[problem.item_class], masks[problem.item_class]
