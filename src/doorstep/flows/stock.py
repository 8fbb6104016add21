"""Goods come, go to another site, and are set right. Every change is a move in the ledger and a fact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction

from doorstep.core.catalog.kits import is_kit
from doorstep.core.catalog.scanning import scanned
from doorstep.core.catalog.snapshot import product_ids
from doorstep.core.events.actions import record
from doorstep.core.network.snapshot import site_ids
from doorstep.core.stock import actions, transfers
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.ledger import ADJUST_REASONS, LOSS_STATES, AdjustReason
from doorstep.domain.rights import Scope


@dataclass(frozen=True, slots=True)
class Receipt:
    """Goods that have come; `inbound` is the id of the announcement they are, if any.

    A `scan` of a unit says the product, and of a code of GS1 the lot and its last day of sale, where they are told.
    """

    site: str
    sku: str
    quantity: int
    bin: str = ""
    lot: str = ""
    expires_on: date | None = None
    inbound: int | None = None
    note: str = ""
    scan: str = ""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Of a count, `quantity` is the difference to the record and may be negative; `state` is that of a loss."""

    site: str
    sku: str
    quantity: int
    reason: str
    bin: str = ""
    lot: str = ""
    note: str = ""
    state: str = "available"


@dataclass(frozen=True, slots=True)
class Sending:
    reference: str
    origin: str
    destination: str
    goods: Mapping[str, int] = field(default_factory=dict)  # units by sku


def receive(scope: Scope, brand_id: int, goods: Receipt, *, now: datetime) -> int:
    """Take goods in; returns the version of the brand's stock. Raises NotFound, Conflict."""
    _may_move(scope, brand_id)
    goods = _with_scan(brand_id, goods, now) if goods.scan else goods
    site, product = _ends(scope, brand_id, goods.site, goods.sku)
    _some(goods.quantity)
    with transaction.atomic():
        _tell(
            scope,
            brand_id,
            "StockReceived",
            f"product:{product}",
            {
                "site": goods.site,
                "sku": goods.sku,
                "quantity": goods.quantity,
                "lot": goods.lot,
                "inbound": goods.inbound,
            },
            now,
        )
        return actions.receive(
            brand_id,
            site,
            product,
            goods.quantity,
            goods.bin,
            goods.lot,
            goods.expires_on,
            inbound=goods.inbound,
            note=goods.note,
            at=now,
            actor=scope.actor,
        )


def adjust(scope: Scope, brand_id: int, what: Adjustment, *, now: datetime) -> int:
    """Set the record right; the reason says why it was wrong. Raises NotFound, NotEnough, Conflict."""
    _may_move(scope, brand_id)
    site, product = _ends(scope, brand_id, what.site, what.sku)
    reason = _reason(what.reason)
    if what.quantity == 0 or (what.quantity < 0 and reason != "count"):
        raise Conflict("an adjustment changes something; only a count may be negative")
    state = next((one for one in LOSS_STATES if one == what.state), None)
    if state is None:
        raise Conflict(f"of a loss: {', '.join(LOSS_STATES)}")
    if state != "available" and reason != "loss":
        raise Conflict("only a loss says in which state the units are that it takes")
    with transaction.atomic():
        _tell(
            scope,
            brand_id,
            "StockAdjusted",
            f"product:{product}",
            {
                "site": what.site,
                "sku": what.sku,
                "quantity": what.quantity,
                "reason": reason,
                "lot": what.lot,
                "state": state,
            },
            now,
        )
        return actions.adjust(
            brand_id,
            site,
            product,
            what.quantity,
            reason=reason,
            bin=what.bin,
            lot=what.lot,
            note=what.note,
            state=state,
            at=now,
            actor=scope.actor,
        )


