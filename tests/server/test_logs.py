"""Lines of the log tell what happened, and nobody's name, address, code or token."""

from __future__ import annotations

import json
import logging
import logging.config
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from tests.api.shop import NOW, Place, opened, order

from doorstep.api import orders
from doorstep.core.accounts import actions
from doorstep.server import clock, logs

pytestmark = pytest.mark.django_db
PERSON = {
    "name": "Wilhelmina Zschokke", "company": "Zschokke & Daughters", "address_1": "Kirchgasse 77b",
    "city": "Oberursel", "region": "HE", "postcode": "61440", "country": "DE",
    "email": "wilhelmina@zschokke.example", "phone": "+49617155512345", "latitude": 50.2029, "longitude": 8.5769,
}  # fmt: skip
SECRETS = ("Wilhelmina", "Zschokke", "Kirchgasse", "Oberursel", "61440", "zschokke.example", "55512345", "50.2029",
           "O-PRIVATE-1", "C-PRIVATE-2")  # fmt: skip


class Said:
    """What a process has written to its standard error so far."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys, self._before = capsys, ""

    def getvalue(self) -> str:
        self._before += self._capsys.readouterr().err
        return self._before


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Said]:
    """The log at its most talkative level."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    logging.config.dictConfig(logs.config({"DOORSTEP_LOG": "json", "DOORSTEP_LOG_LEVEL": "debug"}))
    yield Said(capsys)
    logging.config.dictConfig(logs.config({}))


def told(written: Said) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def sent(place: Place, client: Client) -> int:
    body = order("O-PRIVATE-1", customer="C-PRIVATE-2", to=PERSON)
    key = place.with_key().key
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "1", "X-Request-ID": "caller-0001"}
    answer = client.post("/v1/orders?note=Wilhelmina", json.dumps(body), "application/json", headers=headers)
    return answer.status_code


def test_an_order_leaves_no_trace_of_the_person(lines: Said) -> None:
    place, client = opened(), Client(raise_request_exception=False)
    assert sent(place, client) == 422  # for the filter that there is not
    headers = {"Authorization": f"Bearer {place.with_key().key}", "Idempotency-Key": "2"}
    body = json.dumps(order("O-PRIVATE-1", customer="C-PRIVATE-2", to=PERSON))
    assert client.post("/v1/orders", body, "application/json", headers=headers).status_code == 201
    assert client.get("/v1/orders/O-PRIVATE-1", headers=headers).status_code == 200
    assert client.get("/t/a-token-that-opens-nothing").status_code == 404
    assert client.post("/login", {"username": PERSON["email"], "password": "Wilhelmina"}).status_code == 200
    found = told(lines)
    assert [one["route"] for one in found] == [
        "v1/orders", "v1/orders", "v1/orders/<path:order>", "t/<str:token>", "login"
    ]  # fmt: skip
    assert [one["status"] for one in found] == [422, 201, 200, 404, 200]
    assert {one["operator"] for one in found[:3]} == {place.operator}
    assert all(one["key"] > 0 and one["duration_ms"] >= 0 for one in found[:3])
    assert found[0]["request_id"] == "caller-0001"
    assert not [secret for secret in (*SECRETS, "a-token-that") if secret in lines.getvalue()]


def test_a_failure_is_told_by_where_it_happened_alone(lines: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any, **given: Any) -> None:
        raise ValueError(f"cannot place {PERSON} as {given}") from KeyError(PERSON["name"])

    monkeypatch.setattr(orders, "accept_order", fails)
    place, client = opened(), Client(raise_request_exception=False)
    headers = {"Authorization": f"Bearer {place.with_key().key}", "Idempotency-Key": "2"}
    body = json.dumps(order("O-PRIVATE-1", customer="C-PRIVATE-2", to=PERSON))
    assert client.post("/v1/orders", body, "application/json", headers=headers).status_code == 500
    failed, request, answered = told(lines)
    assert answered["logger"] == "django.request"
    assert (failed["level"], failed["event"]) == ("error", "the request failed")
    assert [one["type"] for one in failed["exception"]] == ["builtins.ValueError", "builtins.KeyError"]
    assert any(" fails" in frame for frame in failed["exception"][0]["at"])
    assert failed["request_id"] == request["request_id"]
    assert request["status"] == 500
    assert not [secret for secret in SECRETS if secret in lines.getvalue()]


def test_a_page_that_fails_is_told_by_its_route(lines: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    from doorstep.web.views import tracking

    def fails(*_: Any) -> None:
        raise RuntimeError(PERSON["address_1"])

    monkeypatch.setattr(tracking, "followed", fails)
    answer = Client(raise_request_exception=False).get("/t/" + "O-PRIVATE-1")
    assert answer.status_code == 500
    failed, request = told(lines)
    assert (failed["logger"], failed["route"]) == ("django.request", "t/<str:token>")
    assert request["status"] == 500
    assert not [secret for secret in SECRETS if secret in lines.getvalue()]


def test_what_other_packages_say_comes_without_their_values(lines: Said) -> None:
    foreign = logging.getLogger("carrier.of.others")
    foreign.warning("no answer for %s", PERSON["email"])
    foreign.warning("no answer for " + str(PERSON["email"]))
    foreign.error("broken", extra={"status": 7, "email": PERSON["email"]})
    assert [one["event"] for one in told(lines)][:1] == ["no answer for %s"]
    assert all(one["event"].startswith("test_logs:") for one in told(lines)[1:])
    assert told(lines)[2]["status"] == 7
    assert "zschokke" not in lines.getvalue()


@pytest.mark.parametrize("said", ["", "short", "x" * 65, "a b c d e f g h", "ann@example.com", "line\nbreak-it"])
def test_a_number_that_is_none_is_replaced(said: str) -> None:
    headers = {"X-Request-ID": said} if said and "\n" not in said else {}
    answer = Client(headers=headers).get("/v1/orders")
    assert len(answer.headers["X-Request-ID"]) == 32
    assert answer.headers["X-Request-ID"] != said


def test_a_person_is_told_by_number(lines: Said) -> None:
    place = opened()
    user = actions.add_user("ann@example.com", "Ann", "a long pass phrase", "operator_admin", place.operator)
    client = Client()
    client.post("/login", {"username": "ann@example.com", "password": "a long pass phrase"})
    assert client.get("/orders?search=Wilhelmina").status_code == 200
    last = told(lines)[-1]
    assert (last["operator"], last["user"]) == (place.operator, user)
    assert "ann@example" not in lines.getvalue()


def test_settings_that_there_are_not_are_refused() -> None:
    for wrong in ({"DOORSTEP_LOG": "xml"}, {"DOORSTEP_LOG_LEVEL": "loud"}):
        with pytest.raises(ValueError, match="is one of"):
            logs.config(wrong)
