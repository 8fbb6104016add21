"""The pages of webhooks in Chromium: accessible, on a phone too, and what is dangerous is asked twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer
from tests.chromium import Scheme, accessible, complaints_of, go, keep, log_in, scrolls_one_way
from tests.web.filled import PASSWORD, fill

from doorstep.core.webhooks.models import Delivery, Endpoint
from doorstep.flows.webhooks import give_up

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def email(transactional_db: None) -> str:  # noqa: ARG001
    made = fill(timezone.now())
    made.admin.set_password(PASSWORD)
    made.admin.save()
    return made.admin.email


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def addresses() -> dict[str, str]:
    waits = Delivery.objects.get(state="waiting")
    return {
        "webhooks": "/webhooks",
        "webhook": f"/webhooks/{waits.endpoint_id}",
        "webhook-delivery": f"/webhooks/deliveries/{waits}",
        "today-webhook": "/",
    }


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_the_pages_are_accessible_at_every_width(
    page: Page, email: str, live_server: LiveServer, scheme: Scheme, width: int
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    complaints = complaints_of(page, live_server.url)
    log_in(page, live_server.url + "/webhooks", email, PASSWORD)
    for name, address in addresses().items():
        if name == "today-webhook":
            give_up(Endpoint.objects.get().pk, "failing", timezone.now())
        go(page, live_server.url + address)
        scrolls_one_way(page)
        keep(page, f"{name}-{width}")
        for summary in page.locator("main summary").all():
            summary.click()
        accessible(page)
        keep(page, f"{name}-{width}-open")
    assert complaints == []


def test_an_endpoint_is_added_and_removed_after_asking(page: Page, email: str, live_server: LiveServer) -> None:
    complaints = complaints_of(page, live_server.url)
    log_in(page, live_server.url + "/webhooks", email, PASSWORD)
    page.get_by_text("Add an endpoint").click()
    page.get_by_label("Address, with https").fill("https://shop.example/hooks")
    page.get_by_label("order.placed").check()
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#new-secret")).to_contain_text("whsec_")
    keep(page, "webhook-new")
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_role("button", name="Remove", exact=True)).to_be_visible()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Remove", exact=True).click()
    page.wait_for_url(live_server.url + "/webhooks")
    assert Endpoint.objects.get(url="https://shop.example/hooks").state == "removed"
    assert complaints == []
