"""Buy a label, and give it back. What costs money outside is written down first, asked for with a key, then recorded.

A carrier sells one label for a key, however often it is asked. So whoever finds an intent that nobody settled, because
a reply was lost or a process killed, asks again with its key, and records what the carrier says.
"""

from __future__ import annotations

import logging
import secrets
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db import transaction

from doorstep.core.events.actions import record
from doorstep.core.parcels import carriers as accounts
from doorstep.core.parcels import labels
from doorstep.core.parcels.actions import settle
from doorstep.core.parcels.carriers import AccountRow
from doorstep.core.parcels.labels import LabelRow
from doorstep.core.parcels.scans import adopt
from doorstep.core.parcels.shipping import Shipping, shipping, shipping_for_system
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.rights import Scope
from doorstep.flows.carriers import Carriers, connected
from doorstep.flows.keep_plan import order_reference
from doorstep.flows.purchase import SWEPT_AFTER, sold_once
from doorstep.flows.stand import let_stand
from doorstep.plugins.carriers.base import CarrierRefused, CarrierUnreachable, LabelSold, LabelWanted

log = logging.getLogger("doorstep.ship")
Settled = Literal["recorded", "voided", "abandoned", "open"]
GIVEN_UP_AFTER = timedelta(minutes=15)  # far beyond any request: what has not arrived by now never will
ASLEEP = ("held", "cancelled")  # orders whose parcels get no label


