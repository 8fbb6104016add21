"""HTTP with the sandbox carrier, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from ssl import SSLContext
from typing import Any

import httpx

from doorstep.plugins.carriers.base import CarrierRefused, CarrierUnreachable, Settings


class Client:
    """One request each, never repeated here: whether to ask again is decided where the intent is kept."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def post(self, path: str, body: Mapping[str, Any], key: str = "") -> dict[str, Any]:
        told = self._ask("POST", path, json=dict(body), headers={"Idempotency-Key": key} if key else {})
        return told or {}

    def get(self, path: str, **query: str) -> dict[str, Any] | None:
        """None: the carrier knows nothing of it."""
        return self._ask("GET", path, params=query)

    def _ask(self, method: str, path: str, **more: Any) -> dict[str, Any] | None:
        settings = self._settings
        headers = {"Authorization": f"Bearer {settings.api_key}", **more.pop("headers", {})}
        try:
            with httpx.Client(base_url=settings.base_url, timeout=settings.timeout_s, verify=_trusted()) as client:
                answer = client.request(method, path, headers=headers, **more)
            told = answer.json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise CarrierUnreachable(f"the carrier does not answer: {type(error).__name__}") from error
        if answer.status_code == 404 and method == "GET":
            return None
        if answer.status_code in (408, 425, 429) or answer.status_code >= 500 or not isinstance(told, dict):
            raise CarrierUnreachable(f"the carrier answers {answer.status_code}")
        if answer.status_code >= 400:
            raise CarrierRefused(str(told.get("detail") or f"the carrier answers {answer.status_code}"))
        return told


@cache
def _trusted() -> SSLContext:
    """Whose certificates are believed: read once, for it takes longer than all the rest of a request."""
    return httpx.create_ssl_context()
