"""The carrier's label for a return, where the carrier makes such labels; else the slip goes with it, by any carrier.

The intent and its key are written with the return. The label is asked for afterwards, and by the sweep until there is
an answer: asked with its key, the carrier sells it once.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from doorstep.core.events.actions import record
from doorstep.core.parcels import carriers as accounts
from doorstep.core.parcels.carriers import AccountRow
from doorstep.core.parcels.shipping import Shipping, shipping_for_system
from doorstep.core.returns import actions, labels
from doorstep.core.returns.labels import ReturnLabelRow
from doorstep.domain.errors import NotFound
from doorstep.domain.rights import Scope
from doorstep.flows.carriers import Carriers, connected
from doorstep.flows.carry_back import carry_back
from doorstep.flows.keep_plan import order_reference
from doorstep.flows.purchase import SWEPT_AFTER, sold_once
from doorstep.plugins.carriers.base import Carrier, CarrierRefused, CarrierUnreachable, LabelWanted

log = logging.getLogger("doorstep.return_label")


@dataclass(frozen=True, slots=True)
class Way:
    """By which carrier a return can go with a label of its own, and as which parcel it came."""

    parcel_pk: int
    account: AccountRow


def way_back(order_pk: int, carriers: Carriers = connected) -> Way | None:
    """None: the carrier that brought it makes no return labels, or the operator has no account with it."""
    parcel = labels.parcel_of(order_pk)
    one = shipping_for_system(parcel) if parcel is not None else None
    if one is None or one.account is None:
        return None
    try:
        able = carriers(one.account).capabilities.return_labels
    except NotFound:  # its plug-in is gone
        return None
    return Way(one.pk, one.account) if able else None


def intend_label(return_pk: int, way: Way, *, now: datetime) -> None:
    """Call within the transaction that adds the return."""
    key = secrets.token_hex(16)
    labels.intend(return_pk, way.parcel_pk, way.account.pk, way.account.operator, key, at=now)


def buy_return_label(scope: Scope, rma: str, *, now: datetime, carriers: Carriers = connected) -> None:
    """Buy the label that a return is to have; a carrier that does not answer is asked again by the sweep."""
    one = labels.label_of(scope, rma)
    if one is not None and one.state == "asked":
        _ask(one, scope.actor, now, carriers)


def sweep_return_labels(now: datetime, carriers: Carriers = connected) -> int:
    """Settle what a crash or a lost reply left open. Safe to run at any time, also twice; returns how many it settled.

    An intent is asked for again as long as its return is under way: who knows its key buys it once.
    """
    return sum(_ask(one, "system", now, carriers) for one in labels.left_open(now - SWEPT_AFTER))


def _ask(one: ReturnLabelRow, actor: str, now: datetime, carriers: Carriers) -> bool:
    account, parcel = accounts.account(one.account_id), shipping_for_system(one.parcel_id)
    if account is None or parcel is None:
        return False
    try:
        carrier = carriers(account)
        if not _may_ask(one, carrier, now):
            return False
        if labels.still_asked(one.of_id):
            sold = sold_once(carrier, _wanted(one, parcel))
        else:  # it came in without: only what was sold already is of interest
            found = carrier.find(one.key)
            if found is None:
                raise CarrierRefused("the return came in before its label was made")
            sold = found
    except CarrierRefused as no:
        labels.record_refused(one.pk, str(no), at=now)
        return True
    except (CarrierUnreachable, NotFound):
        return False
    except Exception:  # a plug-in is somebody else's program: whatever it does with one label, the others go on
        log.exception("return label %d was not settled", one.pk)
        return False
    with transaction.atomic():
        if labels.record_bought(one.pk, (sold.label, sold.tracking, sold.routing), at=now):
            actions.move_on(one.of_id, ("asked",), "labelled")
            carry_back(accounts.same_carrier(one.account_id), (), account.actor, now, numbers=[sold.tracking])
            record(
                account.operator,
                one.brand_id,
                kind="ReturnLabelled",
                subject=order_reference(one.order_id),
                data={"rma": one.rma, "tracking": sold.tracking},
                at=now,
                actor=actor,
            )
    return True


def _may_ask(one: ReturnLabelRow, carrier: Carrier, now: datetime) -> bool:
    """Whether no other call can be under way, at a carrier that would sell a second label: one asks at a time, whoever
    wrote the intent at once, and others when a minute has passed.
    """
    if carrier.capabilities.keeps_keys:
        return True
    if one.asked_at != now and now - one.asked_at < SWEPT_AFTER:
        return False
    return labels.ask_again(one.pk, one.asked_at, max(now, one.asked_at + timedelta(microseconds=1)))


def _wanted(one: ReturnLabelRow, parcel: Shipping) -> LabelWanted:
    """As it came, the other way round."""
    return LabelWanted(
        key=one.key,
        reference=one.rma,
        service=parcel.service,
        sender=parcel.receiver,
        receiver=parcel.returns,
        weight_g=parcel.weight_g,
        size_mm=parcel.size_mm,
        sscc=one.sscc,
        back=True,
    )
