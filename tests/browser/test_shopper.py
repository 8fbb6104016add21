"""The shopper's page in Chromium: on a phone and wide, light and dark, with a thumb and without JavaScript."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer
from tests.web.filled import Filled, fill

from doorstep.core.parcels.models import Parcel
from doorstep.flows.track_page import token_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PICTURES = os.environ.get("DOORSTEP_PICTURES", "")  # a folder to keep screenshots in
Scheme = Literal["light", "dark"]


@pytest.fixture(scope="module", autouse=True)
def _database_beside_an_event_loop() -> Iterator[None]:
    """Playwright keeps an event loop in this thread, which Django takes for a reason not to touch the database."""
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    yield
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
    else:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    executable = next((path for name in names if (path := shutil.which(name))), None)
    if executable is None:
        pytest.skip("NO CHROMIUM on the PATH: install it to run the browser tests")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def filled(request: pytest.FixtureRequest) -> Filled:
    request.getfixturevalue("transactional_db")
    return fill(timezone.now())


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("stage", ["planned", "delayed", "delivered"])
def test_the_page_is_clear_to_everybody(
    browser: Browser, filled: Filled, live_server: LiveServer, stage: str, width: int, scheme: Scheme
) -> None:
    parcels = Parcel.objects.filter(order=filled.planned)
    if stage == "delayed":
        parcels.update(state="in_transit", expected_by=parcels.get().promised_by + timedelta(days=2))
    if stage == "delivered":
        parcels.update(state="delivered", ended_at=timezone.now())
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{live_server.url}/t/{token_of(filled.planned.pk, 1)}")
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"shopper-{stage}-{width}-{scheme}.png"), full_page=True)
    assert complaints == []
    context.close()


def test_a_shopper_answers_and_sends_back_without_javascript(
    browser: Browser, filled: Filled, live_server: LiveServer
) -> None:
    Parcel.objects.filter(order=filled.planned).update(state="delivered", ended_at=timezone.now())
    context = browser.new_context(viewport={"width": 360, "height": 800}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/t/{token_of(filled.planned.pk, 1)}")
    page.get_by_role("button", name="Cheaper").click()
    expect(page.get_by_role("button", name="Cheaper")).to_have_attribute("aria-pressed", "true")
    page.get_by_text("Choose what goes back").click()
    page.get_by_label("Assam, 250 g").fill("1")
    page.get_by_label("Why?").select_option("wrong_size")
    page.get_by_role("button", name="Ask to return").click()
    expect(page.get_by_role("link", name="Return slip (PDF)")).to_be_visible()
    context.close()
