"""An open order is planned now, by itself: one of a bulk or a folder, or one for which nothing was found before."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from doorstep.core.orders.actions import conflict_rows
from doorstep.core.orders.rewriting import Stand
from doorstep.domain.errors import Conflict
from doorstep.domain.holds import BACK_ORDER
from doorstep.domain.journey import OrderState
from doorstep.domain.rights import Scope
from doorstep.flows.accept import SHORT
from doorstep.flows.keep_plan import Ids
from doorstep.flows.replan import Before, Change, Outcome, Replanned, as_wished, decide, insist

HAS_A_PLAN: tuple[OrderState, ...] = ("planned", "released")


def plan_now(scope: Scope, brand_id: int, pk: int, *, now: datetime) -> Replanned:
    """Plan an open order on the stock of this moment; if nothing is found, its reason is told unless it was before.

    If it is short then, it does as its shop wished.

    An order that has a plan keeps it. Raises NotFound; Conflict when the order is held, gone on, or cancelled.
    """

    def decided(ids: Ids, before: Before) -> tuple[Change, Outcome]:
        kept = before.kept
        change = Change(kept.order, kept.settled)
        if kept.state in HAS_A_PLAN:
            return change, Outcome(Stand(kept.state, kept.settled), no_news=True)
        if kept.state == "held":
            raise Conflict("the order is held: release it, and it is planned at once")
        if kept.state != "open":
            raise Conflict(f"the order is {kept.state.replace('_', ' ')}: there is nothing to plan")
        change, outcome = decide(ids, before, change, now=now)
        return change, replace(outcome, no_news=_no_news(before, outcome))

    return as_wished(scope, brand_id, insist(scope, brand_id, pk, decided, now=now), now)


def _no_news(before: Before, outcome: Outcome) -> bool:
    """It waits as it did, for what it waited for; a back-order knows its day already."""
    kept, stand = before.kept, outcome.stand
    if kept.reason == BACK_ORDER and stand.reason in SHORT:
        return True
    said = (stand.state, stand.reason, stand.detail[:1000], stand.remedy[:1000], conflict_rows(stand.conflicts))
    return (kept.state, kept.reason, kept.detail, kept.remedy, kept.conflicts) == said
