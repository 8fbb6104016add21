"""Whole journeys as EPCIS 2.0: every event is what the public schema asks for, in words of the standard."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.record.brand import NOW
from tests.record.packed import LATER, House, house
from tests.record.test_accept import asked
from tests.record.two_shoppers import ANN, SITE, hand_over, journey, to_the_bench

from doorstep.core.events.models import Fact
from doorstep.core.orders.models import Order
from doorstep.core.parcels.models import Parcel
from doorstep.documents.epcis import KINDS, TOLD
from doorstep.domain.sscc import is_sscc
from doorstep.domain.travel import Milestone, Scan
from doorstep.flows import export_epcis
from doorstep.flows.accept import accept_order
from doorstep.flows.cancel import cancel_order
from doorstep.flows.define_barcodes import set_barcodes
from doorstep.flows.export_epcis import epcis_document, epcis_events
from doorstep.flows.ship import buy_label, void_label
from doorstep.flows.stock import Adjustment, Receipt, Sending, adjust, receive, send_transfer
from doorstep.flows.track import take_scans
from doorstep.server import clock

pytestmark = pytest.mark.django_db
SCHEMA = Path(__file__).resolve().parents[1] / "data" / "epcis" / "EPCISDocument.schema.json"
GTIN = "04006381333931"
Event = dict[str, Any]


@pytest.fixture
def at(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:  # noqa: ARG001
    monkeypatch.setattr(clock, "now", lambda: NOW)
    with house(tmp_path) as here:
        yield here


def valid(document: object) -> list[str]:
    """What is wrong with a document by the public schema; nothing: it is valid."""
    validator = jsonschema_rs.Draft7Validator(json.loads(SCHEMA.read_text()), validate_formats=True)
    return [one.message for one in validator.iter_errors(document)]


def exported(at: House, **narrowed: Any) -> dict[str, Any]:
    told = epcis_events(at.scope, at.brand, **narrowed)
    return dict(json.loads(b"".join(epcis_document(told, LATER))))


def accept(at: House, code: str) -> int:
    return accept_order(at.scope, at.brand, replace(asked(code), placed_at=NOW), now=NOW).order_id


def all_kinds_of_ends(at: House) -> None:
    """Delivered and sent back by its shopper; failed and returned; cancelled after it was packed and labelled."""
    set_barcodes(at.scope, at.brand, "mug", [GTIN.lstrip("0")], now=NOW)
    journey(at, ANN)
    accept(at, "Failing")
    cancelled = accept(at, "Cancelled")
    to_the_bench(at, {"F": "", "C": ""})
    off = Parcel.objects.get(order_id=cancelled)
    buy_label(at.scope, off.pk, now=NOW, carriers=at.carriers)
    void_label(at.scope, off.pk, now=LATER, carriers=at.carriers)
    cancel_order(at.scope, at.brand, cancelled, "other", now=LATER, carriers=at.carriers)
    hand_over(at)
    back = Parcel.objects.get(order__code="Failing")
    account = next(one for one in at.accounts.values() if one.pk == back.labels.get(state="bought").account_id)
    way: tuple[Milestone, ...] = ("accepted", "in_transit", "out_for_delivery", "failed", "returning", "returned")
    told = [Scan(f"f{n}", back.tracking, one, LATER + timedelta(hours=n), "Depot 4") for n, one in enumerate(way)]
    take_scans(account, told, now=LATER + timedelta(days=1))
    receive(at.scope, at.brand, Receipt(SITE, "mug", 5, "A-1"), now=NOW)
    adjust(at.scope, at.brand, Adjustment(SITE, "mug", 1, "damage", "A-1"), now=NOW)
    send_transfer(at.scope, at.brand, Sending("T-1", SITE, "munich", {"mug": 2}), now=NOW)


def test_whole_journeys_are_valid_and_tell_each_thing_once(at: House) -> None:
    all_kinds_of_ends(at)
    document = exported(at)
    events: list[Event] = document["epcisBody"]["eventList"]
    assert valid(document) == []
    assert len({one["eventID"] for one in events if "errorDeclaration" not in one}) == len(events) - 1
    steps = Counter(one["bizStep"] for one in events)
    assert steps.keys() >= {
        "picking", "commissioning", "packing", "encoding", "staging_outbound", "shipping", "accepting", "transporting",
        "departing", "holding", "receiving", "arriving", "unpacking", "decommissioning", "inspecting", "stocking",
    }  # fmt: skip
    assert steps["commissioning"] == steps["packing"] == Fact.objects.filter(kind="ParcelPacked").count()
    assert not ANN.named_in(json.dumps(document))
    assert document == exported(at)
    _a_parcel_is_followed_by_its_number(events)
    _a_label_given_back_is_declared(events)
    _broken_ones_are_refused(document)
    _one_order_and_one_span_are_parts(at, events)


def _a_parcel_is_followed_by_its_number(events: list[Event]) -> None:
    sscc = Parcel.objects.get(order__code="Failing").sscc
    assert is_sscc(sscc)
    name = f"https://id.gs1.org/00/{sscc}"
    mine = [one for one in events if one.get("parentID") == name or name in one.get("epcList", ())]
    assert [(one["bizStep"], one["disposition"]) for one in mine] == [
        ("commissioning", "active"),
        ("packing", "container_closed"),
        ("encoding", "encoded"),
        ("staging_outbound", "container_closed"),
        ("shipping", "in_transit"),
        ("accepting", "in_transit"),
        ("transporting", "in_transit"),
        ("departing", "in_transit"),
        ("holding", "in_transit"),
        ("transporting", "returned"),
        ("arriving", "returned"),
    ]
    packing = mine[1]
    assert packing["childQuantityList"] == [{"epcClass": f"https://id.gs1.org/01/{GTIN}", "quantity": 1}]
    assert packing["eventTimeZoneOffset"] == "+01:00"
    assert mine[5]["readPoint"]["id"].endswith("/Depot%204")
    assert {one["type"] for one in mine[4]["bizTransactionList"]} == {"po", "bol"}


def _a_label_given_back_is_declared(events: list[Event]) -> None:
    declared = [one for one in events if "errorDeclaration" in one]
    assert len(declared) == 1
    same = [one for one in events if one["eventID"] == declared[0]["eventID"]]
    assert {key: value for key, value in same[1].items() if key != "errorDeclaration"} == same[0]


def _broken_ones_are_refused(document: dict[str, Any]) -> None:
    for broken in ({"bizStep": "throwing"}, {"eventTimeZoneOffset": "late"}, {"action": "MAYBE"}, {"shopper": "Ann"}):
        said = json.loads(json.dumps(document))
        said["epcisBody"]["eventList"][0] |= broken
        assert valid(said), broken


def _one_order_and_one_span_are_parts(at: House, events: list[Event]) -> None:
    one = Order.objects.get(code="Failing").pk
    of_order = exported(at, order=one)["epcisBody"]["eventList"]
    assert 10 < len(of_order) < len(events)
    assert all(event in events for event in of_order)
    early = exported(at, since=NOW, until=LATER)["epcisBody"]["eventList"]
    late = exported(at, since=LATER)["epcisBody"]["eventList"]
    assert len(early) + len(late) == len(events)
    other = Order.objects.get(code="A-1").pk
    with CaptureQueriesContext(connection) as whole:
        exported(at)
    with CaptureQueriesContext(connection) as part:
        exported(at, order=other)
    assert len(whole) == len(part)


def test_batches_of_facts_change_nothing(at: House, monkeypatch: pytest.MonkeyPatch) -> None:
    accept(at, "Cancelled")
    to_the_bench(at, {"C": ""})
    whole = exported(at)
    monkeypatch.setattr(export_epcis, "AT_ONCE", 1)
    assert exported(at) == whole
    assert len(whole["epcisBody"]["eventList"]) >= 3


def test_a_stranger_exports_nothing(at: House) -> None:
    receive(at.scope, at.brand, Receipt(SITE, "mug", 5, "A-1"), now=NOW)
    stranger = replace(at.scope, brands=frozenset({at.brand + 1}))
    assert list(epcis_events(stranger, at.brand)) == []


def test_kinds_are_those_of_the_table() -> None:
    assert set(KINDS) == set(TOLD)
