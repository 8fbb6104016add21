"""What users ask of tracking; each test is named by the number of the ask."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from standardwebhooks import Webhook
from tests.api.shop import Place
from tests.record.packed import LATER, House, house
from tests.record.test_track import account, left
from tests.sandbox.running import HOOK

from doorstep.core.parcels.carriers import put_account
from doorstep.core.parcels.models import Parcel
from doorstep.core.parcels.unread import unread
from doorstep.domain.travel import Milestone, Scan
from doorstep.flows.track import read_hook, take_scans

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(db: None, tmp_path: Path) -> Iterator[House]:  # noqa: ARG001
    with house(tmp_path) as here:
        yield here


def scan(number: str, milestone: Milestone, reason: str = "") -> Scan:
    return Scan(f"{milestone}-1", number, milestone, LATER, "Depot South", reason)


def test_ask_46_a_number_belongs_to_the_carrier_that_gave_it(at: House) -> None:
    parcel = left(at)
    other = put_account(at.scope.operator, "other", "Another Carrier", "offline")
    taken = take_scans(other, [scan(parcel.tracking, "delivered")], now=LATER)
    assert (taken.new, taken.unmatched) == (1, 1)
    assert Parcel.objects.get(pk=parcel.pk).state == "handed_over"
    take_scans(account(at), [scan(parcel.tracking, "delivered")], now=LATER)
    assert Parcel.objects.get(pk=parcel.pk).state == "delivered"


def test_ask_47_one_odd_event_keeps_no_other_back(at: House) -> None:
    """The carrier tells two things at once, one of which nobody understands: it waits for a person."""
    parcel = left(at)
    told = {"event": "e1", "tracking": parcel.tracking, "status": "delivered", "at": LATER.isoformat()}
    body = json.dumps({"scans": [{"event": "e0", "status": "teleported"}, told]})
    headers = {
        "webhook-id": "m1",
        "webhook-timestamp": str(int(LATER.timestamp())),
        "webhook-signature": Webhook(HOOK).sign("m1", LATER, body),
    }
    taken = read_hook(account(at).pk, headers, body.encode(), now=LATER, carriers=at.carriers)
    assert (taken.new, len(taken.unread)) == (1, 1)
    assert Parcel.objects.get(pk=parcel.pk).state == "delivered"
    assert ["teleported" in one.raw for one in unread(at.scope)] == [True]


def test_ask_50_a_shop_reads_what_the_courier_says(at: House) -> None:
    """With the key of somebody who may look and nothing else."""
    parcel = left(at)
    take_scans(account(at), [scan(parcel.tracking, "failed", "nobody_home")], now=LATER)
    shop = Place(at.scope.operator, at.brand).with_key("brand_viewer")
    told = shop.get(f"/v1/parcels/{parcel.code}/tracking").json()
    assert told["state"] == "failed"
    assert [(one["milestone"], one["place"], one["reason"]) for one in told["scans"]] == [
        ("failed", "Depot South", "nobody_home")
    ]
