"""Where carriers send their scans: signed, fresh, small; and a whole journey told by the sandbox carrier itself."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from standardwebhooks import Webhook
from tests.api.shop import NOW, Answer, Place, opened, order
from tests.api.travelling import TRACKING, travelling
from tests.core_fixtures import make_operator
from tests.sandbox.running import HOOK, KEY, sandbox, tell

from doorstep.core.parcels.carriers import account as account_named
from doorstep.core.parcels.carriers import accounts, put_account
from doorstep.core.parcels.models import CarrierAccount, Parcel, Scan, UnreadEvent
from doorstep.core.parcels.unread import unread
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.rights import Scope
from doorstep.domain.travel import Party
from doorstep.flows import carriers, track
from doorstep.plugins.carriers.base import Handover, LabelWanted

pytestmark = pytest.mark.django_db
DELIVERED = {"event": "e9", "tracking": "T2", "status": "delivered", "at": NOW.isoformat(), "place": "door"}


@pytest.fixture
def place(db: None) -> Place:  # noqa: ARG001
    """Loaded for each: one of them has a server, with transactions of its own."""
    return opened()


@pytest.fixture
def account(place: Place, monkeypatch: pytest.MonkeyPatch) -> int:
    """The twin of a parcel is under way with the sandbox carrier."""
    shop = place.with_key("brand_writer")
    parcel = shop.post("/v1/orders", order(), idempotency_key="1").json()["parcels"][0]
    travelling(place, parcel["parcel"])
    monkeypatch.setenv("HOOK_OF_THE_TEST", HOOK)
    (one,) = accounts(place.operator)
    return put_account(place.operator, one.code, one.carrier, "sandbox", hook_variable="HOOK_OF_THE_TEST").pk


def send(account: int, body: Any, secret: str = HOOK, sent: Any = NOW, number: str = "msg_1") -> Answer:
    text = body if isinstance(body, str) else json.dumps(body)
    headers = {
        "webhook-id": number,
        "webhook-timestamp": str(int(sent.timestamp())),
        "webhook-signature": Webhook(secret).sign(number, sent, text),
    }
    client = Client(headers=headers, enforce_csrf_checks=True)
    return client.post(f"/hooks/carriers/{account}", text, content_type="application/json")


def test_what_is_signed_is_taken_and_told_again_changes_nothing(account: int) -> None:
    first = send(account, {"scans": [DELIVERED]})
    assert (first.status_code, first.json()) == (202, {"new": 1, "unmatched": 0, "refused": []})
    assert Parcel.objects.get(tracking="T2").state == "delivered"
    again = send(account, {"scans": [DELIVERED]}, number="msg_2")
    assert (again.status_code, again.json()) == (202, {"new": 0, "unmatched": 0, "refused": []})


def test_a_parcel_that_nobody_knows_is_kept(account: int) -> None:
    answer = send(account, {"scans": [{**DELIVERED, "tracking": "SB999"}]})
    assert (answer.status_code, answer.json()) == (202, {"new": 1, "unmatched": 1, "refused": []})
    assert Scan.objects.get(tracking="SB999").parcel_id is None


def test_who_has_no_secret_is_told_nothing(account: int) -> None:
    other = "whsec_" + "b3RoZXI="
    refused = [
        send(account, {"scans": [DELIVERED]}, secret=other),
        send(account, {"scans": [DELIVERED]}, sent=NOW - timedelta(minutes=6)),
        send(account, {"scans": [DELIVERED]}, sent=NOW + timedelta(minutes=6)),
        send(account + 1, {"scans": [DELIVERED]}),
        Client().post(f"/hooks/carriers/{account}", "{}", content_type="application/json"),
    ]
    answers = {(one.status_code, one.json()["code"], one.json()["detail"]) for one in refused}
    assert len(answers) == 1
    assert refused[0].status_code == 401
    assert Parcel.objects.get(tracking="T2").state == "handed_over"


def test_a_carrier_of_another_operator_moves_nothing(account: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own secret opens its own address alone, and there our numbers are nobody's."""
    other = "whsec_" + "b3RoZXI="
    monkeypatch.setenv("HOOK_OF_THE_OTHER", other)
    elsewhere = make_operator("south").pk
    foreign = put_account(elsewhere, "post", "Postbird", "sandbox", hook_variable="HOOK_OF_THE_OTHER").pk
    assert send(account, {"scans": [DELIVERED]}, secret=other).status_code == 401
    assert not Scan.objects.filter(event="e9").exists()
    taken = send(foreign, {"scans": [DELIVERED]}, secret=other)
    assert (taken.status_code, taken.json()) == (202, {"new": 1, "unmatched": 1, "refused": []})
    assert Parcel.objects.get(tracking="T2").state == "handed_over"