def send_transfer(scope: Scope, brand_id: int, sending: Sending, *, now: datetime) -> int:
    """Send goods to another site, where they are in transit. Raises NotFound, NotEnough, Conflict."""
    _may_move(scope, brand_id)
    sites, products = site_ids(scope.operator), product_ids(brand_id, sending.goods)
    if not sending.goods:
        raise Conflict("a transfer needs goods")
    for quantity in sending.goods.values():
        _some(quantity)
    origin, destination = (_known(sites, code, "site") for code in (sending.origin, sending.destination))
    goods = {_known(products, sku, "product"): units for sku, units in sending.goods.items()}
    with transaction.atomic():
        _tell(
            scope,
            brand_id,
            "TransferSent",
            f"transfer:{sending.reference}",
            {"origin": sending.origin, "destination": sending.destination, "goods": dict(sending.goods)},
            now,
        )
        return transfers.send(brand_id, origin, destination, goods, sending.reference, at=now, actor=scope.actor)


def receive_transfer(scope: Scope, brand_id: int, reference: str, *, bin: str = "", now: datetime) -> int:
    """Take in what is in transit under a reference, once. Raises NotFound, Conflict."""
    _may_move(scope, brand_id)
    sent = transfers.transfer(scope, brand_id, reference)
    if sent is None:
        raise NotFound(f"no transfer {reference}")
    units: dict[str, int] = {}
    for one in sent.in_transit:
        units[one.sku] = units.get(one.sku, 0) + one.quantity
    with transaction.atomic():
        _tell(
            scope,
            brand_id,
            "TransferReceived",
            f"transfer:{reference}",
            {"destination": sent.destination, "goods": units},
            now,
        )
        return transfers.receive(brand_id, reference, bin=bin, at=now, actor=scope.actor)


def announce(
    scope: Scope, brand_id: int, site: str, sku: str, quantity: int, expected_at: datetime, *, now: datetime
) -> int:
    """Announce goods on their way to a site; returns the id by which they are received. Raises NotFound."""
    _may_move(scope, brand_id)
    at, product = _ends(scope, brand_id, site, sku)
    _some(quantity)
    with transaction.atomic():
        _tell(
            scope,
            brand_id,
            "InboundAnnounced",
            f"product:{product}",
            {"site": site, "sku": sku, "quantity": quantity, "expected_at": expected_at.isoformat()},
            now,
        )
        return actions.expect(brand_id, at, product, quantity, expected_at)


def _with_scan(brand_id: int, goods: Receipt, now: datetime) -> Receipt:
    """Take from the scan what it tells. Raises Conflict where that contradicts what is said beside it."""
    seen = scanned([brand_id], goods.scan, today=now.date())
    if not seen.skus:
        raise Conflict(seen.fault.rstrip(".")) if seen.fault else NotFound(f"no product {seen.text}")
    sku = next(iter(seen.skus.values()))
    for what, said, read in (
        ("sku", goods.sku, sku),
        ("lot", goods.lot, seen.lot),
        ("last day of sale", goods.expires_on, seen.expires_on),
    ):
        if said and read and said != read:
            raise Conflict(f"the code that was scanned tells the {what} {read}, and {said} is entered")
    return replace(goods, sku=sku, lot=goods.lot or seen.lot, expires_on=goods.expires_on or seen.expires_on)


def _may_move(scope: Scope, brand_id: int) -> None:
    if brand_id not in scope.brands or not scope.may("move_stock"):
        raise NotFound("no such brand")


def _ends(scope: Scope, brand_id: int, site: str, sku: str) -> tuple[int, int]:
    at, product = _known(site_ids(scope.operator), site, "site"), _known(product_ids(brand_id, [sku]), sku, "product")
    if is_kit(product):
        raise Conflict(f"{sku} is a kit and has no stock of its own: name its components")
    return at, product


def _known(ids: Mapping[str, int], code: str, what: str) -> int:
    found = ids.get(code)
    if found is None:
        raise NotFound(f"no {what} {code}")
    return found


def _some(quantity: int) -> None:
    if quantity < 1:
        raise Conflict("at least one unit moves")


def _reason(said: str) -> AdjustReason:
    for one in ADJUST_REASONS:
        if one == said:
            return one
    raise Conflict(f"not a reason to adjust stock: {said or 'none'}")


def _tell(scope: Scope, brand_id: int, kind: str, subject: str, data: Mapping[str, Any], now: datetime) -> None:
    """Before the posting, which holds the brand's stock clock until the transaction ends."""
    record(scope.operator, brand_id, kind=kind, subject=subject, data=data, at=now, actor=scope.actor)
