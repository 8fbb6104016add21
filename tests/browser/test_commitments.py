"""Commitments of all brands in Chromium: put in force, changed, ended; on a desk and on a telephone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Locator, expect
from pytest_django.live_server_helper import LiveServer
from tests.chromium import accessible, accessible_by_day_and_night, complaints_of, go, keep, log_in, scrolls_one_way
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
    page.get_by_role("textbox", name="Why", exact=True).first.fill("a slip")
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


def test_a_contract_is_added_mended_and_ended_by_keyboard(
    browser: Browser, filled: Filled, live_server: LiveServer
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    complaints = complaints_of(page, live_server.url)
    log_in(page, live_server.url + reverse("commitments"), filled.admin.email, PASSWORD)
    form = page.locator("#contract-form")
    page.get_by_text("Add a contract").focus()
    page.keyboard.press("Enter")
    accessible_by_day_and_night(page)
    keep(page, "contract-new")
    fill_in(form)
    page.keyboard.press("Enter")  # the first button is the one that puts it in force
    expect(page.get_by_role("alert")).to_contain_text("It was not put in force")
    volume = form.get_by_label("Tier 1: From this volume on")
    expect(volume).to_have_accessible_description(re.compile("write it without a comma"))
    expect(form).to_be_in_viewport()
    accessible_by_day_and_night(page)
    keep(page, "contract-refused")
    volume.fill("1200")
    form.get_by_role("button", name="More tiers").click()
    form.get_by_label("Tier 6: From this volume on").fill("2400")
    form.get_by_label("Tier 6: This amount").fill("1.1")
    form.get_by_role("button", name="Put it in force").click()
    expect(form.get_by_label("Last day")).to_have_accessible_description("It ends before it begins.")
    form.get_by_label("Last day").fill("2027-12-31")
    form.get_by_label("Why", exact=True).press("Enter")
    row = page.get_by_role("row", name="gp-2027")
    expect(row).to_contain_text("from 2,400 parcels: 1.10 EUR a parcel back")
    accessible(page)
    keep(page, "contract-added")
    row.get_by_role("link", name="Change or end gp-2027").press("Enter")
    expect(page.get_by_role("heading", name="Change or end gp-2027")).to_be_in_viewport()
    accessible_by_day_and_night(page)
    keep(page, "contract-change")
    page.set_viewport_size({"width": 390, "height": 844})
    scrolls_one_way(page)
    keep(page, "contract-change-390")
    form.get_by_label("Tier 2: From this volume on").fill("3000")
    form.get_by_label("Why", exact=True).fill("more this year")
    form.get_by_role("button", name="Put it in force").click()
    expect(page.get_by_text("from 3,000 parcels")).to_be_visible()
    page.get_by_role("link", name="Change or end gp-2027").click()
    form.get_by_label("Why it ends").fill("we go elsewhere")
    form.get_by_role("button", name="End it").click()
    expect(page.get_by_text("No contract is known.")).to_be_visible()
    keep(page, "contract-none-390")
    assert [one for one in complaints if "422" not in one] == []
    page.close()


def fill_in(form: Locator) -> None:
    """Fill in a rebate, with two slips."""
    form.get_by_label("Name").fill("gp-2027")
    form.get_by_role("combobox", name="With").select_option(label=f"{KEY.carrier} (EUR)")
    form.get_by_label("First day").fill("2027-01-01")
    form.get_by_label("Last day").fill("2026-12-31")
    form.get_by_label("Tier 1: From this volume on").fill("1,200")
    form.get_by_label("Tier 1: This amount").fill("0.85")
    form.get_by_label("Why", exact=True).fill("signed in December")
