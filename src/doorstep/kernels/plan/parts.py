"""Parts of a batch: some orders with all that their choices need, numbered anew, and small enough to travel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doorstep.kernels.plan.board import board_scratch
from doorstep.kernels.plan.compiled import Board, FloatArray, Ledger, Scratch
from doorstep.kernels.plan.cuts import Cuts
from doorstep.kernels.plan.least import Least
from doorstep.kernels.plan.lines import Cells
from doorstep.kernels.plan.market import BoolArray, IntArray
from doorstep.kernels.plan.price import set_worth


@dataclass(frozen=True, slots=True)
class Ground:
    """What a programme needs to know of a batch, or of a part of one."""

    board: Board
    stock: IntArray  # [K, J]
    cuts: Cuts
    least: Least
    exact: BoolArray  # [N]
    scratch: Scratch
    ledger: Ledger  # work space for prices


@dataclass(frozen=True, slots=True)
class Clustered:
    """Clusters l that are priced together: their orders, and the rows and cuts that they may give prices."""

    order: IntArray
    of_order: IntArray  # cluster of each order
    row: IntArray
    cut: IntArray  # of these rows, ascending
    of_cut: IntArray  # cluster of each cut
    clusters: int


@dataclass(frozen=True, slots=True)
class Part:
    """Some orders of a batch by themselves; and which of its orders, partitions, skus and cuts they are and have."""

    ground: Ground
    order: IntArray  # ascending, as are the others
    partition: IntArray
    sku: IntArray
    cut: IntArray
    skus: int  # that the batch has

    def choices(self, choice: IntArray) -> IntArray:
        """Give the choices [N, 4] of the batch's orders as the part numbers them."""
        found = choice[self.order]
        sent = found[:, 0] >= 0
        found[sent, 0] = np.searchsorted(self.partition, found[sent, 0])
        return found

    def of_batch(self, choice: IntArray) -> IntArray:
        """Give choices [w, 4] of the part as the batch numbers them."""
        found = choice.copy()
        sent = found[:, 0] >= 0
        found[sent, 0] = self.partition[found[sent, 0]]
        return found

    def rows(self, row: IntArray) -> IntArray:
        """Number rows of the batch as the part does: rows of stock of skus that it has, rows of capacity."""
        sites, skus = self.ground.stock.shape
        k, j = np.divmod(row, self.skus)
        stock, capacity = k * skus + np.searchsorted(self.sku, j), row - sites * (self.skus - skus)
        found: IntArray = np.where(row < sites * self.skus, stock, capacity)
        return found


def ranges(start: IntArray, some: IntArray) -> tuple[IntArray, IntArray]:
    """Join the ranges `start[i]` to `start[i + 1]` of some i; and say where each of them begins then."""
    count = start[some + 1] - start[some]
    begin = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    return np.repeat(start[some] - begin[:-1], count) + np.arange(begin[-1]), begin


def clustered(cuts: Cuts, order: IntArray, of_order: IntArray, row: IntArray, of_row: IntArray) -> Clustered:
    """Gather clusters, given whose each order and each row is."""
    cut, begin = ranges(cuts.start, row)
    of_cut, by_cut = np.repeat(of_row, np.diff(begin)), np.argsort(cut)
    return Clustered(order, of_order, row, cut[by_cut], of_cut[by_cut], int(of_order.max(initial=0)) + 1)


def one_cluster(cuts: Cuts, order: IntArray, row: IntArray) -> Clustered:
    """Take orders and rows as one cluster."""
    return clustered(cuts, order, np.zeros(len(order), np.int64), row, np.zeros(len(row), np.int64))


