"""The pages of cases in Chromium: accessible, on a phone too, and worked through to an outcome."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer
from tests.chromium import accessible_by_day_and_night, complaints_of, go, keep, log_in, scrolls_one_way
from tests.web.filled import PASSWORD, fill
from tests.web.investigated import CASE

from doorstep.core.cases.models import Case

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


def test_a_case_is_worked_through_on_desk_and_phone(page: Page, email: str, live_server: LiveServer) -> None:
    complaints = complaints_of(page, live_server.url)
    log_in(page, live_server.url + "/cases", email, PASSWORD)
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for name, address in (("cases", "/cases"), ("case", f"/cases/{CASE}")):
            go(page, live_server.url + address)
            scrolls_one_way(page)
            for summary in page.locator("main summary").all():
                summary.click()
            accessible_by_day_and_night(page)
            keep(page, f"{name}-{width}")
    page.get_by_role("button", name="I have sent it").click()
    page.get_by_label("What it says").fill("A new depot.")
    page.get_by_role("button", name="Keep the answer").click()
    accessible_by_day_and_night(page)
    page.get_by_label("Outcome").select_option("put_right")
    page.get_by_label("How it ended").fill("On time again.")
    page.get_by_role("button", name="Close it").click()
    expect(page.get_by_role("status")).to_contain_text("The carrier has put it right.")
    keep(page, "case-closed-390")
    accessible_by_day_and_night(page)
    Case.objects.all().delete()
    go(page, live_server.url + "/cases")
    expect(page.get_by_text("No carrier has given cause.")).to_be_visible()
    accessible_by_day_and_night(page)
    assert complaints == []
