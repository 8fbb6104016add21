"""What carriers and packers have said of a shopper's parcels. Call within a transaction that has locked the parcels."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet

from doorstep.core.parcels.models import Label, Parcel, Scan, UnreadEvent
from doorstep.core.parcels.scans import travel_scan
from doorstep.domain.travel import plain_reason, without_words

ERASED = "erased with its shopper"


def parcels_of(orders: Collection[int]) -> tuple[int, ...]:
    """Row ids of all parcels of the orders, those of earlier plans too. One query."""
    return tuple(Parcel.objects.filter(order_id__in=orders).order_by("pk").values_list("pk", flat=True))


def numbers_of(orders: Collection[int]) -> set[str]:
    """Tracking numbers of all labels that were ever bought for the orders. One query."""
    return set(
        Label.objects.filter(parcel__order_id__in=orders).exclude(tracking="").values_list("tracking", flat=True)
    )


def being_settled(orders: Collection[int]) -> set[int]:
    """Those of the orders of which a label is being bought or given back: the carrier's word on it is to come."""
    unsettled = Label.objects.filter(parcel__order_id__in=orders, state__in=("asked", "voiding"))
    return set(unsettled.values_list("parcel__order_id", flat=True))


def blank(operator: int, orders: Collection[int], numbers: Collection[str], *, at: datetime) -> dict[str, int]:
    """Empty what was said in free words; `numbers` are the tracking numbers of all that travelled for the orders."""
    ours = Q(parcel__order_id__in=orders) | Q(parcel=None, account__operator_id=operator, tracking__in=numbers)
    return {
        "parcels": _plain_states(Parcel.objects.filter(order_id__in=orders)),
        "labels": _labels(orders),
        "scans": _plain_scans(Scan.objects.filter(ours)),
        "unread": _unread(operator, numbers, at),
    }


def _labels(orders: Collection[int]) -> int:
    """A carrier's words on a label, and its routing, which names the postcode."""
    said = Label.objects.filter(parcel__order_id__in=orders).exclude(reason="", routing="")
    return said.update(reason="", routing="")


def _plain_scans(scans: QuerySet[Scan]) -> int:
    """Keep of scans the places of depots and the reasons that are known words; all else may name somebody."""
    changed = []
    for scan in scans.exclude(place="", reason="").order_by("pk"):
        bare = without_words(travel_scan(scan))
        if (bare.place, bare.reason) != (scan.place, scan.reason):
            scan.place, scan.reason = bare.place, bare.reason
            changed.append(scan)
    Scan.objects.bulk_update(changed, ["place", "reason"], batch_size=500)
    return len(changed)


def _plain_states(parcels: QuerySet[Parcel]) -> int:
    """Of a parcel that travelled the reason is the carrier's; why one was called off is a code of ours."""
    told = parcels.exclude(state_reason="").exclude(state="cancelled").only("state_reason").order_by("pk")
    changed = [one for one in told if plain_reason(one.state_reason) != one.state_reason]
    for one in changed:
        one.state_reason = ""
    Parcel.objects.bulk_update(changed, ["state_reason"], batch_size=500)
    return len(changed)


def _unread(operator: int, numbers: Collection[str], at: datetime) -> int:
    """Empty what a carrier sent of these numbers and nobody could read; its digest stays, so that it is known again."""
    named = Q(pk=None)
    for number in numbers:
        named |= Q(raw__contains=number)
    rows = UnreadEvent.objects.filter(named, account__operator_id=operator)
    return rows.update(raw="", why=ERASED, settled_at=at)
