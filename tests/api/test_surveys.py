"""The question after delivery: answered by the shopper's link, read by the brand. And disruptions that are changed."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from tests.api.shop import NOW, Place, Shop, order

from doorstep.core.events.models import Fact
from doorstep.core.messages.models import SurveyAnswer
from doorstep.core.parcels.models import Parcel

pytestmark = pytest.mark.django_db
STORM = {"kind": "weather", "site": "munich", "starts_on": "2026-11-16", "ends_on": "2026-11-20", "delay_days": 1}


def token(shop: Shop, code: str = "N-1") -> str:
    shop.post("/v1/orders", order(code), idempotency_key=code)
    return str(shop.get(f"/v1/orders/{code}").json()["tracking_url"].rpartition("/")[2])


def answered(link: str, body: Any, query: str = "") -> Any:
    return Client(enforce_csrf_checks=True).post(f"/v1/surveys/{link}{query}", body, content_type="application/json")


def test_the_shopper_answers_by_their_link_and_the_brand_reads_it(place: Place) -> None:
    shop = place.with_key("brand_writer")
    link = token(shop)
    early = answered(link, {"wish": "faster"})
    assert (early.status_code, early.json()["code"]) == (409, "conflict")
    Parcel.objects.update(state="delivered", ended_at=NOW)
    said = {"wish": "cheaper", "satisfied": True}
    for _ in range(2):
        answer = answered(link, said)
        assert (answer.status_code, answer.json()) == (200, said)
    assert Fact.objects.filter(kind="SurveyAnswered").count() == 1
    assert answered(link, {"wish": "as_it_was"}).json() == {"wish": "as_it_was", "satisfied": None}
    assert SurveyAnswer.objects.count() == 1
    (row,) = shop.get("/v1/surveys?order=N-1").json()["data"]
    assert (row["order"], row["wish"], row["satisfied"], row["delivered_on"]) == (
        "N-1",
        "as_it_was",
        None,
        "2026-11-16",
    )
    assert shop.get("/v1/surveys?order=N-2").json()["data"] == []
    assert place.with_key("quote_only").get("/v1/surveys").status_code == 403


def test_a_link_that_was_not_given_out_answers_nothing(place: Place) -> None:
    link = token(place.with_key())
    Parcel.objects.update(state="delivered", ended_at=NOW)
    for wrong in (f"{link}x", "1.1~forged", "x" * 500, "nonsense"):
        assert answered(wrong, {"wish": "faster"}).status_code == 404
    assert answered(link, {"wish": "dearer"}).status_code == 422
    assert answered(link, {"wish": "faster"}, "?brand=tea").status_code == 422
    assert not SurveyAnswer.objects.exists()


def test_answers_come_by_pages(place: Place) -> None:
    shop = place.with_key("brand_writer")
    links = [token(shop, code) for code in ("N-1", "N-2", "N-3")]
    Parcel.objects.update(state="delivered", ended_at=NOW)
    for link in links:
        answered(link, {"wish": "faster"})
    first = shop.get("/v1/surveys?limit=2").json()
    rest = shop.get(f"/v1/surveys?limit=2&after={first['next']}").json()
    assert [one["order"] for one in first["data"] + rest["data"]] == ["N-3", "N-2", "N-1"]
    assert rest["next"] is None


def test_a_disruption_with_a_key_is_declared_once(place: Place) -> None:
    planner = place.with_key("supervisor")
    first, again = (planner.post("/v1/disruptions", STORM, idempotency_key="d") for _ in range(2))
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    assert Fact.objects.filter(kind="DisruptionDeclared").count() == 1
    planner.post("/v1/disruptions", STORM)
    assert Fact.objects.filter(kind="DisruptionDeclared").count() == 2


def test_a_disruption_is_changed_once(place: Place) -> None:
    planner = place.with_key("supervisor")
    path = f"/v1/disruptions/{planner.post('/v1/disruptions', STORM).json()['id']}"
    change = {"delay_days": 3, "text": "Roads are closed."}
    first, again = (planner.ask("PATCH", path, change, idempotency_key="w") for _ in range(2))
    assert (first.status_code, again.json()) == (200, first.json())
    assert (first.json()["delay_days"], first.json()["ends_on"]) == (3, STORM["ends_on"])
    assert first.json()["text"] == "Roads are closed."
    assert planner.ask("PATCH", path, {"ends_on": "2026-11-22"}, idempotency_key="x").json()["delay_days"] == 3
    assert Fact.objects.filter(kind="DisruptionChanged").count() == 2
    early = planner.ask("PATCH", path, {"ends_on": "2026-11-01"}, idempotency_key="y")
    assert (early.status_code, early.json()["code"]) == (409, "conflict")
    assert place.with_key("brand_admin").ask("PATCH", path, change, idempotency_key="z").status_code == 403
    planner.post(f"{path}/end", None)
    assert planner.ask("PATCH", path, change, idempotency_key="v").status_code == 404
