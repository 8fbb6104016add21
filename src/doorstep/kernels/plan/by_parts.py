"""The bound of a cluster that is too large for one programme: some goods at a time, the prices of all others staying.

A part is some skus, wherever they lie, with all orders that ask for any of them. Its programme raises the bound of the
cluster by what it raises its own. A few parts are priced at once; where they share orders they may together go too far,
so that of some steps towards what they found the best is taken. The bound is concave in the prices: a step that is
short enough loses nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from doorstep.kernels.plan.compiled import FLOATING, FloatArray
from doorstep.kernels.plan.market import IntArray
from doorstep.kernels.plan.parts import Ground, ranges
from doorstep.kernels.plan.price import set_worth
from doorstep.kernels.plan.programmes import Found, Known, solve, task_of
from doorstep.kernels.plan.ways import priced_ways
from doorstep.kernels.run import Run

AT_ONCE = 4  # parts that are priced from the same prices
STEPS = (1.0, 0.5, 0.25)  # towards what they found


@dataclass(frozen=True, slots=True)
class _Stand:
    """Prices of a cluster, what they let leaving count less, what that adds to the bound, and the bound."""

    of_cut: FloatArray
    leave: FloatArray
    gain: float
    bound: float


def raised(
    ground: Ground, order: IntArray, row: IntArray, known: Known, floor: int, most: int, run: Run
) -> tuple[int, tuple[IntArray, IntArray]]:
    """Raise the bound of a cluster beyond `floor` by programmes of at most so many orders each.

    Returns the bound, and the ways that were met. Changes the prices of `known` where the bound is higher.
    """
    parts = list(cut_up(ground, np.sort(order), row, most))
    ceiling, ways = np.full(1, np.inf), [(order[:0], known.choice[:0])]
    stand = _stand(ground, order, row, known.of_cut, known.leave, 0.0)
    waves = -(-len(parts) // AT_ONCE)
    for wave in range(waves):
        at = Known(known.own_choice, known.choice, stand.of_cut, stand.leave)
        some = [(part, np.zeros(len(part), np.int64), rows, np.zeros(len(rows), np.int64)) for part, rows in parts]
        tasks = (task_of(ground, *one, at, ceiling, -ceiling) for one in some[wave::waves])
        found = list(run.map(solve, tasks))
        ways += [(one.way_order, one.way) for one in found]
        trials = [_towards(ground, order, row, stand, found, step) for step in STEPS]
        stand = max(stand, *trials, key=lambda one: one.bound)
    stand = _stand(ground, order, row, stand.of_cut, stand.leave, stand.gain, thorough=True)
    bound = int(np.ceil(stand.bound - FLOATING))
    if bound > floor:
        known.of_cut[:], known.leave[:] = stand.of_cut, stand.leave
    return max(bound, floor), (np.concatenate([one[0] for one in ways]), np.concatenate([one[1] for one in ways]))


def _stand(
    ground: Ground,
    order: IntArray,
    row: IntArray,
    of_cut: FloatArray,
    leave: FloatArray,
    gain: float,
    thorough: bool = False,
) -> _Stand:
    """Bound a cluster under prices."""
    set_worth(ground.ledger, row, ground.cuts, of_cut)
    choice, least, floor = np.full((len(order), 4), -1, np.int64), np.zeros(len(order)), np.zeros(len(order))
    terms = ground.least, ground.exact, ground.scratch
    priced_ways(ground.board, ground.ledger, order, leave, *terms, choice, least, floor, thorough)
    cut, _ = ranges(ground.cuts.start, row)
    bound = float(floor.sum()) - float(of_cut[cut] @ ground.cuts.capacity[cut]) + gain
    return _Stand(of_cut, leave, gain, bound)


def _towards(
    ground: Ground, order: IntArray, row: IntArray, stand: _Stand, found: Sequence[Found], step: float
) -> _Stand:
    """Go a step from where a cluster stands to what was found of parts of it."""
    of_cut, leave, gain = stand.of_cut.copy(), stand.leave.copy(), stand.gain
    for one in found:
        of_cut[one.cut] += step * (one.of_cut - of_cut[one.cut])
        leave[one.order] += step * one.leave
        gain += step * one.gain
    return _stand(ground, order, row, of_cut, leave, gain)


def cut_up(ground: Ground, order: IntArray, row: IntArray, most: int) -> Iterator[tuple[IntArray, IntArray]]:
    """Orders and rows of parts, skus that are asked for together in one part where it can be.

    `order` ascending. A sku that more than `most` orders ask for is in no part, nor are rows of capacity.
    """
    sites, skus = ground.stock.shape
    row = row[row < sites * skus]
    sku = np.unique(row % skus)
    if len(sku) == 0:  # only capacity is short
        return
    start, asking = _asking(ground, order, sku)
    there, inside, count = np.zeros(len(order), np.bool_), np.zeros(skus, np.bool_), 0
    for j in _beside(start, asking, len(order)).tolist():
        mine = asking[start[j] : start[j + 1]]
        if len(mine) > most:
            continue
        if count + int((~there[mine]).sum()) > most:
            yield order[there], row[inside[row % skus]]
            there[:], inside[:] = False, False
        there[mine], inside[sku[j]] = True, True
        count = int(there.sum())
    if count:
        yield order[there], row[inside[row % skus]]


def _asking(ground: Ground, order: IntArray, sku: IntArray) -> tuple[IntArray, IntArray]:
    """Which of the orders ask for each of the skus, as ranges."""
    board = ground.board
    block, of_order = ranges(board.order_block, order)
    use, of_block = ranges(board.use_start, block)
    who = np.repeat(np.repeat(np.arange(len(order)), np.diff(of_order)), np.diff(of_block))
    what = np.searchsorted(sku, board.use_sku[use])
    short = np.append(sku, -1)[what] == board.use_sku[use]
    what, who = np.divmod(np.unique(what[short] * len(order) + who[short]), len(order))
    return np.searchsorted(what, np.arange(len(sku) + 1)), who


def _beside(start: IntArray, asking: IntArray, orders: int) -> IntArray:
    """Skus in an order in which those that are asked for together lie near one another (Cuthill & McKee 1969)."""
    from scipy.sparse import csr_array  # late: scipy takes a while
    from scipy.sparse.csgraph import reverse_cuthill_mckee

    asked = csr_array((np.ones(len(asking), np.int32), asking, start), shape=(len(start) - 1, orders))
    found: IntArray = reverse_cuthill_mckee(csr_array(asked @ asked.T), symmetric_mode=True).astype(np.int64)
    return found
