"""Why orders of a day were left without a plan: on the order for as long as it waits, and once on its timeline."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from doorstep.core.events.actions import NewFact, record_all
from doorstep.core.orders import actions as orders
from doorstep.domain.decision import Unplanned
from doorstep.domain.demand import OrderFault
from doorstep.domain.holds import BACK_ORDER
from doorstep.domain.rights import Scope
from doorstep.flows.accept import TO_MEND
from doorstep.flows.keep_plan import Ids, order_reference
from doorstep.flows.on_shortage import honour
from doorstep.flows.remedies import in_the_record

AT_ONCE = 500


def tell_why(scope: Scope, ids: Ids, left: Mapping[int, Unplanned], *, now: datetime) -> None:
    """Keep the reason of every order that is open still; what a person must mend is held, as at its acceptance.

    A fact tells of it unless the order waited for that already. A back-order knows why it waits, and for how long. One
    that is short does as its shop wished.
    """
    rows = sorted(left)
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        _tell_some(ids, {pk: left[pk] for pk in some}, now, scope.actor)
        honour(scope, ids.brand, some, now=now)


def _tell_some(ids: Ids, left: Mapping[int, Unplanned], now: datetime, actor: str) -> None:
    with transaction.atomic():
        facts = []
        for pk, waited_for in orders.lock_waiting(left).items():
            why = in_the_record(left[pk])
            if waited_for == BACK_ORDER:
                continue
            if why.reason in TO_MEND:
                orders.hold(pk, OrderFault(why.reason, why.detail, why.remedy), why.conflicts)
                facts.append(NewFact("OrderHeld", order_reference(pk), {"reason": why.reason}))
                continue
            orders.move_on([pk], "open", "open", why.reason, why.detail, why.remedy, why.conflicts)
            if why.reason != waited_for:
                facts.append(NewFact("OrderWaits", order_reference(pk), {"reason": why.reason}))
        record_all(ids.operator, ids.brand, facts, at=now, actor=actor)
