"""A nominated day comes first: what can keep it is not sent by what misses it, however cheap that is.

A parcel, that is a block of an order, which some site, carton and service take and promise for the nominated day leaves
with one of those; cost decides among them, and among all when none can. If then other orders take what it needs, the
order is planned once more without the wish, so that it comes later rather than never.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from doorstep.kernels.plan.blocks import Blocks
from doorstep.kernels.plan.market import BoolArray, IntArray
from doorstep.kernels.plan.quote import NEVER, Chunk, Quotes


def only_kept(chunk: Chunk, quotes: Quotes) -> Quotes:
    """Drop the parcels that miss their order's nominated day where another parcel of the block keeps it."""
    asked = chunk.asked
    if not asked.insists.any():
        return quotes
    order = chunk.order[quotes.block]
    day = np.where(quotes.leg >= 0, quotes.legs.promised_day[quotes.leg], -1)
    kept = (quotes.total_minor < NEVER) & (day == asked.not_before[order][:, None]) & asked.insists[order][:, None]
    can = np.zeros(len(chunk.order), bool)
    can[quotes.block[kept.any(axis=1)]] = True
    drop = can[quotes.block][:, None] & ~kept
    return replace(
        quotes, total_minor=np.where(drop, NEVER, quotes.total_minor), column=np.where(drop, -1, quotes.column)
    )


def given_up(insists: BoolArray, blocks: Blocks, choice: IntArray) -> BoolArray:
    """Say which wishes keep an order from being planned, as far as the goods are there at all."""
    held: BoolArray = np.asarray(blocks.block_at.any(axis=1))
    found = np.zeros(len(insists), bool)
    for i in np.flatnonzero(insists & (choice[:, 0] < 0)).tolist():
        parts = blocks.partition[blocks.order_partition[i] : blocks.order_partition[i + 1]]
        found[i] = bool((held[parts] | (parts < 0)).all(axis=1).any())
    return found
