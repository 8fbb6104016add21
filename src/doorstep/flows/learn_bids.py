"""Learn a brand's bid prices out of the record: what one more of something short is worth to the orders to come.

A step of its own after the day's planning, and a chore: planning neither waits for it nor fails with it.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from doorstep.core.learned import bids
from doorstep.core.learned.bids import Learned
from doorstep.core.orders.snapshot import first_placed_at, recent_orders
from doorstep.domain.bids import BidPrices
from doorstep.domain.demand import Order
from doorstep.domain.errors import NotFound
from doorstep.domain.rights import Scope
from doorstep.flows.bids import USED_FOR
from doorstep.flows.kits import exploded
from doorstep.flows.record_problem import ground, with_orders
from doorstep.flows.standing import forget_brand
from doorstep.kernels.plan.bid import BidParams, next_bids
from doorstep.kernels.run import Run

APART = timedelta(hours=12)  # prices are smoothed with those of so long before, however often they are learned between
AGAIN_AFTER = timedelta(hours=6)  # by the chore
KEPT_FOR = timedelta(days=90)  # to explain a decision by
MOST_READ = 10_000  # orders; the newest tell how many come in a time
LEAST_SPAN = timedelta(days=1)  # a pace is told of no less: a brand's first hour is no forecast
log = logging.getLogger("doorstep.learn_bids")


def learn_bids(
    scope: Scope, brand_id: int, *, now: datetime, run: Run | None = None, params: BidParams | None = None
) -> Learned:
    """Learn from the orders of the days before and from what is free now, smoothed with what was learned before.

    A second time at the same instant answers as the first, and learning again soon after smooths with the same prices,
    so that nobody's prices move because somebody asked twice. Raises NotFound for a foreign brand, InvalidProblem.
    """
    if brand_id not in scope.brands:
        raise NotFound("no such brand")
    there = bids.learned(brand_id, now, now)
    if there is not None:
        return there
    params = params or BidParams()
    known, since = _known(brand_id, now, params)
    problem = with_orders(ground(brand_id, now), brand_id, (), now, all_products=True)
    before = bids.learned(brand_id, now - APART - USED_FOR, now - APART)
    smoothed = None if before is None else BidPrices(before.rows)
    found = next_bids(smoothed, problem, known, since, params, run=run or Run())
    learned = Learned(now, len(known), found.rows)
    bids.keep(brand_id, learned, scope.actor, now - KEPT_FOR)
    forget_brand(brand_id)
    return learned


def learn_next_bids(now: datetime) -> int:
    """Learn of the brand whose prices are oldest, if they are old and anything was ordered since: a chore.

    One brand a turn, since it takes seconds, and other chores wait meanwhile. Returns of how many.
    """
    for operator_id, brand_id in bids.due(now - AGAIN_AFTER, now):
        if not recent_orders(brand_id, now - timedelta(days=BidParams().recent_days), now, 1):
            continue
        try:
            learn_bids(Scope(operator_id, frozenset({brand_id}), "operator_admin", "system"), brand_id, now=now)
        except Exception:  # whatever it is, the other brands do not wait for it
            log.exception("no bid prices are learned of brand %d", brand_id)
            continue
        return 1
    return 0


def _known(brand_id: int, now: datetime, params: BidParams) -> tuple[list[Order], datetime]:
    """Orders that stand for those to come, in the goods that they need; and since when they are all there were."""
    since = now - timedelta(days=params.recent_days)
    found = recent_orders(brand_id, since, now, MOST_READ)
    if len(found) == MOST_READ:
        since = found[-1].placed_at
    elif (first := first_placed_at(brand_id)) is not None:
        since = min(max(since, first), now - LEAST_SPAN)
    return [exploded(one) for one in found], since
