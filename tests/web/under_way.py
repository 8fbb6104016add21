"""Parcels of the filled record that are labelled, and gone with a manifest; their carrier is looked into."""

from __future__ import annotations

from datetime import datetime

from tests.web.investigated import case_of

from doorstep.core.accounts.models import Operator
from doorstep.core.network.models import Site
from doorstep.core.orders.models import Order
from doorstep.core.parcels.models import CarrierAccount, Label, Manifest, Parcel
from doorstep.core.returns.models import Return, ReturnLabel


def travel(operator: Operator, site: Site, planned: Order, now: datetime) -> Parcel:
    """Let the shipped order's parcel leave with a manifest, and the planned one's be labelled."""
    account = CarrierAccount.objects.create(operator=operator, code="gp", carrier="General Parcels", plugin="offline")
    manifest = Manifest.objects.create(
        operator=operator,
        site=site,
        account=account,
        kind="collection",
        state="closed",
        departs_at=now,
        begun_at=now,
        closed_at=now,
        told_at=now,
    )
    left = Parcel.objects.get(brand_id=planned.brand_id, code="O-00003-1")
    left.state, left.tracking, left.manifest = "in_transit", "GP-3", manifest
    left.save(update_fields=["state", "tracking", "manifest"])
    labelled = Parcel.objects.get(order=planned)
    Parcel.objects.filter(pk=labelled.pk).update(state="labelled", tracking="GP-1", sscc="340123450000000017")
    for parcel, number in ((left, "GP-3"), (labelled, "GP-1")):
        Label.objects.create(
            parcel=parcel, account=account, key=number, state="bought", asked_at=now, label=number, tracking=number
        )
    case_of(operator, planned.brand, now)
    return left


def label_for(asked: Return, parcel: Parcel, now: datetime) -> None:
    """Let the carrier of a parcel have sold a label for a return."""
    assert parcel.manifest
    ReturnLabel.objects.create(
        of=asked,
        parcel=parcel,
        account=parcel.manifest.account,
        key="r7",
        state="bought",
        tracking="BACK7",
        asked_at=now,
    )
