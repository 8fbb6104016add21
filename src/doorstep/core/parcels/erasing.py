"""What carriers and packers have said of a shopper's parcels. Call within a transaction that has locked the parcels."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from doorstep.core.parcels.models import Label, Parcel, Scan, UnreadEvent
from doorstep.core.parcels.scans import travel_scan
from doorstep.domain.travel import names_one_of, plain_reason, without_words

ERASED = "erased with its shopper"
AT_ONCE = 100  # names that one query looks for
_SSCC = 18  # digits
_NAMES = ("tracking", "label", "parcel__code", "parcel__sscc")  # by which a carrier may speak of a parcel


def parcels_of(orders: Collection[int]) -> tuple[int, ...]:
    """Row ids of all parcels of the orders, those of earlier plans too. One query."""
    return tuple(Parcel.objects.filter(order_id__in=orders).order_by("pk").values_list("pk", flat=True))


def numbers_of(orders: Collection[int]) -> set[str]:
    """Tracking numbers of all labels that were ever bought for the orders. One query."""
    return set(
        Label.objects.filter(parcel__order_id__in=orders).exclude(tracking="").values_list("tracking", flat=True)
    )


def names_of(orders: Collection[int]) -> set[str]:
    """By what else a carrier may have named what travelled: its label, our code of the parcel, the SSCC. One query."""
    rows = Parcel.objects.filter(order_id__in=orders).values_list("code", "sscc", "labels__label")
    return names_in(rows)


def names_in(rows: Iterable[Iterable[str | None]]) -> set[str]:
    """All of them, and an SSCC also as a barcode has it, with 00 before it."""
    found = {name for row in rows for name in row if name}
    return found | {f"00{name}" for name in found if len(name) == _SSCC and name.isdigit()}


def erased_names(operator: int, text: str) -> set[str]:
    """Names that the text has somewhere in it, of parcels of orders whose shopper was erased. One query."""
    rows = Label.objects.filter(account__operator_id=operator, parcel__order__erasure__erased_at__isnull=False)
    return names_in(rows.filter(has_one_of(text, _NAMES)).values_list(*_NAMES))


def has_one_of(text: str, columns: Collection[str]) -> Q:
    """Say that a text has in it what one of the columns says."""
    named = Q(pk=None)
    for column in columns:
        named |= ~Q(**{column: ""}) & Q(GreaterThan(StrIndex(Value(text), F(column)), 0))
    return named


def being_settled(orders: Collection[int]) -> set[int]:
    """Those of the orders of which a label is being bought or given back: the carrier's word on it is to come."""
    unsettled = Label.objects.filter(parcel__order_id__in=orders, state__in=("asked", "voiding"))
    return set(unsettled.values_list("parcel__order_id", flat=True))


def blank(
    operator: int, orders: Collection[int], numbers: Collection[str], names: Collection[str], *, at: datetime
) -> dict[str, int]:
    """Empty what was said in free words; `numbers` are the tracking numbers of all that travelled for the orders.

    `names` are what else a carrier may have named it by.
    """
    ours = Q(parcel__order_id__in=orders) | Q(parcel=None, account__operator_id=operator, tracking__in=numbers)
    return {
        "parcels": _plain_states(Parcel.objects.filter(order_id__in=orders)),
        "labels": _labels(orders),
        "scans": _plain_scans(Scan.objects.filter(ours)),
        "unread": _unread(operator, {*numbers, *names}, at),
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


def _unread(operator: int, names: Collection[str], at: datetime) -> int:
    """Empty what a carrier sent of these and nobody could read; its digest stays, so that it is known again."""
    changed = 0
    every = sorted(names)
    for start in range(0, len(every), AT_ONCE):
        some, named = every[start : start + AT_ONCE], Q(pk=None)
        for name in some:
            named |= Q(raw__contains=name)
        rows = UnreadEvent.objects.filter(named, account__operator_id=operator).values_list("pk", "raw")
        told = [pk for pk, raw in rows if names_one_of(raw, some)]
        changed += UnreadEvent.objects.filter(pk__in=told).update(raw="", why=ERASED, settled_at=at)
    return changed