@pytest.mark.parametrize(
    "body",
    [
        "{", "[]", "{}", '{"scans": 1}',
    ],
)  # fmt: skip
def test_nonsense_with_a_signature_is_malformed(account: int, body: str) -> None:
    answer = send(account, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


@pytest.mark.parametrize(
    "odd", [1, {"event": "e"}, {**DELIVERED, "status": "lost in space"}, {**DELIVERED, "at": "2026-11-16T10:00:00"}]
)
def test_an_event_that_cannot_be_read_keeps_no_other_back_and_is_not_lost(account: int, odd: Any) -> None:
    for number in ("msg_1", "msg_2"):  # sent again it is kept once
        answer = send(account, {"scans": [odd, DELIVERED]}, number=number)
        told = answer.json()
        assert (answer.status_code, told["new"]) == (202, number == "msg_1")
        assert [json.loads(one["event"]) for one in told["refused"]] == [odd]
        assert told["refused"][0]["why"]
    assert Parcel.objects.get(tracking="T2").state == "delivered"
    kept = UnreadEvent.objects.get()
    assert (json.loads(kept.raw), kept.account_id, kept.settled_at) == (odd, account, None)


def test_what_could_not_be_read_is_read_again_by_a_person(place: Place, account: int) -> None:
    scope = Scope(place.operator, frozenset({place.brand}), "supervisor", "user:1")
    send(account, {"scans": [{**DELIVERED, "status": "lost in space"}]})
    kept = UnreadEvent.objects.get()
    with pytest.raises(Conflict, match="lost in space"):
        track.read_again(scope, kept.pk, now=NOW)
    assert [one.pk for one in unread(scope)] == [kept.pk]
    UnreadEvent.objects.update(raw=json.dumps(DELIVERED))  # as if the plug-in had learnt to read it
    for new in (1, 0):
        assert track.read_again(scope, kept.pk, now=NOW).new == new
    assert Parcel.objects.get(tracking="T2").state == "delivered"
    assert unread(scope) == ()
    stranger = Scope(make_operator("south").pk, frozenset(), "operator_admin", "user:2")
    for act in (track.read_again, track.set_aside):
        with pytest.raises(NotFound):
            act(stranger, kept.pk, now=NOW)


def test_what_is_too_large_is_not_read(account: int) -> None:
    answer = send(account, {"scans": [], "more": "x" * 300_000})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert Client().get(f"/hooks/carriers/{account}").status_code == 405


def test_an_account_without_a_secret_takes_nothing(account: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOOK_OF_THE_TEST")
    assert send(account, {"scans": [DELIVERED]}).status_code == 401


def test_tracking_shows_the_scans_in_their_own_order(place: Place, account: int) -> None:
    early = {**DELIVERED, "event": "e0", "status": "accepted", "at": (NOW - timedelta(hours=3)).isoformat()}
    send(account, {"scans": [DELIVERED, early]})
    told = place.with_key("brand_viewer").get("/v1/tracking/T2").json()
    assert (told["state"], [one["milestone"] for one in told["scans"]]) == ("delivered", ["accepted", "delivered"])
    assert place.with_key("brand_viewer").get(f"/v1/parcels/{told['parcel']}/tracking").json() == told


def test_a_label_is_served_in_both_forms(place: Place, account: int) -> None:
    del account
    code = Parcel.objects.get(tracking=TRACKING).code
    shop = place.with_key("brand_viewer")
    pdf, zpl = shop.get(f"/v1/parcels/{code}/label"), shop.get(f"/v1/parcels/{code}/label?format=zpl")
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF")
    assert zpl.content.startswith(b"^XA")
    assert TRACKING.encode() in zpl.content
    assert shop.get(f"/v1/parcels/{code}/label?format=gif").status_code == 422
    Parcel.objects.filter(tracking=TRACKING).update(tracking="")
    assert shop.get(f"/v1/parcels/{code}/label").status_code == 404


@pytest.mark.parametrize("scans", [1, 2, 100])
def test_the_sandbox_carrier_tells_a_whole_journey(
    scans: int, account: int, tmp_path: Path, live_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Messages twice and in the wrong order, over a real connection: delivered after a second attempt."""
    monkeypatch.setenv("KEY_OF_THE_TEST", KEY)
    with sandbox(tmp_path, now=lambda: NOW) as server:
        one = put_account_at(account, server.url)
        carrier = carriers.connected(one)
        party = Party("Ann", "", "Ring 1", "", "80331", "Munich", "BY", "DE")
        sold = carrier.buy(LabelWanted("k", "P-1", "standard", party, party, 500, None))
        parcel = Parcel.objects.get(tracking="T2")
        parcel.labels.update(tracking=sold.tracking)
        tell(server, f"/labels/{sold.label}/scenario", scenario="second_attempt")
        tell(server, "/hook", url=f"{live_server.url}/hooks/carriers/{account}", scans=scans)
        carrier.close(Handover("m", "M-1", NOW, (sold.label,)))
        tell(server, "/faults", kind="duplicate_hooks", times=9)
        tell(server, "/faults", kind="shuffle_hooks", times=9)
        tell(server, "/advance", steps=4)
        parcel.refresh_from_db()
        assert parcel.state == "out_for_delivery"
        assert tell(server, "/advance", steps=9)["sent"] == 3
    parcel.refresh_from_db()
    assert (parcel.state, parcel.attempts) == ("delivered", 1)
    assert parcel.scans.count() == 7


def put_account_at(account: int, url: str) -> Any:
    CarrierAccount.objects.filter(pk=account).update(base_url=url, key_variable="KEY_OF_THE_TEST")
    found = account_named(account)
    assert found is not None
    return found