@dataclass(frozen=True, slots=True)
class Bought:
    """A label that is the parcel's; `tracking` is the carrier's number of it."""

    parcel: str
    carrier: str
    tracking: str
    sscc: str
    routing: str


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep has settled."""

    recorded: int
    voided: int
    abandoned: int
    open: int  # the carrier does not answer; tried again next time


def buy_label(scope: Scope, parcel_pk: int, *, now: datetime, carriers: Carriers = connected) -> Bought:
    """Buy the label of a packed parcel; asked again, or by many at once, it is the same label, paid for once.

    Raises NotFound for a parcel out of scope; Conflict when it is not packed or its service does not take it;
    CarrierRefused; CarrierUnreachable when nobody knows what became of it: ask again, or let the sweep.
    """
    one = shipping(scope, parcel_pk)
    if one is None:
        raise NotFound("no such parcel")
    account = _checked(one)
    key = secrets.token_hex(16)
    intent = labels.intend(parcel_pk, account.pk, scope.operator, key, at=now)
    if intent.state == "bought":
        return _bought(one, intent)
    carrier, first = carriers(account), intent.key == key
    if not (first or carrier.capabilities.keeps_keys or labels.ask_again(intent, now - SWEPT_AFTER, now)):
        raise CarrierUnreachable("the label is being bought, and what became of it is not known yet; ask in a minute")
    try:
        sold = sold_once(carrier, _wanted(one, intent), first=first)
    except CarrierRefused as no:
        labels.record_refused(intent.pk, str(no), at=now)
        raise
    label, taken = _record(one, intent, sold, scope.operator, scope.actor, now)
    if not taken:
        _void(label, account, now, carriers)
        raise Conflict(f"parcel {one.parcel} was taken back while its label was bought; the label is given back")
    return _bought(one, label)


def void_label(
    scope: Scope, parcel_pk: int, *, now: datetime, carriers: Carriers = connected, reason: str = "asked for"
) -> None:
    """Give the label of a labelled parcel back, which is packed again; a carrier that sleeps is told by the sweep.

    Raises NotFound for a parcel out of scope, Conflict if it has no label or has been staged.
    """
    one = shipping(scope, parcel_pk)
    if one is None:
        raise NotFound("no such parcel")
    with transaction.atomic():
        label = labels.begin_void(parcel_pk, reason)
        settle([one.order_id])
        record(
            scope.operator,
            one.brand_id,
            kind="LabelVoided",
            subject=order_reference(one.order_id),
            data={"parcel": one.parcel, "reason": reason},
            at=now,
            actor=scope.actor,
        )
    account = accounts.account(label.account_id)
    if account is not None:
        _void(label, account, now, carriers)


def sweep_labels(now: datetime, carriers: Carriers = connected) -> Swept:
    """Settle what a crash or a lost reply left open, by asking the carrier. Safe to run at any time, also twice."""
    counted = Counter(_settle(label, now, carriers) for label in labels.left_open(now - SWEPT_AFTER))
    return Swept(counted["recorded"], counted["voided"], counted["abandoned"], counted["open"])


def _settle(label: LabelRow, now: datetime, carriers: Carriers) -> Settled:
    account = accounts.account(label.account_id)
    one = shipping_for_system(label.parcel_id)
    if account is None or one is None:
        return "open"
    try:
        if label.state == "voiding":
            return "voided" if _void(label, account, now, carriers) else "open"
        return _ask(label, one, account, now, carriers)
    except Exception:  # a plug-in is somebody else's program: whatever it does with one label, the others go on
        log.exception("label %d was not settled", label.pk)
        return "open"


def _ask(label: LabelRow, one: Shipping, account: AccountRow, now: datetime, carriers: Carriers) -> Settled:
    try:
        sold = carriers(account).find(label.key)
    except (CarrierUnreachable, CarrierRefused, NotFound):  # or its plug-in is gone: others must not wait for it
        return "open"
    if sold is not None:
        kept, taken = _record(one, label, sold, account.operator, "system", now)
        if not taken and kept.state == "voiding":
            _void(kept, account, now, carriers)
        return "recorded"
    if now - label.asked_at < GIVEN_UP_AFTER:
        return "open"
    labels.abandon(label.pk, at=now)
    return "abandoned"


def _record(
    one: Shipping, intent: LabelRow, sold: LabelSold, operator: int, actor: str, now: datetime
) -> tuple[LabelRow, bool]:
    """Record a label that was sold; gives it, and whether the parcel has it."""
    with transaction.atomic():
        bought = (sold.label, sold.tracking, sold.routing)
        label, recorded, taken = labels.record_bought(intent.pk, one.pk, bought, at=now)
        if taken:
            settle([one.order_id])
            let_stand(adopt(accounts.same_carrier(intent.account_id), {label.tracking: one.pk}), actor, now)
            record(
                operator,
                one.brand_id,
                kind="ParcelLabelled",
                subject=order_reference(one.order_id),
                data={"parcel": one.parcel, "service": one.service, "tracking": label.tracking},
                at=now,
                actor=actor,
            )
    return label, taken or (not recorded and label.state == "bought")


def _void(label: LabelRow, account: AccountRow, now: datetime, carriers: Carriers) -> bool:
    """Give it back; False: the carrier does not answer. One that it will not take back is noted, and paid."""
    try:
        carriers(account).void(label.label)
    except (CarrierUnreachable, NotFound):
        return False
    except CarrierRefused as no:
        labels.end_void(label.pk, at=now, note=f"not taken back: {no}")
        return True
    labels.end_void(label.pk, at=now)
    return True


def _checked(one: Shipping) -> AccountRow:
    """The service was chosen on a plan; what is on the scales decides. Raises Conflict."""
    if one.order_state in ASLEEP:
        raise Conflict(f"the order of parcel {one.parcel} is {one.order_state}")
    if one.limits is None:
        raise Conflict(f"the brand has no service {one.service} any more")
    if one.account is None:
        raise Conflict(f"there is no account with the carrier {one.carrier}: `doorstep add-carrier` adds one")
    if one.weight_g > one.limits.max_weight_g:
        raise Conflict(f"{one.service} takes {one.limits.max_weight_g} g; the parcel weighs {one.weight_g} g")
    if one.size_mm:
        short, middle, longest = sorted(one.size_mm)
        girth = longest + 2 * (short + middle)
        if longest > one.limits.max_length_mm:
            raise Conflict(f"{one.service} takes {one.limits.max_length_mm} mm; the carton is {longest} mm long")
        if one.limits.max_girth_mm is not None and girth > one.limits.max_girth_mm:
            raise Conflict(f"{one.service} takes a girth of {one.limits.max_girth_mm} mm; the carton has {girth} mm")
    return one.account


def _wanted(one: Shipping, intent: LabelRow) -> LabelWanted:
    return LabelWanted(
        key=intent.key,
        reference=one.parcel,
        service=one.service,
        sender=one.sender,
        receiver=one.receiver,
        weight_g=one.weight_g,
        size_mm=one.size_mm,
        sscc=intent.sscc,
        pickup_point=one.pickup_point,
        safe_place=one.safe_place,
        signature=one.signature,
    )


def _bought(one: Shipping, label: LabelRow) -> Bought:
    return Bought(one.parcel, one.carrier, label.tracking, label.sscc, label.routing)
