"""An order is changed, sent otherwise and cancelled on its page, in Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer
from tests.chromium import accessible_by_day_and_night as accessible
from tests.chromium import keep, log_in, scrolls_one_way
from tests.record.brand import NOW, loaded
from tests.record.test_accept import asked
from tests.web.filled import PASSWORD

from doorstep.core.accounts.actions import add_user
from doorstep.core.accounts.models import Brand
from doorstep.core.orders.models import Order
from doorstep.flows.accept import accept_order

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(
    browser: Browser,
    transactional_db: None,  # noqa: ARG001
    live_server: LiveServer,
) -> Iterator[Page]:
    scope, brand_id = loaded()
    accept_order(scope, brand_id, asked(), now=NOW)
    wrong = replace(asked("N-2").place, postcode="803", latitude=None, longitude=None)
    accept_order(scope, brand_id, replace(asked("N-2"), place=wrong, payment="pending", review=True), now=NOW)
    accept_order(scope, brand_id, asked("N-3", "teapot", 3), now=NOW)
    accept_order(scope, brand_id, asked("N-4", "teapot"), now=NOW)
    add_user("sue@north.example", "Sue", PASSWORD, "supervisor", scope.operator)
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    visited = context.new_page()
    log_in(visited, f"{live_server.url}/orders/{Brand.objects.get().code}/N-1", "sue@north.example", PASSWORD)
    yield visited
    context.close()


def test_an_order_goes_through_all_that_a_person_may_do(page: Page) -> None:
    page.get_by_text("Address, wishes and quantities").click()
    page.get_by_text("Cancel it", exact=True).click()
    accessible(page)
    keep(page, "order-change")
    page.get_by_label("Gift note").fill("Enjoy")
    page.get_by_label("Mug, none: left out").fill("2")
    page.get_by_role("button", name="Save the change").click()
    expect(page.locator(".timeline")).to_contain_text("gift note, lines")
    expect(page.get_by_text("Parcels of earlier plans")).to_be_visible()

    page.get_by_role("link", name="Send it otherwise").click()
    accessible(page)
    page.locator(".options a").nth(1).click()
    accessible(page)
    keep(page, "order-options")
    page.get_by_label("Why, for the record; no names").fill("promised on the telephone")
    page.get_by_role("button", name="Send it so").click()
    expect(page.locator("main")).to_contain_text("promised on the telephone")
    expect(page.locator(".options")).to_contain_text("a person chose otherwise")
    accessible(page)
    keep(page, "order-overridden")

    page.get_by_text("Cancel it", exact=True).click()
    page.get_by_label("Reason").select_option("customer_request")
    page.get_by_role("button", name="Cancel the order").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("cancelled")
    assert Order.objects.get(code="N-1").state == "cancelled"


def test_a_held_order_is_let_go(page: Page) -> None:
    page.goto(page.url.replace("N-1", "N-2"))
    expect(page.get_by_text("All that is wrong with it:")).to_be_visible()
    accessible(page)
    keep(page, "order-held")
    for words in ("its payment has arrived", "its address is right as it is", "it was looked at and approved"):
        page.get_by_label(words).check()
    page.get_by_role("button", name="Release it").click()
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("held")


@pytest.mark.parametrize("width", [390, 768])
def test_forms_scroll_in_one_direction_only(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    order = page.url
    page.get_by_text("Address, wishes and quantities").click()
    scrolls_one_way(page)
    page.goto(f"{order}/options")
    page.locator(".options a").nth(1).click()
    page.wait_for_load_state()
    scrolls_one_way(page)
    page.goto(order.replace("N-1", "N-2"))
    scrolls_one_way(page)


@pytest.mark.parametrize("width", [1280, 390])
def test_a_receipt_is_read_in_full(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(page.url.replace("N-1", "N-3"))
    expect(page.get_by_role("heading", name="Why it cannot be planned")).to_be_visible()
    expect(page.locator(".turns")).to_contain_text("What would help: bring")
    accessible(page)
    scrolls_one_way(page)
    keep(page, f"order-deadlock-{width}")
    page.goto(page.url.replace("N-3", "N-4"))
    expect(page.get_by_role("heading", name="What would change this decision")).to_be_visible()
    expect(page.locator(".turns dt").first).to_be_visible()
    accessible(page)
    scrolls_one_way(page)
    keep(page, f"order-turns-{width}")
