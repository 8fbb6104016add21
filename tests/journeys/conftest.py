"""The world in which an order travels: the tea shop, its goods in bins, the carrier at a port of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, expect
from pytest_django.live_server_helper import LiveServer
from tests.chromium import complaints_of, log_in
from tests.journeys.world import EMAIL, PASSWORD, Watch, World
from tests.plugins.mail_server import mail_server
from tests.record.brand import TEA_SHOP, loaded
from tests.sandbox.running import HOOK, KEY, sandbox, tell

from doorstep.core.accounts import actions as accounts
from doorstep.core.accounts.models import Brand
from doorstep.core.catalog.models import Product
from doorstep.core.network.models import Site
from doorstep.core.stock.actions import receive
from doorstep.flows.carriers import register_sandbox
from doorstep.flows.chores import Rota, chores
from doorstep.flows.standing import forget
from doorstep.sandbox import HOOK_VARIABLE, KEY_VARIABLE
from doorstep.server import clock

expect.set_options(timeout=20_000)  # a machine may be busy with something else

MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
REFUSAL = "the server responded with a status of 422"  # to a wrong scan, which the page says in words
BINS = {"mug": "A-02", "teapot": "B-01"}


@pytest.fixture
def world(
    browser: Browser,
    transactional_db: None,  # noqa: ARG001
    live_server: LiveServer,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Iterator[World]:
    forget()
    watch = Watch(MONDAY)
    monkeypatch.setattr(clock, "now", watch)
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    monkeypatch.setenv(HOOK_VARIABLE, HOOK)
    monkeypatch.setattr(settings, "PUBLIC_ADDRESS", live_server.url)
    scope, brand = loaded(_without_stock(tmp_path / "shop"))
    Brand.objects.filter(pk=brand).update(support_email="help@tea.example")
    berlin = Site.objects.get(operator_id=scope.operator, code="berlin")
    for sku, bin in BINS.items():
        receive(brand, berlin.pk, Product.objects.get(brand_id=brand, sku=sku).pk, 20, bin, at=MONDAY, actor="user:1")
    accounts.add_user(EMAIL, "Olga at the harbour", PASSWORD, "operator_admin", scope.operator)
    key = accounts.add_key(scope.operator, brand, "checkout", "brand_writer", at=MONDAY)[1]
    desk = browser.new_context(viewport={"width": 1280, "height": 900})
    pocket = browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    with sandbox(tmp_path / "carrier", now=watch) as carrier, mail_server() as (mails, smtp):
        account = register_sandbox(scope, carrier.url)[0]
        tell(carrier, "/hook", url=f"{live_server.url}/hooks/carriers/{account.pk}")
        tower, phone = desk.new_page(), pocket.new_page()
        made = World(
            url=live_server.url,
            scope=scope,
            brand=brand,
            key=key,
            watch=watch,
            carrier=carrier,
            mails=mails,
            rota=Rota(chores(smtp)),
            tower=tower,
            phone=phone,
            complaints=[complaints_of(one, live_server.url, but=REFUSAL) for one in (tower, phone)],
        )
        log_in(tower, f"{live_server.url}/login", EMAIL, PASSWORD)
        for page in (tower, phone):
            page.set_default_timeout(15_000)
        yield made
        _close(desk, pocket)


def _close(*contexts: BrowserContext) -> None:
    for context in contexts:
        context.close()


def _without_stock(folder: Path) -> Path:
    """The tea shop with empty shelves and no orders: goods are received into bins."""
    shutil.copytree(TEA_SHOP, folder)
    for name in ("stock", "orders", "order_lines"):
        file = folder / f"{name}.csv"
        file.write_text(file.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    return folder
