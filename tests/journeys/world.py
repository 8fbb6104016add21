"""A shop, a carrier, a mail server and two browsers: all that an order meets on its way, each by its own door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import pypdfium2
import zxingcpp
from playwright.sync_api import Page, expect
from tests.chromium import accessible, go, keep, scrolls_one_way
from tests.plugins.mail_server import Handler
from tests.sandbox.running import tell

from doorstep.domain.rights import Scope
from doorstep.flows.chores import Rota
from doorstep.sandbox.server import SandboxServer

EMAIL = "ops@harbour.example"
PASSWORD = "a long enough password"
DPI = 203


@dataclass(slots=True)
class Watch:
    """The one clock: the server reads it, and so does the carrier when it signs."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass(slots=True)
class World:
    url: str
    scope: Scope
    brand: int
    key: str
    watch: Watch
    carrier: SandboxServer
    mails: Handler
    rota: Rota
    tower: Page  # of somebody who works there, at a desk
    phone: Page  # of the shopper
    complaints: list[list[str]]  # of each browser

    def ask(self, path: str, body: object = None, **headers: str) -> Any:
        """Ask the API, as the shop's checkout does."""
        sent = {"Authorization": f"Bearer {self.key}", **{k.replace("_", "-"): v for k, v in headers.items()}}
        method = "GET" if body is None else "POST"
        answer = httpx.request(method, f"{self.url}{path}", json=body, headers=sent, timeout=30)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def order(self, code: str, sku: str, quantity: int, **more: Any) -> dict[str, Any]:
        """Quote a cart, accept the cheapest option and place the order; gives the option as it was quoted."""
        to = {"country": "DE", "region": "BY", "postcode": "80331", "city": "Munich"}
        lines = [{"sku": sku, "quantity": quantity}]
        quote = self.ask("/v1/quotes", {"to": to, "lines": lines})
        option: dict[str, Any] = quote["options"][0]
        accepted = self.ask(f"/v1/quotes/{quote['quote']}/accept", {"option": 0}, Idempotency_Key=f"accept-{code}")
        assert accepted["state"] == "accepted"
        person = {"name": "Ann Example", "address_1": "Ring 1", "email": "ann@shopper.example"}
        placed = {
            "order": code,
            "channel": "web",
            "placed_at": self.watch.now.isoformat(),
            "customer": "ann",
            "to": {**to, **person, "latitude": 48.137, "longitude": 11.575},
            "lines": [{**line, "unit_price_minor": 900} for line in lines],
            "quote": quote["quote"],
            **more,
        }
        made = self.ask("/v1/orders", placed, Idempotency_Key=f"order-{code}")
        assert made["state"] == "planned", made
        return option

    def go(self, address: str) -> Page:
        go(self.tower, self.url + address)
        return self.tower

    def scan(self, code: str) -> None:
        """As a scanner does: characters, then Enter, into whatever has the focus; it takes a minute."""
        self.watch.now += timedelta(minutes=1)
        self.tower.wait_for_function("document.activeElement.matches('input')")  # nobody scans before the page is there
        self.tower.keyboard.type(code)
        with self.tower.expect_navigation():
            self.tower.keyboard.press("Enter")

    def refused(self, words: str) -> None:
        expect(self.tower.get_by_role("alert")).to_contain_text(words)

    def advance(self, steps: int = 1) -> None:
        """Let the carrier's parcels make steps; its scans come by webhook, and time goes on for all."""
        for _ in range(steps):
            told = tell(self.carrier, "/advance", steps=1)
            assert told["sent"] == told["scans"], told
            self.watch.now = max(self.watch.now, datetime.fromisoformat(told["clock"]) + timedelta(minutes=10))

    def work(self) -> None:
        """Let the worker do what is due."""
        self.rota.turn(self.watch.now)

    def seen(self, page: Page, picture: str = "") -> None:
        """Check a page as everybody meets it, no barrier, no sideways scrolling; a picture is kept if asked for."""
        accessible(page)
        scrolls_one_way(page)
        keep(page, picture)


def codes(pdf: bytes) -> dict[str, str]:
    """Read the bars of a label from the page that a printer would get, by what kind they are."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        picture = document[0].render(scale=DPI / 72).to_pil()
    finally:
        document.close()
    return {str(one.content_type).rsplit(".", 1)[-1]: one.text for one in zxingcpp.read_barcodes(picture)}
