"""From the bench to the van by program: labels, the piles of departures, their paper, scans entered by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.api.shop import NOW, Place, Shop, order
from tests.api.travelling import pick

from doorstep.core.parcels.carriers import put_account, set_company_prefix
from doorstep.core.parcels.models import Label, Parcel, Scan
from doorstep.core.tariffs.models import Service

pytestmark = pytest.mark.django_db
GRAMS = {"packed_weight_g": 500, "packed_carton": "small", "packed_at": NOW}


def packed(place: Place, code: str = "N-1", plugin: str = "offline") -> Parcel:
    """Place an order and pack its parcel."""
    place.with_key().post("/v1/orders", order(code), idempotency_key=code)
    parcel = Parcel.objects.get(order__code=code)
    set_company_prefix(place.operator, "4012345")
    put_account(place.operator, "post", Service.objects.get(code=parcel.service).carrier, plugin)
    pick(parcel)
    Parcel.objects.filter(pk=parcel.pk).update(state="packed", **GRAMS)
    return parcel


def gate(parcel: Parcel) -> dict[str, Any]:
    carrier = Service.objects.get(code=parcel.service).carrier
    return {"site": "munich", "carrier": carrier, "departs_at": parcel.ship_at.isoformat()}


def staging(shop: Shop, parcel: Parcel, key: str = "s", **more: Any) -> Any:
    said = {"number": parcel.code, **gate(parcel), **more}
    return shop.post("/v1/departures/stage", said, idempotency_key=key)


def test_a_label_is_bought_once_given_back_and_bought_anew(place: Place) -> None:
    parcel, worker = packed(place), place.with_key("floor_worker")
    path = f"/v1/parcels/{parcel.code}/label"
    assert worker.get(path).status_code == 404
    first, again, other = (worker.post(path, None, idempotency_key=key) for key in ("b", "b", "c"))
    assert (first.status_code, first.json()["parcel"], first.json()["carrier"]) == (201, parcel.code, "Postbird")
    assert first.json() == again.json() == other.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert Label.objects.get().tracking == first.json()["tracking"] != ""
    assert worker.get(path).content.startswith(b"%PDF")
    void, same = (worker.ask("DELETE", path, idempotency_key="v") for _ in range(2))
    assert (void.json()["state"], void.json()["tracking"]) == ("packed", "")
    assert same.json() == void.json()
    assert worker.ask("DELETE", path, idempotency_key="w").json()["code"] == "conflict"
    assert worker.post(path, None, idempotency_key="d").status_code == 201
    assert Label.objects.filter(state="bought").count() == 1


def test_a_carrier_that_does_not_answer_is_told_as_such_and_asked_again(place: Place) -> None:
    parcel, worker = packed(place), place.with_key("floor_worker")
    carrier = Service.objects.get(code=parcel.service).carrier
    put_account(place.operator, "post", carrier, "sandbox", base_url="http://127.0.0.1:9")
    path = f"/v1/parcels/{parcel.code}/label"
    asleep = worker.post(path, None, idempotency_key="b")
    assert (asleep.status_code, asleep.json()["code"]) == (409, "carrier_unreachable")
    put_account(place.operator, "post", carrier, "offline")
    assert worker.post(path, None, idempotency_key="b").status_code == 201


def test_who_moves_no_goods_buys_no_labels_and_stages_nothing(place: Place) -> None:
    parcel = packed(place)
    for role in ("brand_admin", "brand_writer"):
        other = place.with_key(role)
        assert other.post(f"/v1/parcels/{parcel.code}/label", None, idempotency_key="b").status_code == 403
        assert other.ask("DELETE", f"/v1/parcels/{parcel.code}/label", idempotency_key="v").status_code == 403
        assert staging(other, parcel).status_code == 403
    assert place.with_key("supervisor").post("/v1/parcels/none/label", None, idempotency_key="b").status_code == 404


def test_a_parcel_is_staged_seen_and_taken_off_again(place: Place) -> None:
    parcel, worker = packed(place), place.with_key("floor_worker")
    assert staging(worker, parcel).json()["code"] == "scan_not_labelled"
    worker.post(f"/v1/parcels/{parcel.code}/label", None, idempotency_key="b")
    assert staging(worker, parcel, carrier="Others").json()["code"] == "scan_wrong_carrier"
    assert staging(worker, parcel, site="berlin").json()["code"] == "scan_wrong_site"
    early = staging(worker, parcel, departs_at="2026-11-01T00:00:00Z")
    assert (early.status_code, early.json()["code"]) == (409, "scan_too_early")
    assert staging(worker, parcel, number="nothing").json()["code"] == "not_found"
    assert staging(worker, parcel, departs_at="2026-11-01").status_code == 422
    first, again = (staging(worker, parcel, "right") for _ in range(2))
    assert (first.status_code, first.json()["parcel"], again.json()) == (200, parcel.code, first.json())
    assert staging(worker, parcel, "more").json()["code"] == "scan_already_staged"
    (departure,) = worker.get("/v1/departures?site=munich").json()["data"]
    assert (departure["parcels"], departure["staged"], departure["carrier"]) == (1, 1, "Postbird")
    at = parcel.ship_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    (row,) = worker.get(f"/v1/departures/parcels?site=munich&carrier=Postbird&departs_at={at}").json()["data"]
    assert (row["parcel"], row["state"]) == (parcel.code, "staged")
    off = [worker.post("/v1/departures/unstage", {"number": row["sscc"]}, idempotency_key="u") for _ in range(2)]
    assert [one.json()["parcel"] for one in off] == [parcel.code] * 2
    gone = worker.post("/v1/departures/unstage", {"number": row["sscc"]}, idempotency_key="x")
    assert (gone.status_code, gone.json()["code"]) == (409, "scan_gone")
    assert Parcel.objects.get().state == "labelled"


def test_a_drop_off_has_its_sheet(place: Place) -> None:
    parcel, worker = packed(place), place.with_key("floor_worker")
    worker.post(f"/v1/parcels/{parcel.code}/label", None, idempotency_key="b")
    staging(worker, parcel)
    closed = worker.post("/v1/manifests", {**gate(parcel), "kind": "drop_off"}).json()
    for named in (closed["manifest"], closed["code"]):
        sheet = worker.get(f"/v1/manifests/{named}/sheet")
        assert (sheet.headers["Content-Type"], sheet.content[:4]) == ("application/pdf", b"%PDF")
    assert worker.get("/v1/manifests/999/sheet").status_code == 404


def test_scans_are_entered_by_hand_and_count_once(place: Place) -> None:
    parcel, worker = packed(place), place.with_key("floor_worker")
    number = worker.post(f"/v1/parcels/{parcel.code}/label", None, idempotency_key="b").json()["tracking"]
    staging(worker, parcel)
    worker.post("/v1/manifests", gate(parcel))
    scans = [
        {"tracking": number, "milestone": "in_transit", "at": "2026-11-17T08:00:00Z", "place": "Depot North"},
        {"tracking": number, "milestone": "out_for_delivery", "at": "2026-11-18T08:00:00Z"},
        {"tracking": "of nobody", "milestone": "in_transit", "at": "2026-11-17T08:00:00+01:00"},
    ]
    said = {"account": "post", "scans": scans}
    first, again, other = (worker.post("/v1/scans", said, idempotency_key=key) for key in ("t", "t", "t2"))
    assert (first.status_code, first.json(), again.json()) == (201, {"new": 3, "unmatched": 1}, first.json())
    assert other.json() == {"new": 0, "unmatched": 0}
    assert Scan.objects.count() == 3
    told = worker.get(f"/v1/parcels/{parcel.code}/tracking").json()
    assert (told["state"], [one["milestone"] for one in told["scans"]]) == (
        "out_for_delivery",
        ["in_transit", "out_for_delivery"],
    )
    assert worker.post("/v1/scans", {**said, "account": "none"}, idempotency_key="c").status_code == 404
    odd = {"account": "post", "scans": [{**scans[0], "milestone": "lost"}]}
    assert worker.post("/v1/scans", odd, idempotency_key="d").status_code == 422
    assert place.with_key("brand_admin").post("/v1/scans", said, idempotency_key="e").status_code == 403


def test_the_gate_costs_the_same_however_much_waits(place: Place) -> None:
    worker, costs = place.with_key("floor_worker"), []
    worker.get("/v1/departures")  # the first use of a key is noted
    at = datetime(2026, 12, 1, tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for codes in (("A-1",), ("B-1", "B-2", "B-3")):
        for code in codes:
            packed(place, code)
        for path in ("/v1/departures", f"/v1/departures/parcels?site=munich&carrier=Postbird&departs_at={at}"):
            with CaptureQueriesContext(connection) as asked:
                assert worker.get(path).json()["data"]
            costs.append(len(asked))
    assert costs[:2] == costs[2:]
    assert max(costs) <= 4
