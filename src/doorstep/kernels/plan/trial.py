"""One order's choice on the board of a plan, tried with other costs or with more to draw on."""

from __future__ import annotations

import numpy as np

from doorstep.kernels.plan.alternatives import Alternatives
from doorstep.kernels.plan.board import board_scratch
from doorstep.kernels.plan.compiled import Board, book, choose, true_cost
from doorstep.kernels.plan.market import IntArray


class Trial:
    """An order's choice under what others leave it.

    While it is open its own choice is given back to the ledger; closing it takes it again.
    """

    def __init__(self, seen: Alternatives) -> None:
        board, i = seen.table.board, seen.i
        self.ledger, self.choice = seen.assignment.ledger, seen.assignment.choice[i]
        self.whole, self.i = board, i
        first, last = (int(at) for at in board.order_block[i : i + 2])
        start, stop = (int(at) for at in board.order_partition[i : i + 2])
        parts, use = board.partition[start:stop], board.use_start[first : last + 1]
        option = board.option_start[first : last + 1]
        self.cost: IntArray = board.cost[first:last]
        self.board = board._replace(
            order_block=np.array([0, last - first]),
            order_partition=np.array([0, stop - start]),
            partition=np.where(parts >= 0, parts - first, -1),
            use_start=use - use[0],
            use_sku=board.use_sku[use[0] : use[-1]],
            use_quantity=board.use_quantity[use[0] : use[-1]],
            cost=self.cost,
            option_start=option - option[0],
            option=board.option[option[0] : option[-1]],
            column_row=board.column_row[i : i + 1],
            group_row=board.group_row[i : i + 1],
            unplanned=board.unplanned[i : i + 1],
        )
        self.scratch = board_scratch(self.board)

    def __enter__(self) -> Trial:
        book(self.whole, self.ledger.stock, self.ledger.row, self.i, self.choice, 1)
        return self

    def __exit__(self, *error: object) -> None:
        book(self.whole, self.ledger.stock, self.ledger.row, self.i, self.choice, -1)

    def least(self) -> int:
        """Cost of the cheapest choice."""
        return self._least(self.board)

    def least_at(self, cost: IntArray) -> int:
        """Give the same with costs [n, Q] of the order's blocks in columns; what had none has none now."""
        return self._least(self.board._replace(cost=cost))

    def _least(self, board: Board) -> int:
        choice = np.full(4, -1, np.int64)
        choose(board, self.ledger, 0, True, 0.0, self.scratch, choice)
        return int(true_cost(board, 0, choice))
