"""Every operation asked with all that its description allows, and with what it forbids: no 5xx, and what it says holds.

The short form runs with everything else, always with the same examples; DOORSTEP_STORM=1 makes many and new ones.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from django.db import connection
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.api.shop import Place, order

from doorstep.server.wsgi import application

if TYPE_CHECKING:
    from schemathesis import Case

STORM = bool(os.environ.get("DOORSTEP_STORM"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@schemathesis.serializer("application/x-ndjson", "text/csv")
def lines(_context: object, value: object) -> bytes:
    """Send whatever was made up as a line of text."""
    return value if isinstance(value, bytes) else json.dumps(value, default=str).encode()


if connection.vendor != "sqlite":
    # A request that comes as from a server closes its connection. Said before thousands of examples are made up.
    pytest.skip("ASKED ON SQLITE ONLY: each request would end the transaction of the test", allow_module_level=True)

pytestmark = [pytest.mark.django_db]
schema = schemathesis.openapi.from_wsgi("/v1/openapi.json", application)


@pytest.fixture
def key(place: Place) -> str:
    """Of an administrator, whose shop has an order; placed once for all that one operation is asked."""
    place.with_key("brand_writer").post("/v1/orders", order(), idempotency_key="own")
    return place.with_key("operator_admin").key


@schema.parametrize()
@settings(
    max_examples=100 if STORM else 4,
    derandomize=not STORM,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_what_is_described_is_what_is_answered(case: Case[Any], key: str) -> None:
    case.call_and_validate(headers={"Authorization": f"Bearer {key}"}, checks=CHECKS)
