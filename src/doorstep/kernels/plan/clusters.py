"""Clusters: sets of orders that share nothing that is short, so that each can be priced and settled by itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doorstep.kernels.compiled import compiled
from doorstep.kernels.plan.board import Table
from doorstep.kernels.plan.compiled import Board
from doorstep.kernels.plan.market import BoolArray, IntArray


@dataclass(frozen=True, slots=True)
class Clusters:
    """Clusters c as ranges of their orders and of their short rows; numbered by their first orders.

    Row numbers: site * skus + sku for stock, sites * skus + r for capacity row r.
    """

    start: IntArray  # [C + 1]
    order: IntArray  # [A] orders of the clusters, by their cost alone within each
    row_start: IntArray  # [C + 1]
    row: IntArray  # [S]

    def __len__(self) -> int:
        return len(self.start) - 1

    def orders(self, cluster: int) -> IntArray:
        """Orders of a cluster, those that cost little by themselves first."""
        return self.order[self.start[cluster] : self.start[cluster + 1]]

    def rows(self, cluster: int) -> IntArray:
        """Short rows of a cluster."""
        return self.row[self.row_start[cluster] : self.row_start[cluster + 1]]


def find_clusters(table: Table, own_cost: IntArray) -> Clusters:
    """Join the contested orders that could draw on one short row. `own_cost` [N] sorts them."""
    board, active = table.board, np.flatnonzero(table.contested)
    short = np.concatenate([table.short.ravel(), table.row_short])
    parent = np.arange(len(short))
    node = join(board, active, short, parent, table.short.shape[1], table.short.size)
    root = flatten(parent)
    name = np.full(len(short), -1, np.int64)
    roots, first = np.unique(root[node], return_index=True)
    name[roots[np.argsort(first)]] = np.arange(len(roots))
    of_order = name[root[node]]
    rows = np.flatnonzero(short)
    of_row = name[root[rows]]
    rows, of_row = rows[of_row >= 0], of_row[of_row >= 0]
    return Clusters(
        start=_starts(of_order, len(roots)),
        order=active[np.lexsort((active, own_cost[active], of_order))],
        row_start=_starts(of_row, len(roots)),
        row=rows[np.argsort(of_row, kind="stable")],
    )


def _starts(label: IntArray, labels: int) -> IntArray:
    return np.concatenate([[0], np.cumsum(np.bincount(label, minlength=labels))]).astype(np.int64)


@compiled
def join(board: Board, active: IntArray, short: BoolArray, parent: IntArray, skus: int, stock_rows: int) -> IntArray:
    """Unite the short rows that an order could draw on; return one of them per active order."""
    node = np.full(len(active), -1, np.int64)
    for a in range(len(active)):
        i = active[a]
        for b in range(board.order_block[i], board.order_block[i + 1]):
            for f in range(board.option_start[b], board.option_start[b + 1]):
                q = board.option[f]
                k = board.column_site[q]
                for u in range(board.use_start[b], board.use_start[b + 1]):
                    node[a] = unite(parent, short, node[a], k * skus + board.use_sku[u])
                if board.column_row[i, q] >= 0:
                    node[a] = unite(parent, short, node[a], stock_rows + board.column_row[i, q])
                group_row = board.group_row[i, board.column_group[q]]
                if group_row >= 0:
                    node[a] = unite(parent, short, node[a], stock_rows + group_row)
    return node


@compiled
def unite(parent: IntArray, short: BoolArray, node: int, row: int) -> int:
    """Join a row to a node's set, if the row is short; return the node of the joined set, -1: none yet."""
    if not short[row]:
        return node
    root = find(parent, row)
    if node < 0:
        return root
    other = find(parent, node)
    if root < other:
        root, other = other, root
    parent[root] = other
    return other


@compiled
def find(parent: IntArray, row: int) -> int:
    """Root of a row's set, halving the path on the way."""
    while parent[row] != row:
        parent[row] = parent[parent[row]]
        row = parent[row]
    return row


@compiled
def flatten(parent: IntArray) -> IntArray:
    """Root of every row."""
    root = np.empty_like(parent)
    for row in range(len(parent)):
        root[row] = find(parent, row)
    return root