def part_of(ground: Ground, order: IntArray, of_cut: FloatArray) -> Part:
    """Take some orders, ascending, out of a batch, and price all that they could draw on."""
    use, board, partition = _board_of(ground.board, order)
    atom, _ = ranges(ground.least.atom_start, order)
    sku = np.unique(np.concatenate([ground.board.use_sku[use], ground.least.atom_sku[atom]]))
    board = board._replace(use_sku=np.searchsorted(sku, ground.board.use_sku[use]))
    least = _least_of(ground.least, order, sku)
    cut, cuts = _cuts_of(ground.cuts, sku, len(ground.ledger.row))
    stock = np.ascontiguousarray(ground.stock[:, sku])
    prices = np.zeros(cuts.length), np.zeros(len(ground.ledger.row))
    ledger = Ledger(stock, ground.ledger.row, cuts.at, *prices)
    set_worth(ledger, np.flatnonzero(np.diff(cuts.start)), cuts, of_cut[cut])
    found = Ground(board, stock, cuts, least, ground.exact[order], board_scratch(board), ledger)
    return Part(found, order, partition, sku, cut, ground.stock.shape[1])


def _board_of(board: Board, order: IntArray) -> tuple[IntArray, Board, IntArray]:
    """Uses of the orders, their board with skus as in the batch, and their partitions."""
    block, order_block = ranges(board.order_block, order)
    partition, order_partition = ranges(board.order_partition, order)
    use, use_start = ranges(board.use_start, block)
    option, option_start = ranges(board.option_start, block)
    old = board.partition[partition]
    found = board._replace(
        order_block=order_block,
        order_partition=order_partition,
        partition=np.where(old >= 0, np.searchsorted(block, old), -1),
        use_start=use_start,
        use_quantity=board.use_quantity[use],
        cost=board.cost[block],
        option_start=option_start,
        option=board.option[option],
        column_row=board.column_row[order],
        group_row=board.group_row[order],
        unplanned=board.unplanned[order],
    )
    return use, found, partition


def _least_of(least: Least, order: IntArray, sku: IntArray) -> Least:
    """What is known of orders that have a restricted family."""
    atom, atom_start = ranges(least.atom_start, order)
    lines, cells, row = least.lines, least.lines.cells, least.lines.row[order]
    known = row >= 0
    told = len(lines.atom_weight_g) > 0  # of any order at all
    return Least(
        apart=least.apart[order],
        atom_start=atom_start,
        atom_sku=np.searchsorted(sku, least.atom_sku[atom]),
        atom_quantity=least.atom_quantity[atom],
        lines=lines._replace(
            row=np.where(known, np.cumsum(known) - 1, -1),
            fixed=lines.fixed[row[known]],
            per_gram=lines.per_gram[row[known]],
            per_mm3=lines.per_mm3[row[known]],
            atom_weight_g=lines.atom_weight_g[atom] if told else lines.atom_weight_g,
            atom_mm3=lines.atom_mm3[atom] if told else lines.atom_mm3,
            atom_rooms=lines.atom_rooms[atom] if told else lines.atom_rooms,
            cells=Cells(cells.cost[row[known]], cells.until_g[row[known]], cells.until_mm3[row[known]]),
            atom_pick=lines.atom_pick[atom] if told else lines.atom_pick,
        ),
    )


def _cuts_of(cuts: Cuts, sku: IntArray, capacity_rows: int) -> tuple[IntArray, Cuts]:
    """Cuts of rows of these skus, and of all rows of capacity."""
    sites, skus = cuts.at.shape
    stock = (np.arange(sites)[:, None] * skus + sku).ravel()
    cut, start = ranges(cuts.start, np.concatenate([stock, sites * skus + np.arange(capacity_rows)]))
    most, at = cuts.most[sku], np.ascontiguousarray(cuts.at[:, sku])
    zeros = int(cuts.most.max(initial=0)) + 1
    length = np.where(at > 0, most + 1, 0)
    begin = np.where(at > 0, zeros + (np.cumsum(length) - length.ravel()).reshape(at.shape), 0)
    return cut, Cuts(start, cuts.divisor[cut], cuts.capacity[cut], most, begin, zeros + int(length.sum()))
