"""Take an order back from the floor: nothing more is picked for it, and what was picked is to be put back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from doorstep.core.catalog.scanning import scanned
from doorstep.core.events.actions import record
from doorstep.core.floor import actions, queries
from doorstep.core.floor.queries import PutBackRow
from doorstep.core.parcels import actions as parcels
from doorstep.core.parcels import superseding
from doorstep.core.stock import floor as stock
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.floor import other_lot
from doorstep.domain.gs1 import bare
from doorstep.domain.ledger import Shelf
from doorstep.domain.rights import Scope
from doorstep.flows.keep_plan import order_reference

GONE_ON = {
    "labelled": "a label was bought for it: void that first",
    "staged": "it is staged for the carrier: take it off the dock first",
}


@dataclass(frozen=True, slots=True)
class TakenBack:
    parcels: int  # planned again
    units: int  # in totes, to be put back into their bins


def take_back(scope: Scope, brand_id: int, order_pk: int, *, now: datetime) -> TakenBack:
    """Bring the parcels of an order back from released or packed to planned. Nothing happens when none is.

    Call within the transaction that cancels or plans anew; no stock is posted here, so that the caller's posting is
    the one of it. What is reserved stays reserved and is the caller's to release. What was picked lies in a tote: it
    stays picked until somebody confirms that it is in its bin again, and is available from then on.

    Raises NotFound for a brand out of scope, Conflict for a parcel that is labelled, staged or gone, Moved when the
    order got other parcels meanwhile.
    """
    if brand_id not in scope.brands:
        raise NotFound("no such order")
    with transaction.atomic():
        superseding.lock(order_pk)  # a label that is being recorded comes first, or finds the parcel taken back
        standing = dict(queries.parcels_of_order(brand_id, order_pk))
        for state in standing.values():
            if state not in ("planned", "released", "packed"):
                gone = f"a parcel of it has left the floor: it is {state.replace('_', ' ')}"
                raise Conflict(GONE_ON.get(state, gone))
        on_floor = [pk for pk, state in standing.items() if state != "planned"]
        if not on_floor:
            return TakenBack(0, 0)
        back = parcels.move_on(on_floor, "released", "planned")
        back += parcels.move_on(
            on_floor, "packed", "planned", packed_carton="", packed_weight_g=None, packed_at=None, sscc=""
        )
        if back != len(on_floor):
            raise Conflict("a parcel of it has gone on meanwhile")
        parcels.settle([order_pk])
        units = _empty_totes(brand_id, on_floor, now)
        record(
            scope.operator,
            brand_id,
            kind="OrderTakenBack",
            subject=order_reference(order_pk),
            data={"parcels": back, "units": units},
            at=now,
            actor=scope.actor,
        )
    return TakenBack(back, units)


def confirm_put_back(scope: Scope, put_back_pk: int, code: str, *, now: datetime) -> str:
    """Take the scan of the bin into which units were put back; returns why it is refused, or nothing.

    Units without a bin are confirmed by a scan of one of them. Raises NotFound when it is done already, or somebody
    else's.
    """
    if not scope.may("move_stock"):
        raise NotFound("nothing to put back")
    row = queries.put_back(scope, put_back_pk)
    if row is None:
        raise NotFound("this is put back already, or never was to be")
    told = _wrong_place(row, code, now)
    if told:
        actions.refuse_put_back_scan(put_back_pk, told)
        return told
    with transaction.atomic():
        if not actions.finish_put_back(put_back_pk, scope.actor, now):
            raise NotFound("this is put back already")
        shelf = Shelf(row.site_pk, row.product, row.bin, row.lot, "picked")
        stock.put_back(row.brand_id, order_reference(row.order_id), shelf, row.quantity, at=now, actor=scope.actor)
    return ""


def _wrong_place(row: PutBackRow, code: str, now: datetime) -> str:
    """Say why a scan does not prove that units are put back; empty: it does."""
    if row.bin:
        bin = bare(code)
        return "" if bin.casefold() == row.bin.casefold() else f"{bin or 'Nothing'} is not the bin: {row.bin} is."
    seen = scanned([row.brand_id], code, today=now.date(), wanted=[row.product])
    if seen.names(row.product):
        return other_lot(seen.lot, {row.lot})
    return seen.fault or f"{seen.told} is not the product: {row.sku} is."


def _empty_totes(brand_id: int, parcel_pks: Collection[int], now: datetime) -> int:
    totes = queries.totes_of_parcels(brand_id, parcel_pks)
    ids = [tote for tote, _ in totes]
    actions.hold_totes(ids)
    units = actions.take_out(ids, now)
    actions.close_done({wave for _, wave in totes})
    return units
