"""All that is on record of a shopper, as one document that a program reads and a person can."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from doorstep.core.decisions.queries import Receipt, history
from doorstep.core.events.queries import timeline
from doorstep.core.messages import outbox, surveys
from doorstep.core.orders.queries import OrderDetail, get_order
from doorstep.core.parcels.queries import ParcelDetail, of_order
from doorstep.core.parcels.scans import scans_of
from doorstep.core.returns import queries as returns
from doorstep.core.returns.queries import ReturnDetail
from doorstep.documents.report.wording import amount, counted
from doorstep.domain.money import Currency
from doorstep.domain.rights import Scope
from doorstep.domain.shopper import Shopper
from doorstep.flows.erase import orders_of

FORMAT = "doorstep.shopper/1"
MOST_FACTS = 10_000  # of an order


def export_person(scope: Scope, brands: Collection[int], who: Shopper, *, now: datetime) -> dict[str, Any]:
    """Say all that is known of a shopper at these brands. Raises NotFound for an order that is not there.

    Instants are those of Python: `orjson` writes them. Of an order whose shopper was erased it says what is left.
    """
    found = orders_of(scope, brands, who)
    details = [(one, get_order(scope, one.order, one.brand)) for one in found]
    return {
        "format": FORMAT,
        "made_at": now,
        "asked_for": {"email": who.email} if who.email else {"order": who.order},
        "orders": [
            {**_order(detail), "erased_at": one.erased_at, **_what_became(scope, detail)}
            for one, detail in details
            if detail is not None
        ],
    }


def _order(one: OrderDetail) -> dict[str, Any]:
    row, to = one.row, one.addressee
    place = {"city": row.city, "region": row.region, "postcode": row.postcode, "country": row.country}
    return {
        "brand": row.brand,
        "brand_name": one.brand_name,
        "order": row.order,
        "customer": row.customer,
        "segment": one.segment,
        "channel": row.channel,
        "placed_at": row.placed_at,
        "state": row.state,
        "detail": one.detail,
        "currency": row.currency,
        "to": {**(asdict(to) if to else {}), **place, "latitude": one.latitude, "longitude": one.longitude},
        "address_changes": [asdict(change) for change in one.address_changes],
        "wishes": {
            "speed": row.speed,
            "residential": one.residential,
            "signed_for": one.signed_for,
            "saturday": one.saturday,
            "pickup_point": one.pickup_point,
            "safe_place": one.safe_place,
            "gift_note": one.gift_note,
            "not_before": row.not_before,
            "promised_by": row.promised_by,
        },
        "lines": [
            {"line": line.line, "sku": line.sku, "name": line.name, "quantity": line.quantity,
             "unit_price_minor": line.unit_price_minor}
            for line in one.lines
        ],
    }  # fmt: skip


def _what_became(scope: Scope, order: OrderDetail) -> dict[str, Any]:
    pk = order.row.pk
    answer = surveys.said(pk)
    return {
        "parcels": [_parcel(one) for one in of_order(scope, pk)],
        "messages": [asdict(one) for one in outbox.of_order(scope, pk)],
        "survey": asdict(answer) if answer else None,
        "returns": [_return(one) for one in returns.of_order(scope, pk)],
        "decisions": [_decision(one) for one in history(scope, pk)],
        "happened": [
            {"at": fact.at, "kind": fact.kind, "by": fact.actor, "data": dict(fact.data)}
            for fact in timeline(scope, f"order:{pk}", limit=MOST_FACTS)
        ],
    }


def _parcel(one: ParcelDetail) -> dict[str, Any]:
    row = one.row
    return {
        "parcel": row.parcel,
        "state": row.state,
        "from": row.site_name or row.site,
        "service": row.service,
        "sscc": row.sscc,
        "tracking": row.tracking,
        "weight_g": row.weight_g,
        "promised_by": row.promised_by,
        "contents": [{"line": part.line, "sku": part.sku, "quantity": part.quantity} for part in one.contents],
        "milestones": [
            {"at": scan.at, "milestone": scan.milestone, "place": scan.place, "reason": scan.reason}
            for scan in scans_of(row.pk)
        ],
    }


def _return(one: ReturnDetail) -> dict[str, Any]:
    row = one.row
    return {
        "rma": row.rma,
        "reason": row.reason,
        "state": row.state,
        "asked_at": row.asked_at,
        "refund_minor": row.refund_minor,
        "lines": [{"line": line.line, "sku": line.sku, "quantity": line.quantity} for line in one.lines],
    }


def _decision(one: Receipt) -> dict[str, Any]:
    """What was decided by a program, in words: what was chosen, what it cost, and why all else lost."""
    currency = Currency(one.currency)
    return {
        "at": one.at,
        "chosen": [
            f"{choice.service} from {choice.site} in {choice.carton}, leaving on {choice.ship_date}, "
            f"promised by {choice.promised_by}"
            for choice in one.chosen
        ],
        "cost": amount(currency, one.cost_minor),
        "why": f"the cheapest of {counted(1 + len(one.rejected), 'option')} that keep every rule and the promise",
        "lost": [
            {
                "option": lost.option,
                "why": lost.constraint or "it costs more",
                "cost": None if lost.cost_minor is None else amount(currency, lost.cost_minor),
            }
            for lost in one.rejected
        ],
        "chosen_by_a_person": _override(one),
        "data_version": one.data_version,
    }


def _override(one: Receipt) -> Mapping[str, str] | None:
    return {"by": one.override.by, "reason": one.override.reason} if one.override else None
