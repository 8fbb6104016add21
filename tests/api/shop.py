"""A shop that talks to the API: the tea shop in the record, and a key in hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, cast

from django.http import HttpResponse
from django.test import Client
from tests.api.routes import conforms

from doorstep.core.accounts import actions as accounts
from doorstep.domain.rights import BRAND_ROLES, Role
from doorstep.flows.load_brand import load_brand

TEA_SHOP = Path(__file__).resolve().parents[2] / "examples" / "tea_shop"
NOW = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)


class Answer(Protocol):
    """What the tests look at of a response."""

    @property
    def status_code(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    @property
    def content(self) -> bytes: ...

    def json(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Shop:
    """A program with a key."""

    key: str

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Headers by their names with underscores: `idempotency_key="1"`."""
        kind = headers.pop("content_type", "application/json")
        sent = {
            "Authorization": f"Bearer {self.key}",
            **{name.replace("_", "-"): text for name, text in headers.items()},
        }
        client = Client(headers=sent)
        content = body if isinstance(body, bytes) else _json(body)
        answer = client.generic(method, path, b"" if body is None else content, kind)
        if answer.streaming:  # lines of JSON, which no schema describes
            told = HttpResponse(b"".join(cast(Any, answer).streaming_content), status=answer.status_code)
            return cast(Answer, told)
        if 200 <= answer.status_code < 300 and answer.headers["Content-Type"] == "application/json":
            conforms(method, answer.resolver_match.route, answer.status_code, answer.json())
        return answer

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any, **headers: str) -> Answer:
        return self.ask("POST", path, body, **headers)


@dataclass(frozen=True, slots=True)
class Place:
    """The tea shop and its operator in the record."""

    operator: int
    brand: int

    def with_key(self, role: Role = "brand_writer", brand: int | None = None) -> Shop:
        of = (brand or self.brand) if role in BRAND_ROLES else None
        return Shop(accounts.add_key(self.operator, of, "test", role, at=NOW)[1])


def opened(operator: str = "north", folder: Path = TEA_SHOP) -> Place:
    operator_id = accounts.add_operator(operator, operator.title())
    return Place(operator_id, load_brand(operator_id, folder, now=NOW).brand_id)


def order(code: str = "N-1", sku: str = "mug", quantity: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "order": code,
        "channel": "web",
        "placed_at": "2026-11-16T11:00:00+01:00",
        "customer": "ann",
        "to": {"name": "Ann", "address_1": "Ring 1", "city": "Munich", "region": "BY", "postcode": "80331",
               "country": "DE", "latitude": 48.137, "longitude": 11.575},
        "lines": [{"sku": sku, "quantity": quantity, "unit_price_minor": 900}],
        **more,
    }  # fmt: skip


def _json(body: Any) -> bytes:
    return json.dumps(body).encode()
