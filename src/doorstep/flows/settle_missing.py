"""Units that a bin lacked at a pick are settled by a supervisor: found again, or written off."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from doorstep.core.events.actions import record
from doorstep.core.floor import actions, queries
from doorstep.core.floor.queries import MissingRow
from doorstep.core.stock import floor as stock_of_floor
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.ledger import Shelf
from doorstep.domain.rights import Scope
from doorstep.flows.keep_plan import order_reference

LONGEST_REASON = 200


def settle_missing(scope: Scope, missing_pk: int, found: int, reason: str, *, now: datetime) -> MissingRow:
    """Say what became of units that a bin lacked, after somebody has looked: found again, or lost; and why.

    Said again as before it changes nothing. Raises NotFound, and Conflict for more units than are missing, without a
    reason, and when somebody has settled it otherwise.
    """
    if not (scope.may("move_stock") and scope.may("plan")):
        raise NotFound("nothing to settle")
    row = queries.missing_one(scope, missing_pk)
    if row is None or row.reason != "not_there":
        raise NotFound("nothing of that kind is missing")
    why = " ".join(reason.split())
    if not 0 <= found <= row.quantity:
        raise Conflict(f"0 to {row.quantity} units can be found")
    if not 0 < len(why) <= LONGEST_REASON:
        raise Conflict(f"say why, in at most {LONGEST_REASON} characters")
    if row.found is None:
        with transaction.atomic():
            if actions.settle_missing(missing_pk, found, now):
                _post(scope, row, found, why, now)
                return _settled(scope, missing_pk)
        row = _settled(scope, missing_pk)  # somebody else was first
    if row.found != found:
        raise Conflict(f"somebody has looked already, and found {row.found}")
    return row


def _post(scope: Scope, row: MissingRow, found: int, why: str, now: datetime) -> None:
    record(
        scope.operator,
        row.brand_id,
        kind="MissingSettled",
        subject=order_reference(row.order_id),
        data={"sku": row.sku, "bin": row.bin, "found": found, "lost": row.quantity - found, "reason": why},
        at=now,
        actor=scope.actor,
    )
    shelf = Shelf(row.site_pk, row.product, row.bin, row.lot, "quarantined")
    note = f"counted after a short pick: {why}"
    stock_of_floor.settle_missing(row.brand_id, shelf, found, row.quantity - found, note, at=now, actor=scope.actor)


def _settled(scope: Scope, missing_pk: int) -> MissingRow:
    row = queries.missing_one(scope, missing_pk)
    assert row is not None  # rows of the floor stay
    return row
