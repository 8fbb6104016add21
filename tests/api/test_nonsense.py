"""Whatever is sent, the answer is ours: never a 5xx, always JSON, and nothing is half done."""

from __future__ import annotations

import copy
import json
from random import Random
from typing import Any
from urllib.parse import quote

import pytest
from tests.api.routes import Route, routes
from tests.api.shop import Place, order

from doorstep.api.openapi import described
from doorstep.core.orders.models import Order, OrderLine, Person

pytestmark = pytest.mark.django_db
NASTY: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**53, 2**63, 2**64, -(2**63), 10**30, 0.5, -0.0, 1e308, "", " ", "0", "x",
    "\0", "a\0b", "\n", "\u2028", "\ud7ff", "\U0001f375" * 50, "x" * 101, "x" * 3_000, "'; DROP TABLE orders; --",
    "%", "_", "../..", "a/b", "null", "DE", "XK", "2026-11-16", "2026-02-30", "9999-12-31", "0001-01-01",
    "2026-11-16T11:00:00Z", "2198-12-31T23:59:59-14:00", "1971-01-01T00:00:00+14:00", "2026-11-16T11:00:60Z", "٣",
    [], [None], {}, {"x": 1}, [[]], [{}],
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] * bool(path) + [deeper for name, one in inside for deeper in places(one, (*path, name))]


def changed(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    body = copy.deepcopy(body)
    inner = body
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    return body


def test_an_order_with_anything_anywhere(place: Place) -> None:
    shop, random = place.with_key(), Random(7)
    whole = order(
        speed="standard", residential=True, signed_for=False, saturday=False, pickup_point="", safe_place="shed",
        not_before="2026-11-20", promised_by="2026-11-30", on_shortage="hold", brand="tea",
    )  # fmt: skip
    whole["to"] |= {"company": "", "address_2": "", "phone": "", "email": ""}
    whole["lines"][0]["line"] = "1"
    seen: dict[int, int] = {}
    before = Order.objects.count()
    everywhere = [(path, value) for path in places(whole) for value in NASTY]
    for number, (path, value) in enumerate(random.sample(everywhere, 500)):
        body = changed(whole | {"order": f"F-{number}"}, path, value)
        answer = shop.post("/v1/orders", json.dumps(body).encode(), idempotency_key=str(number))
        assert answer.status_code in (201, 404, 409, 422), (path, value, answer.content)
        assert answer.json() is not None
        seen[answer.status_code] = seen.get(answer.status_code, 0) + 1
    assert seen[201] > 20
    assert seen[422] > 200
    assert Order.objects.count() == before + seen[201]
    assert OrderLine.objects.filter(order__code__startswith="F-").exists()
    assert Person.objects.count() == Order.objects.count()


@pytest.mark.parametrize("route", [one for one in routes() if one.method == "GET"], ids=str)
def test_a_question_with_anything_in_it(place: Place, route: Route) -> None:
    shop = place.with_key("operator_admin")
    operation = described()["paths"][route.path]["get"]
    texts = [value if isinstance(value, str) else json.dumps(value) for value in NASTY]
    for parameter in operation["parameters"]:
        for text in texts:
            path, query, headers = route.path, "", {}
            if parameter["in"] == "path":
                path = path.replace("{" + parameter["name"] + "}", quote(text, safe=""))
            elif parameter["in"] == "query":
                query = f"?{parameter['name']}={quote(text, safe='')}"
            elif text.isprintable() and text.isascii():
                headers = {parameter["name"]: text}
            answer = shop.get(path.replace("{", "").replace("}", "") + query, **headers)
            allowed = {200, 304, 404, 422} | ({405} if parameter["in"] == "path" and not text else set())  # another's
            assert answer.status_code in allowed, (parameter, text, answer.content)
