"""Writes of labels: the intent, and what became of it. Whoever comes second to a row finds it settled.

Locks are taken in one order: the parcel, then its label, then the order.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from doorstep.core.parcels.actions import move_on
from doorstep.core.parcels.carriers import next_sscc
from doorstep.core.parcels.models import Label, Parcel
from doorstep.domain.errors import Conflict
from doorstep.domain.rights import Scope

_REASON = 300


@dataclass(frozen=True, slots=True)
class LabelRow:
    pk: int
    key: str
    state: str
    parcel_id: int
    account_id: int
    label: str
    tracking: str
    routing: str
    sscc: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class LabelPast:
    """A label that was asked for, whatever became of it."""

    pk: int
    parcel: str
    account: str
    state: str
    asked_at: datetime
    settled_at: datetime | None


def bought_for(scope: Scope, order: int) -> tuple[LabelPast, ...]:
    """All labels ever asked for an order's parcels. One query."""
    rows = Label.objects.filter(parcel__order_id=order, parcel__brand_id__in=scope.brands).order_by("pk")
    names = ("pk", "parcel__code", "account__code", "state", "asked_at", "settled_at")
    return tuple(LabelPast(*row) for row in rows.values_list(*names))


def intend(parcel_pk: int, account_pk: int, operator: int, key: str, *, at: datetime) -> LabelRow:
    """Write down that a label is to be bought, unless one is asked for or bought already: then that is given.

    The parcel gets its SSCC now, if it has none. Raises Conflict if it is not packed.
    """
    with transaction.atomic():
        parcel = Parcel.objects.select_for_update().get(pk=parcel_pk)
        live = Label.objects.filter(parcel_id=parcel_pk, state__in=("asked", "bought")).first()
        if live is None:
            if parcel.state != "packed":
                raise Conflict(f"parcel {parcel.code} is {parcel.state.replace('_', ' ')}; labels are for packed ones")
            if not parcel.sscc:
                parcel.sscc = next_sscc(operator)
                parcel.save(update_fields=["sscc"])
            live = Label.objects.create(parcel_id=parcel_pk, account_id=account_pk, key=key, asked_at=at)
    return _row(live, parcel.sscc)


def ask_again(intent: LabelRow, before: datetime, now: datetime) -> bool:
    """Be the one who asks anew for an intent that was asked before then; False: the answer may still come."""
    found = Label.objects.filter(pk=intent.pk, state="asked", asked_at=intent.asked_at, asked_at__lt=before)
    return bool(found.update(asked_at=now))


def record_bought(
    label_pk: int, parcel_pk: int, sold: tuple[str, str, str], *, at: datetime
) -> tuple[LabelRow, bool, bool]:
    """Record what the carrier sold: `label`, `tracking`, `routing`. Call within a transaction.

    Gives the row, whether it was recorded now, and whether the parcel took it. A parcel that is not packed any more
    takes none: the label is then to be voided.
    """
    parcel = Parcel.objects.select_for_update().get(pk=parcel_pk)
    label, tracking, routing = sold
    said = {"label": label, "tracking": tracking, "routing": routing, "settled_at": at}
    # An intent that was given up may be answered late, too: what was paid for must not be forgotten. Of two who ask
    # with one key, one may be refused while the other's call is under way and then sold the label.
    open_ones = Label.objects.filter(pk=label_pk, state__in=("asked", "refused", "abandoned"))
    others = Label.objects.filter(parcel_id=parcel_pk, state__in=("asked", "bought")).exclude(pk=label_pk)
    wanted = parcel.state == "packed" and open_ones.exclude(state="abandoned").exists() and not others.exists()
    recorded = bool(open_ones.update(state="bought" if wanted else "voiding", reason="", **said))
    taken = recorded and wanted
    if taken:
        move_on([parcel_pk], "packed", "labelled", tracking=tracking)
    return _row(Label.objects.get(pk=label_pk), parcel.sscc), recorded, taken


def was_given_back(parcel_pk: int) -> bool:
    """Whether a label of the parcel was given back, or is to be."""
    return Label.objects.filter(parcel_id=parcel_pk, state__in=("voiding", "voided")).exists()


def record_refused(label_pk: int, reason: str, *, at: datetime) -> bool:
    found = Label.objects.filter(pk=label_pk, state="asked")
    return bool(found.update(state="refused", reason=reason[:_REASON], settled_at=at))


def abandon(label_pk: int, *, at: datetime) -> bool:
    """Give an intent up of which the carrier knows nothing; one that was refused keeps the carrier's reason."""
    if Label.objects.filter(pk=label_pk, state="refused").update(state="abandoned"):
        return True
    found = Label.objects.filter(pk=label_pk, state="asked")
    return bool(found.update(state="abandoned", reason="the carrier never heard of it", settled_at=at))


def begin_void(parcel_pk: int, reason: str) -> LabelRow:
    """Take the label off a labelled parcel, which is packed again. Call within a transaction. Raises Conflict."""
    parcel = Parcel.objects.select_for_update().get(pk=parcel_pk)
    row = Label.objects.filter(parcel_id=parcel_pk, state="bought").first()
    if row is None or not move_on([parcel_pk], "labelled", "packed", tracking=""):
        raise Conflict(f"parcel {parcel.code} is {parcel.state.replace('_', ' ')}, and has no label to be voided")
    Label.objects.filter(pk=row.pk).update(state="voiding", reason=reason[:_REASON])
    return _row(row, parcel.sscc)


def end_void(label_pk: int, *, at: datetime, note: str = "") -> None:
    """`note`: why the carrier would not take it back."""
    said = {"reason": note[:_REASON]} if note else {}
    Label.objects.filter(pk=label_pk, state="voiding").update(state="voided", settled_at=at, **said)


def left_open(before: datetime, limit: int = 500) -> tuple[LabelRow, ...]:
    """Intents that nobody settled, asked before then: oldest first, of all operators.

    A refusal is looked at again: of two who asked with one key one may have been refused, and the other have been sold
    the label and been killed before it said so.
    """
    found = Label.objects.filter(state__in=("asked", "voiding", "refused"), asked_at__lt=before).select_related(
        "parcel"
    )
    return tuple(_row(one, one.parcel.sscc) for one in found.order_by("asked_at", "pk")[:limit])


def _row(one: Label, sscc: str) -> LabelRow:
    return LabelRow(
        one.pk,
        one.key,
        one.state,
        one.parcel_id,
        one.account_id,
        one.label,
        one.tracking,
        one.routing,
        sscc,
        one.asked_at,
    )
