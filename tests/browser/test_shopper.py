"""The shopper's page in Chromium: on a phone and wide, light and dark, with a thumb and without JavaScript."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer
from tests.chromium import Scheme, accessible, complaints_of, keep, scrolls_one_way
from tests.web.filled import Filled, fill

from doorstep.core.parcels.models import Parcel
from doorstep.flows.track_page import token_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


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
    complaints = complaints_of(page, live_server.url)
    page.goto(f"{live_server.url}/t/{token_of(filled.planned.pk, 1)}")
    accessible(page)
    scrolls_one_way(page)
    keep(page, f"shopper-{stage}-{width}-{scheme}")
    assert complaints == []
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_a_link_that_opens_nothing_says_calmly_what_to_do(
    browser: Browser, filled: Filled, live_server: LiveServer, width: int, scheme: Scheme
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
    page = context.new_page()
    complaints = complaints_of(page, live_server.url, but="404")
    for name, address in (("cut", "cut-short"), ("beyond", f"{token_of(filled.planned.pk, 1)}/nothing"), ("bare", "")):
        answer = page.goto(f"{live_server.url}/t/{address}")
        assert answer is not None
        assert answer.status == 404
        accessible(page)
        scrolls_one_way(page)
        keep(page, f"no-such-link-{name}-{width}-{scheme}")
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
