"""A parcel of the tea shop under way: labelled, staged, and another that left with a manifest."""

from __future__ import annotations

from copy import copy

from tests.api.shop import NOW, Place

from doorstep.core.parcels.carriers import put_account
from doorstep.core.parcels.models import Label, Manifest, Parcel, Scan
from doorstep.core.stock.actions import post
from doorstep.core.stock.models import Move
from doorstep.core.stock.posting import shelf_of
from doorstep.core.tariffs.models import Service
from doorstep.domain.ledger import Shelf, Shift

TRACKING = "SB000000000001"


def travelling(place: Place, code: str) -> int:
    """Stage the parcel, its goods picked, and let a twin of it be gone already; gives the twin's manifest."""
    parcel = Parcel.objects.get(brand_id=place.brand, code=code)
    carrier = Service.objects.get(brand_id=place.brand, code=parcel.service).carrier
    account = put_account(place.operator, "post", carrier, "offline")
    pick(parcel)
    Parcel.objects.filter(pk=parcel.pk).update(state="staged", tracking=TRACKING)
    said = {"account_id": account.pk, "state": "bought", "asked_at": NOW, "settled_at": NOW}
    Label.objects.create(parcel=parcel, key="1", label="l1", tracking=TRACKING, routing="DE-80331", **said)
    scanned = {"milestone": "announced", "at": NOW, "received_at": NOW, "place": "Depot North"}
    Scan.objects.create(account_id=account.pk, parcel=parcel, event="e1", tracking=TRACKING, **scanned)
    manifest = Manifest.objects.create(
        operator_id=place.operator,
        site_id=parcel.site_id,
        account_id=account.pk,
        kind="collection",
        state="closed",
        departs_at=NOW,
        begun_at=NOW,
        closed_at=NOW,
        told_at=NOW,
    )
    twin = copy(parcel)
    twin.pk, twin.code, twin.state, twin.tracking, twin.manifest = None, f"{code}-twin", "handed_over", "T2", manifest
    twin.save(force_insert=True)
    Label.objects.create(parcel=twin, key="2", label="l2", tracking="T2", **said)
    return manifest.pk


def pick(parcel: Parcel) -> None:
    """Pick what the order has reserved."""
    reference = f"order:{parcel.order_id}"
    moves = Move.objects.filter(reference=reference, reason="reservation").select_related("target")
    shifts = []
    for shelf, units in [(shelf_of(move.target), move.quantity) for move in moves if move.target]:
        picked = Shelf(shelf.site, shelf.product, shelf.bin, shelf.lot, "picked")
        shifts.append(Shift(shelf, picked, units, "pick", reference=reference))
    post(parcel.brand_id, shifts, at=NOW, actor="user:1")
