"""Commitments of all brands in Chromium: put in force, changed, ended; on a desk and on a telephone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer
from tests.chromium import accessible, complaints_of, go, keep, log_in, scrolls_one_way
from tests.documents.report.test_commitments_report import report
from tests.web.filled import PASSWORD, Filled, fill
from tests.web.test_commitments import CONTRACT, KEY, reckoned

from doorstep.core.learned import account_terms
from doorstep.core.learned.account_terms import Putting
from doorstep.documents.insights.commitments import PooledReport, commitments_page
from doorstep.domain.commitment import DatedCommitmentPrice

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def filled(request: pytest.FixtureRequest) -> Filled:
    request.getfixturevalue("transactional_db")
    made = fill(timezone.now())
    made.admin.set_password(PASSWORD)
    made.admin.save()
    return made


def test_prices_are_put_in_force_and_ended(browser: Browser, filled: Filled, live_server: LiveServer) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    complaints = complaints_of(page, live_server.url)
    address = live_server.url + reverse("commitments")
    log_in(page, address, filled.admin.email, PASSWORD)
    accessible(page)  # with nothing in it
    keep(page, "commitments-empty")
    how = Putting(filled.now, f"user:{filled.admin.pk}", "signed in September")
    account_terms.put_contract(filled.operator.pk, CONTRACT, "EUR", how)
    reckoned(filled, commitments_page(PooledReport(report(), (("Tea & Leaf", 1200), ("Cup and Co", 0)), 6)))
    go(page, address)
    page.get_by_label("Why", exact=True).first.fill("as reckoned on Monday")
    page.get_by_role("button", name="Let those reckoned weigh").click()
    expect(page.get_by_text("as reckoned on Monday").first).to_be_visible()
    for summary in page.locator("main summary").all():
        summary.click()
    accessible(page)
    keep(page, "commitments")
    page.get_by_role("textbox", name="gp-std").fill("cheap")
    page.get_by_role("textbox", name="Why", exact=True).fill("a slip")
    page.get_by_role("button", name="Put them in force").click()
    expect(page.get_by_role("alert")).to_contain_text("is not a decimal number")
    accessible(page)
    last = filled.now.date() + timedelta(days=30)
    several = (
        DatedCommitmentPrice(KEY.carrier, "", -100_000, None, last),
        DatedCommitmentPrice(KEY.carrier, "", -200_000, last + timedelta(days=1)),
    )
    account_terms.put_prices(filled.operator.pk, KEY, several, how)
    go(page, address)
    page.get_by_text("Change or end them").click()
    expect(page.get_by_role("group", name="All its services")).to_have_count(2)
    accessible(page)
    page.get_by_role("textbox", name="Price").first.fill("-0.3")
    page.get_by_role("textbox", name="Why", exact=True).last.fill("a better one this year")
    page.get_by_role("button", name="Put them in force").first.click()
    expect(page.get_by_text("a better one this year").first).to_be_visible()
    expect(page.get_by_text("to come")).to_have_count(1)
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    go(page, address)
    scrolls_one_way(page)
    accessible(page)
    keep(page, "commitments-390")
    page.get_by_text("Change or end them").click()
    page.get_by_label("Why they end").fill("the contract is over")
    page.get_by_role("button", name="End them").click()
    expect(page.get_by_text("No price is in force.").first).to_be_visible()
    assert [one for one in complaints if "422" not in one] == []
    page.close()
