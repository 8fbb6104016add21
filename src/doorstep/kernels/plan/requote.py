"""Quote some orders of a table anew, whose blocks are other ones now; the quotes of all others stay.

Tables are large: the columns of the old one are given up one by one, as those of the new one are made.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from doorstep.kernels.plan.blocks import Blocks
from doorstep.kernels.plan.board import Best, Table, best_of_chunk, chunk_of, joined, spans
from doorstep.kernels.plan.loads import LoadBook
from doorstep.kernels.plan.market import BoolArray, IntArray, Market
from doorstep.kernels.plan.outdone import Told
from doorstep.kernels.plan.quote import Asked, Terms
from doorstep.kernels.run import Run

Columns = dict[str, Any]  # of `Best`


def columns_of(table: Table) -> Columns:
    """Columns of a table, to be given up."""
    return {name: getattr(table.best, name) for name in Best.__slots__}


def requote(
    columns: Columns,
    before: IntArray,
    market: Market,
    terms: Terms,
    asked: Asked,
    blocks: Blocks,
    book: LoadBook,
    orders: Sequence[int],
    run: Run,
) -> Best:
    """Quote these orders, ascending, and put them among the others; empties `columns`.

    `before` [N + 1] ranges of the old blocks. There must be neither rules nor weights.
    """
    some = np.array(orders, np.int64)
    part = _part(blocks, some)
    wanted = Asked(*(getattr(asked, name)[some] for name in Asked.__slots__))
    tasks = [chunk_of(market, terms, wanted, part, book, lo, hi, told=Told.NONE) for lo, hi in spans(part)]
    fresh = list(run.map(best_of_chunk, tasks))
    new = np.zeros(len(before) - 1, bool)
    new[some] = True
    stays_old, stays_new = np.repeat(~new, np.diff(before)), np.repeat(~new, np.diff(blocks.order_block))
    found: Columns = {"days": columns.pop("days")}
    for name in [name for name in Best.__slots__ if name != "days"]:
        found[name] = _put(columns.pop(name), joined([getattr(one, name) for one in fresh]), stays_old, stays_new)
    return Best(**found)


def _put(old: Any, fresh: Any, stays_old: BoolArray, stays_new: BoolArray) -> Any:
    """One column, of the rows that stay and those that are new; None: there is none."""
    if old is None:
        return None
    column = np.empty((len(stays_new), *old.shape[1:]), old.dtype)
    column[stays_new] = old[stays_old]
    column[~stays_new] = fresh
    return column


def _part(blocks: Blocks, orders: IntArray) -> Blocks:
    """The blocks of some orders, numbered anew; no partitions."""
    size = np.diff(blocks.order_block)[orders]
    start = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    rows = np.arange(start[-1]) + np.repeat(blocks.order_block[orders] - start[:-1], size)
    none = np.zeros(0, np.int64)
    return Blocks(
        order_block=start,
        block_order=np.repeat(np.arange(len(orders)), size),
        block_mask=blocks.block_mask[rows],
        block_load=blocks.block_load[rows],
        block_units=blocks.block_units[rows],
        block_at=blocks.block_at[rows],
        use_start=none,
        use_sku=none,
        use_quantity=none,
        order_partition=none,
        partition=none.reshape(0, 3),
        exact=blocks.exact[orders],
    )
