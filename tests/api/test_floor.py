"""The floor walked by a program: picks proved by scans, what lacks reported, parcels packed, goods put back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.api.shop import Answer, Place, Shop, order

from doorstep.core.floor.models import Check, Pick, Tote
from doorstep.core.parcels.carriers import put_account, set_company_prefix
from doorstep.core.parcels.models import Label, Parcel
from doorstep.core.stock.models import Level
from doorstep.core.tariffs.models import Service

pytestmark = pytest.mark.django_db
LATER = "2026-12-31T00:00:00Z"


@dataclass
class Handheld:
    """A program on the floor; every request has a key of its own."""

    shop: Shop
    sent: int = 0

    def post(self, path: str, body: dict[str, Any] | None = None, key: str = "") -> Answer:
        self.sent += 1
        return self.shop.post(f"/v1/{path}", body or {}, idempotency_key=key or f"k{self.sent}")

    def next(self, wave: str, worker: str = "") -> Any:
        answer = self.post(f"waves/{wave}/picks/next", {"worker": worker})
        assert answer.status_code == 200
        return answer.json()["pick"]

    def fetch(self, wave: str) -> None:
        """Pick all that is left."""
        while task := self.next(wave):
            while task["next_scan"]:
                code = task["bin"] if task["next_scan"] == "bin" else task["sku"]
                scanned = self.post(f"picks/{task['pick']}/scan", {"code": code}).json()
                assert scanned["refused"] == ""
                task = scanned["pick"]

    def fill(self, tote: str) -> None:
        """Open a tote, scan its units and its carton."""
        there = self.post(f"totes/{tote}/open").json()
        for one in there["units"]:
            for _ in range(one["wanted"]):
                assert self.post(f"totes/{tote}/scan", {"code": one["sku"]}).json()["refused"] == ""
        if there["planned_carton"] != "own-box":
            assert self.post(f"totes/{tote}/scan", {"code": there["planned_carton"]}).json()["refused"] == ""


def on_floor(place: Place, *codes: str, quantity: int = 1) -> tuple[Handheld, str]:
    """Place orders, release them; gives a handheld and the wave."""
    Level.objects.filter(brand_id=place.brand, product__sku="mug").update(bin="A-1")
    for code in codes:
        place.with_key().post("/v1/orders", order(code, quantity=quantity), idempotency_key=code)
    released = place.with_key("supervisor").post("/v1/waves", {"site": "munich", "leaves_until": LATER}).json()
    return Handheld(place.with_key("floor_worker")), released["data"][0]["wave"]


def test_each_worker_of_a_key_has_tasks_of_their_own(place: Place) -> None:
    handheld, wave = on_floor(place, "N-1", "N-2")
    mine, yours = handheld.next(wave, "H1"), handheld.next(wave, "H2")
    assert handheld.next(wave, "H1") == mine
    assert (mine["worker"].partition("/")[2], mine["next_scan"], mine["bin"]) == ("H1", "bin", "A-1")
    assert mine["pick"] != yours["pick"]
    assert handheld.next(wave, "H3") is None
    wrong = handheld.post(f"picks/{mine['pick']}/scan", {"code": "A-1", "worker": "H2"})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "conflict")
    assert handheld.shop.get(f"/v1/picks/{mine['pick']}").json() == mine
    listed = handheld.shop.get(f"/v1/waves/{wave}/picks").json()["data"]
    assert {one["pick"]: one["worker"] for one in listed} == {one["pick"]: one["worker"] for one in (mine, yours)}
    assert handheld.post(f"waves/{wave}/picks/next", {"worker": "Ann Miller"}).status_code == 422


def test_a_pick_is_proved_by_its_bin_and_its_product_once(place: Place) -> None:
    handheld, wave = on_floor(place, "N-1")
    path = f"picks/{handheld.next(wave)['pick']}/scan"
    wrong = handheld.post(path, {"code": "A-2"}).json()
    assert (wrong["done"], wrong["refused"]) == (False, "A-2 is not this bin: go to A-1.")
    assert (wrong["pick"]["wrong_scans"], wrong["pick"]["told"]) == (1, wrong["refused"])
    assert handheld.post(path, {"code": "A-1"}).json()["pick"]["next_scan"] == "product"
    first, again = (handheld.post(path, {"code": "mug"}, key="last") for _ in range(2))
    assert (first.json()["done"], first.json()["pick"]["state"]) == (True, "done")
    assert (again.json(), again.headers["Idempotent-Replayed"]) == (first.json(), "true")
    assert handheld.post(path, {"code": "mug"}).status_code == 409
    assert handheld.post(path, {"code": "other"}, key="last").json()["code"] == "idempotency_key_reused"
    assert handheld.next(wave) is None
    assert Level.objects.get(product__sku="mug", state="picked").quantity == 1


def test_a_pick_is_left_for_others(place: Place) -> None:
    handheld, wave = on_floor(place, "N-1")
    task = handheld.next(wave, "H1")
    left, again = (handheld.post(f"picks/{task['pick']}/leave", {"worker": "H1"}, key="l") for _ in range(2))
    assert (left.json()["state"], left.json()["worker"]) == ("open", "")
    assert again.json() == left.json()
    assert handheld.next(wave, "H2")["pick"] == task["pick"]


def test_what_a_bin_lacks_comes_from_elsewhere_or_holds_the_order(place: Place) -> None:
    handheld, wave = on_floor(place, "N-1", quantity=2)
    path = f"picks/{handheld.next(wave)['pick']}/short"
    assert handheld.post(path, {"there": 2, "reason": "not_there"}).status_code == 409
    assert handheld.post(path, {"there": 1, "reason": "bored"}).status_code == 422
    said = {"there": 1, "reason": "not_there"}
    first, again = (handheld.post(path, said, key="short") for _ in range(2))
    assert (first.json()["missing"], first.json()["from_elsewhere"], first.json()["held"]) == (1, True, False)
    assert again.json() == first.json()
    assert handheld.post(path, said).json() == first.json()  # the key forgotten: told as it was, and done once
    assert Level.objects.get(product__sku="mug", state="quarantined").quantity == 1
    other = handheld.next(wave)
    assert (other["quantity"], other["pick"]) != (2, first.json()["pick"]["pick"])
    Level.objects.filter(product__sku="mug", state="available").update(quantity=0)
    none = handheld.post(f"picks/{other['pick']}/short", {"there": 0, "reason": "damaged"}).json()
    assert (none["from_elsewhere"], none["held"]) == (False, True)
    assert place.with_key().get("/v1/orders/N-1").json()["state"] == "held"


def test_a_parcel_is_packed_and_gets_its_label(place: Place) -> None:
    handheld, wave = on_floor(place, "N-1", quantity=2)
    parcel = Parcel.objects.get()
    set_company_prefix(place.operator, "4012345")
    put_account(place.operator, "post", Service.objects.get(code=parcel.service).carrier, "offline")
    (tote,) = handheld.shop.get(f"/v1/waves/{wave}/totes").json()["data"]
    assert handheld.shop.get(f"/v1/totes?code={parcel.code}").json()["data"] == [tote]
    path = f"totes/{tote['tote']}"
    assert handheld.shop.get(f"/v1/{path}").json()["stage"] == "picking"
    handheld.post(f"{path}/open", {"worker": "B1"})
    assert handheld.post(f"{path}/scan", {"code": "mug", "worker": "B1"}).status_code == 409
    handheld.fetch(wave)
    assert handheld.post(f"{path}/open", {"worker": "B2"}).status_code == 409
    wrong = handheld.post(f"{path}/scan", {"code": "teapot", "worker": "B1"}).json()
    assert (wrong["refused"], wrong["tote"]["wrong_scans"]) == ("teapot is none of the units of this parcel.", 1)
    one, same = (handheld.post(f"{path}/scan", {"code": "mug", "worker": "B1"}, key="unit") for _ in range(2))
    assert one.json() == same.json()
    assert Check.objects.get().scanned == 1
    assert handheld.post(f"{path}/close", {"weight_g": 1, "worker": "B1"}).status_code == 409
    handheld.post(f"{path}/scan", {"code": "mug", "worker": "B1"})
    there = handheld.post(f"{path}/scan", {"code": parcel.carton, "worker": "B1"}).json()["tote"]
    assert (there["stage"], there["carton"], there["units"][0]["scanned"]) == ("weight", parcel.carton, 2)
    light = handheld.post(f"{path}/close", {"weight_g": 1, "worker": "B1"}).json()
    assert (light["packed"], light["refused"].startswith("1 g, and")) == (False, True)
    weighed = {"weight_g": there["expected_weight_g"] + 9, "worker": "B1"}
    closed, again = (handheld.post(f"{path}/close", weighed, key="close") for _ in range(2))
    assert (closed.json()["packed"], closed.json()["tote"]["stage"]) == (True, "packed")
    assert closed.json()["tote"]["tracking"] == Label.objects.get().tracking != ""
    assert again.json() == closed.json()
    assert handheld.shop.get(f"/v1/waves/{wave}").json()["state"] == "closed"


def test_without_a_carrier_it_is_packed_and_says_what_kept_the_label_away(place: Place) -> None:
    handheld, wave = on_floor(place, "N-1")
    handheld.fetch(wave)
    tote = Tote.objects.get().code
    handheld.fill(tote)
    grams = handheld.shop.get(f"/v1/totes/{tote}").json()["expected_weight_g"]
    closed = handheld.post(f"totes/{tote}/close", {"weight_g": grams}).json()
    assert (closed["packed"], closed["tote"]["tracking"]) == (True, "")
    assert closed["tote"]["told"].startswith("The label was not bought: there is no account")


def test_a_tote_is_begun_again_left_and_taken_over(place: Place) -> None:
    handheld, wave = on_floor(place, "N-1")
    handheld.fetch(wave)
    path = f"totes/{Tote.objects.get().code}"
    handheld.post(f"{path}/open", {"worker": "B1"})
    handheld.post(f"{path}/scan", {"code": "mug", "worker": "B1"})
    assert handheld.post(f"{path}/begin-again", {"worker": "B2"}).status_code == 409
    assert handheld.post(f"{path}/begin-again", {"worker": "B1"}).json()["units"][0]["scanned"] == 0
    over = {"worker": "B2", "take_over": True}
    assert handheld.post(f"{path}/open", over).status_code == 409
    supervisor = Handheld(place.with_key("supervisor"))
    assert supervisor.post(f"{path}/open", over).json()["packer"].endswith("/B2")
    assert supervisor.post(f"{path}/leave", {"worker": "B2"}).json()["packer"] == ""
    assert handheld.post(f"{path}/open", {"worker": "B1"}).json()["packer"].endswith("/B1")


def test_a_tote_that_lacks_nothing_is_not_refilled_twice(place: Place) -> None:
    handheld, _ = on_floor(place, "N-1")
    tote = Tote.objects.get()
    Pick.objects.filter(tote=tote).update(state="withdrawn")
    Level.objects.filter(product__sku="mug", state="available").update(quantity=0)
    first, again = (handheld.post(f"totes/{tote.code}/refill", key="fill") for _ in range(2))
    assert (first.status_code, first.json()["to_pick"], again.json()) == (200, 1, first.json())
    handheld.post(f"totes/{tote.code}/refill")
    assert Pick.objects.filter(tote=tote, state="open").count() == 1


def test_goods_are_put_back_by_the_scan_of_their_bin(place: Place) -> None:
    handheld, wave = on_floor(place, "N-1")
    handheld.fetch(wave)
    place.with_key().post("/v1/orders/N-1/cancel", {"reason": "other"})
    (row,) = handheld.shop.get("/v1/put-backs").json()["data"]
    assert (row["sku"], row["bin"], row["quantity"], row["order"]) == ("mug", "A-1", 1, "N-1")
    path = f"put-backs/{row['put_back']}/scan"
    assert handheld.post(path, {"code": "A-2"}).json() == {"done": False, "refused": "A-2 is not the bin: A-1 is."}
    first, again = (handheld.post(path, {"code": "A-1"}, key="back") for _ in range(2))
    assert (first.json(), again.json()) == ({"done": True, "refused": ""},) * 2
    assert handheld.post(path, {"code": "A-1"}).status_code == 404
    assert handheld.shop.get("/v1/put-backs").json()["data"] == []


def test_what_a_bin_lacked_is_settled_once_by_those_who_may(place: Place) -> None:
    handheld, wave = on_floor(place, "N-1")
    pick = handheld.next(wave)["pick"]
    handheld.post(f"picks/{pick}/short", {"there": 0, "reason": "not_there"})
    supervisor = Handheld(place.with_key("supervisor"))
    (row,) = supervisor.shop.get("/v1/missing").json()["data"]
    assert (row["sku"], row["bin"], row["quantity"], row["found"]) == ("mug", "A-1", 1, None)
    path, said = f"missing/{row['missing']}/settle", {"found": 1, "reason": "behind the shelf"}
    assert handheld.post(path, said).status_code == 403
    assert supervisor.post(path, {"found": 2, "reason": "x"}).status_code == 409
    assert supervisor.post(path, {"found": 1, "reason": ""}).status_code == 422
    before = supervisor.shop.get("/v1/stock?sku=mug").json()["data"]
    first, again, anew = (supervisor.post(path, said, key=key) for key in ("a", "a", "b"))
    assert [one.json()["found"] for one in (first, again, anew)] == [1, 1, 1]
    after = supervisor.shop.get("/v1/stock?sku=mug").json()["data"]
    assert sum(one["available"] for one in after) == sum(one["available"] for one in before) + 1
    assert supervisor.post(path, {"found": 0, "reason": "lost"}).status_code == 409
    assert supervisor.shop.get("/v1/missing").json()["data"] == []


def test_nobody_without_the_right_walks_the_floor(place: Place) -> None:
    handheld, wave = on_floor(place, "N-1")
    pick = handheld.next(wave)["pick"]
    tote = Tote.objects.get().code
    for role in ("brand_admin", "brand_viewer"):
        other = Handheld(place.with_key(role))
        assert other.shop.get(f"/v1/picks/{pick}").status_code == 200
        assert other.shop.get(f"/v1/totes/{tote}").status_code == 200
        for path, body in (
            (f"waves/{wave}/picks/next", {}),
            (f"picks/{pick}/scan", {"code": "A-1"}),
            (f"totes/{tote}/open", {}),
            (f"totes/{tote}/close", {"weight_g": 9}),
        ):
            assert other.post(path, body).status_code == 403
    assert handheld.shop.post(f"/v1/picks/{pick}/scan", {"code": "A-1"}).status_code == 422  # it has no key


def test_what_the_floor_is_asked_costs_the_same_however_much_is_on_it(place: Place) -> None:
    costs = []
    for codes in (("A-1",), ("B-1", "B-2", "B-3", "B-4")):
        handheld, wave = on_floor(place, *codes)
        tote = Tote.objects.filter(wave__code=wave).first()
        assert tote is not None
        for path in (f"/v1/waves/{wave}/totes", f"/v1/totes/{tote.code}", f"/v1/totes?code={tote.code}"):
            with CaptureQueriesContext(connection) as asked:
                assert handheld.shop.get(path).status_code == 200
            costs.append(len(asked))
    assert costs[:3] == costs[3:]
    assert max(costs) <= 7
