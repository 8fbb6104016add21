"""One programme over whole ways: what it is given, and what it finds. Runs in any process."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doorstep.kernels.plan.compiled import FLOATING, FloatArray
from doorstep.kernels.plan.market import IntArray
from doorstep.kernels.plan.parts import Clustered, Ground, Part, clustered, part_of


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a batch before: choices [N, 4] of orders by themselves and of a solution; prices.

    Leaving order i counts `leave[i]` less than it costs.
    """

    own_choice: IntArray
    choice: IntArray
    of_cut: FloatArray
    leave: FloatArray


@dataclass(frozen=True, slots=True)
class Task:
    """A part of a batch, and which of its clusters' prices are asked for; all other prices stay."""

    part: Part
    some: Clustered
    known: Known  # as the part numbers it
    ceiling: FloatArray  # by cluster: cost of a known solution
    floor: FloatArray  # by cluster: the bound that is known


@dataclass(frozen=True, slots=True)
class Found:
    """Bounds by cluster, in whole minor units; where they are higher than before, prices; as the batch numbers it.

    Of orders i leaving counts `leave` less than before, which adds `gain` to the bound of all clusters together. The
    ways met are those of clusters whose bound is below the ceiling.
    """

    bound: FloatArray
    cut: IntArray
    of_cut: FloatArray
    order: IntArray
    leave: FloatArray
    gain: float
    way_order: IntArray
    way: IntArray  # [w, 4]


def task_of(
    ground: Ground,
    order: IntArray,
    of_order: IntArray,
    row: IntArray,
    of_row: IntArray,
    known: Known,
    ceiling: FloatArray,
    floor: FloatArray,
) -> Task:
    """Take orders and rows of some clusters out of a batch."""
    by_order = np.argsort(order)
    part = part_of(ground, order[by_order], known.of_cut)
    some = clustered(part.ground.cuts, np.arange(len(order)), of_order[by_order], part.rows(row), of_row)
    choices = part.choices(known.own_choice), part.choices(known.choice)
    return Task(part, some, Known(*choices, known.of_cut[part.cut], known.leave[part.order]), ceiling, floor)


def solve(task: Task) -> Found:
    """Raise the bounds of a task's clusters."""
    from doorstep.kernels.plan.master import Given, gained, leaving, open_master, tightened  # late: scipy takes a while

    part, some, known = task.part, task.some, task.known
    outside = known.of_cut.copy()
    outside[some.cut] = 0.0
    master = open_master(part.ground, some, known.own_choice, Given(outside, known.leave))
    for choice in (known.own_choice, known.choice):
        master.add(some.order, choice[some.order])
    best = tightened(master, known.of_cut[some.cut], task.ceiling)
    whole = np.ceil(best.bound - FLOATING)  # costs are
    below, higher = (whole < task.ceiling)[master.clusters_of(master.order)], whole > task.floor
    cut = higher[some.of_cut]
    return Found(
        bound=np.maximum(whole, task.floor),
        cut=part.cut[some.cut[cut]],
        of_cut=best.price[: len(some.cut)][cut],
        order=part.order[some.order],
        leave=np.where(higher[some.of_order], leaving(master, best.price)[some.order], 0.0),
        gain=float(gained(master, best.price)[higher].sum()),
        way_order=part.order[master.order[below]],
        way=part.of_batch(master.choice[below]),
    )
