"""What a brand's choices go by beside money, as a program sets and reads it."""

from __future__ import annotations

import pytest
from tests.api.shop import NOW, Place

from doorstep.core.learned.insights import Kept, keep

pytestmark = pytest.mark.django_db
PATH = "/v1/brands/tea/steering"
VALUE = {"worth": "day_sooner", "segment": "loyal", "country": "DE", "value_micros": 10_000_000}
PRICE = {"carrier": "Postbird", "service": "", "price_micros": -1, "valid_from": None, "valid_to": "2026-12-31"}
TRIAL = {"service": "express", "share_ppm": 20_000, "most_extra_micros": 400_000}
SHOWING = {"most": 2, "borne_micros": 0, "margin_micros": 0, "surplus_ppm": 1_000_000}


def test_nothing_is_in_force_until_it_is_put(place: Place) -> None:
    shop = place.with_key("operator_admin")
    keep(place.brand, "customers", Kept(NOW.date(), NOW, {"values": [["day_sooner", 5, "", "DE"]]}), "system")
    found = shop.get(PATH).json()
    assert (found["values"], found["commitments"], found["showing"], found["values_put"]) == ([], [], None, None)
    assert found["learned"] == [{"worth": "day_sooner", "segment": "", "country": "DE", "value_micros": 5}]
    assert found["learned_as_of"] == NOW.date().isoformat()


def test_what_is_left_out_stays_and_null_ends_it(place: Place) -> None:
    shop = place.with_key("operator_admin")
    first = shop.ask("PATCH", PATH, {"values": [VALUE], "commitments": [PRICE], "showing": SHOWING}).json()
    assert (first["values"], first["commitments"], first["showing"]) == ([VALUE], [PRICE], SHOWING)
    assert first == shop.get(PATH).json()
    after = shop.ask("PATCH", PATH, {"showing": None, "commitments": []}).json()
    assert (after["values"], after["commitments"], after["showing"]) == ([VALUE], [], None)
    assert after["values_put"] == first["values_put"]
    assert shop.ask("PATCH", PATH, {}).json() == after


def test_services_are_tried_as_they_were_put_beside_those_proposed(place: Place) -> None:
    shop = place.with_key("operator_admin")
    keep(place.brand, "carriers", Kept(NOW.date(), NOW, {"trials": [["express", 5, 6]]}), "system")
    found = shop.ask("PATCH", PATH, {"trials": [TRIAL]}).json()
    assert (found["trials"], found["trials_put"] is not None) == ([TRIAL], True)
    assert found["proposed"] == [{"service": "express", "share_ppm": 5, "most_extra_micros": 6}]
    assert found["proposed_as_of"] == NOW.date().isoformat()
    assert shop.ask("PATCH", PATH, {"trials": []}).json()["trials_put"] is None


def test_a_decision_names_the_version(place: Place) -> None:
    shop = place.with_key("operator_admin")
    put = shop.ask("PATCH", PATH, {"values": [VALUE | {"segment": ""}]}).json()["values_put"]
    from tests.api.shop import order

    shop.post("/v1/orders", order("V-1", segment="loyal"), idempotency_key="v")
    found = shop.get("/v1/orders/V-1/decision").json()
    assert found["steering"] == [{"kind": "values", **put}]


@pytest.mark.parametrize(
    "said",
    [
        {"values": [VALUE, VALUE]},
        {"values": [VALUE | {"worth": "beauty"}]},
        {"commitments": [PRICE | {"price_micros": 10**12}]},
        {"showing": SHOWING | {"most": 9}},
        {"exploring": True},
        {"trials": [TRIAL | {"share_ppm": 500_001}]},
        {"trials": [TRIAL, TRIAL]},
    ],
)
def test_what_cannot_be_is_refused_whole(place: Place, said: dict[str, object]) -> None:
    shop = place.with_key("operator_admin")
    answer = shop.ask("PATCH", PATH, {"values": [VALUE], **said})
    assert answer.status_code == 422
    assert shop.get(PATH).json()["values"] == []


def test_who_may_not_manage_is_refused(place: Place) -> None:
    for role in ("brand_viewer", "quote_only"):
        shop = place.with_key(role)
        assert shop.get(PATH).status_code == 403
        assert shop.ask("PATCH", PATH, {"values": []}).status_code == 403
