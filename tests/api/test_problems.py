"""Whatever goes wrong under /v1 is a problem of RFC 9457."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.api.shop import Shop

from doorstep.api.problems import CODES, TITLES
from doorstep.core.network import queries

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/v1/", "/v1/nothing", "/v1/orders/", "/v1/stock/changes/x", "/v1/docs/x", "/v1/%00"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_unknown_address_is_a_problem(path: str, method: str) -> None:
    answer = Client(enforce_csrf_checks=True).generic(method, path)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert told["type"] == "/v1/docs#not_found"
    assert (told["status"], told["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", "/v1/orders", "GET, POST"),
        ("DELETE", "/v1/orders/N-1", "GET, PATCH"),
        ("POST", "/v1/stock", "GET"),
        ("PATCH", "/v1/keys/1", "DELETE"),
    ],
)
def test_a_method_that_an_address_does_not_know(method: str, path: str, allow: str) -> None:
    answer = Client(enforce_csrf_checks=True).generic(method, path)
    assert (answer.status_code, answer.headers["Allow"]) == (405, allow)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "method_not_allowed"


def test_a_fault_of_ours_is_told_without_its_insides(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_scope: object) -> None:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr(queries, "sites", broken)
    answer = shop.get("/v1/sites")
    assert (answer.status_code, answer.json()["code"]) == (500, "error")
    assert b"secret" not in answer.content


def test_every_code_has_a_title() -> None:
    assert {status for status, _ in CODES.values()} == set(TITLES)
