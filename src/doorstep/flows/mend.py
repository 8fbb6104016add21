"""A held order is let go: what a person settles of its faults is settled, all the rest is looked for anew."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from doorstep.core.events.actions import NewFact
from doorstep.domain.errors import Conflict
from doorstep.domain.holds import Family
from doorstep.domain.rights import Scope
from doorstep.flows.keep_plan import order_reference
from doorstep.flows.replan import Before, Change, Replanned, replan


def release_hold(scope: Scope, brand_id: int, pk: int, settled: Collection[Family], *, now: datetime) -> Replanned:
    """Settle faults of a held order and plan it at once; it stays held while it has others.

    Settled by a word are `payment` (it has arrived), `address` (it is right as it is) and `review` (approved). Raises
    NotFound, Conflict when the order is not held.
    """

    def ask(before: Before) -> Change:
        if before.kept.state != "held":
            raise Conflict(f"the order is {before.kept.state.replace('_', ' ')}, not held")
        order = before.kept.order
        if "payment" in settled:
            order = replace(order, payment="paid")
        fact = NewFact("FaultsSettled", order_reference(pk), {"settled": sorted(settled)})
        return Change(order, before.kept.settled | set(settled) - {"payment"}, (fact,))

    return replan(scope, brand_id, pk, ask, now=now)
