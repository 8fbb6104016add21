"""Labels of carriers for returns: the intent, and what became of it. A return has one, or none."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from doorstep.core.parcels.carriers import next_sscc, same_carrier
from doorstep.core.parcels.models import Parcel, Scan
from doorstep.core.parcels.scans import travel_scan
from doorstep.core.returns.models import Return, ReturnLabel
from doorstep.domain.journey import ARRIVED
from doorstep.domain.returns import TO_COME
from doorstep.domain.rights import Scope
from doorstep.domain.travel import Milestone

_REASON = 300


@dataclass(frozen=True, slots=True)
class ReturnLabelRow:
    pk: int
    of_id: int
    rma: str
    return_state: str
    order_id: int
    brand_id: int
    parcel_id: int
    account_id: int
    carrier: str
    key: str
    state: str  # asked, bought, refused
    label: str
    tracking: str
    routing: str
    sscc: str
    reason: str  # why it was refused
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class LastScan:
    """What the carrier told last of a return's parcel."""

    milestone: Milestone
    at: datetime
    place: str


def parcel_of(order_pk: int) -> int | None:
    """The parcel of an order that arrived last: as it came it goes back."""
    rows = Parcel.objects.filter(order_id=order_pk, state__in=ARRIVED).order_by("-ended_at", "-pk")
    return rows.values_list("pk", flat=True).first()


def intend(return_pk: int, parcel_pk: int, account_pk: int, operator: int, key: str, *, at: datetime) -> None:
    """Write down that a label is to be bought for a return. Call within the transaction that adds the return."""
    ReturnLabel.objects.create(
        of_id=return_pk,
        parcel_id=parcel_pk,
        account_id=account_pk,
        key=key,
        sscc=next_sscc(operator),
        asked_at=at,
    )


def label_of(scope: Scope, rma: str, brand: str | None = None) -> ReturnLabelRow | None:
    """The label of a return; None: it has none, or is somebody else's. One query."""
    rows = ReturnLabel.objects.filter(of__rma=rma, of__brand_id__in=scope.brands)
    if brand is not None:
        rows = rows.filter(of__brand__code=brand)
    one = rows.select_related("of", "account").order_by("-pk").first()
    return None if one is None else _row(one)


def labels_of_order(scope: Scope, order_pk: int) -> dict[str, ReturnLabelRow]:
    """Labels of an order's returns by their numbers. One query."""
    rows = ReturnLabel.objects.filter(of__order_id=order_pk, of__brand_id__in=scope.brands)
    return {one.of.rma: _row(one) for one in rows.select_related("of", "account").order_by("pk")}


def ssccs_of(orders: Collection[int]) -> dict[str, str]:
    """Numbers of GS1 on the labels of the returns of orders, by the return's number. One query."""
    labels = ReturnLabel.objects.filter(of__order_id__in=orders, state="bought").exclude(sscc="")
    return dict(labels.values_list("of__rma", "sscc"))


def rma_of_label(scope: Scope, scanned: str) -> str | None:
    """The return that a scanned label is of: by the carrier's number or the SSCC."""
    named = Q(tracking=scanned) | Q(sscc=scanned)
    rows = ReturnLabel.objects.filter(named, of__brand_id__in=scope.brands, state="bought").order_by("-pk")
    return rows.values_list("of__rma", flat=True).first() if scanned else None


def last_scan(one: ReturnLabelRow) -> LastScan | None:
    """Two queries."""
    if not one.tracking:
        return None
    rows = Scan.objects.filter(account_id__in=same_carrier(one.account_id), tracking=one.tracking)
    scan = rows.order_by("-at", "-pk").first()
    return None if scan is None else LastScan(travel_scan(scan).milestone, scan.at, scan.place)


def ask_again(pk: int, asked_at: datetime, now: datetime) -> bool:
    """Be the one who asks the carrier now; False: another was faster."""
    return ReturnLabel.objects.filter(pk=pk, state="asked", asked_at=asked_at).update(asked_at=now) == 1


def record_bought(pk: int, sold: tuple[str, str, str], *, at: datetime) -> bool:
    """Record what the carrier sold: `label`, `tracking`, `routing`; False: it was recorded before."""
    label, tracking, routing = sold
    said = {"label": label, "tracking": tracking, "routing": routing, "reason": "", "settled_at": at}
    # Of two who ask with one key, one may be refused while the other's call is under way and then sold the label.
    return ReturnLabel.objects.filter(pk=pk, state__in=("asked", "refused")).update(state="bought", **said) == 1


def record_refused(pk: int, reason: str, *, at: datetime) -> None:
    found = ReturnLabel.objects.filter(pk=pk, state="asked")
    found.update(state="refused", reason=reason[:_REASON], settled_at=at)


def left_open(before: datetime, limit: int = 500) -> tuple[ReturnLabelRow, ...]:
    """Intents that nobody settled, asked before then: oldest first, of all operators."""
    found = ReturnLabel.objects.filter(state="asked", asked_at__lt=before).select_related("of", "account")
    return tuple(_row(one) for one in found.order_by("asked_at", "pk")[:limit])


def still_asked(pk: int) -> bool:
    """Whether its parcel has not come in yet."""
    return Return.objects.filter(pk=pk, state__in=TO_COME).exists()


def under_way(account_pk: int, limit: int = 1_000) -> list[str]:
    """Numbers of returns that a carrier may still have something to tell of, the oldest first."""
    found = ReturnLabel.objects.filter(account_id=account_pk, state="bought", of__state__in=("labelled", "on_its_way"))
    return list(found.order_by("pk").values_list("tracking", flat=True)[:limit])


def _row(one: ReturnLabel) -> ReturnLabelRow:
    return ReturnLabelRow(
        one.pk,
        one.of_id,
        one.of.rma,
        one.of.state,
        one.of.order_id,
        one.of.brand_id,
        one.parcel_id,
        one.account_id,
        one.account.carrier,
        one.key,
        one.state,
        one.label,
        one.tracking,
        one.routing,
        one.sscc,
        one.reason,
        one.asked_at,
    )
