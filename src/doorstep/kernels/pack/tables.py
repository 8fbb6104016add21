"""A problem as the tables that the compiled loops read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

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
    """Gather a problem's arrays; cartons are ranked by inner volume, ties by index."""
    item_columns = (
        *problem.item_size_mm.T,
        problem.item_weight_g,
        problem.item_upright,
        problem.item_fragile,
        problem.item_max_load_g,
        *class_masks(problem),
        np.zeros(len(problem.item_class), np.bool_)
        if problem.item_soft is None
        else problem.item_soft & ~problem.item_upright,
    )
    carton_columns = (*problem.carton_inner_mm.T, problem.carton_tare_g, problem.carton_max_weight_g)
    return Tables(
        items=_table(item_columns),
        start=np.array(problem.load_start, np.int64),
        line_item=np.array(problem.load_item, np.int64),
        line_quantity=np.array(problem.load_quantity, np.int64),
        cartons=_table(carton_columns),
        rank=np.argsort(problem.carton_inner_mm.astype(np.int64).prod(axis=1), kind="stable").astype(np.int64),
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
    counts = whole.start[loads + 1] - whole.start[loads]
    start = np.concatenate((np.zeros(1, np.int64), np.cumsum(counts)))
    lines = np.repeat(whole.start[loads] - start[:-1], counts) + np.arange(start[-1])
    used, line_item = np.unique(whole.line_item[lines], return_inverse=True)
    part = whole._replace(
        items=whole.items[used],
        start=start,
        line_item=line_item.astype(np.int64),
        line_quantity=whole.line_quantity[lines],
    )
    return part, used


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


def _table(columns: Sequence[np.ndarray]) -> IntArray:
    return np.stack([column.astype(np.int64) for column in columns], axis=1).copy(order="C")
