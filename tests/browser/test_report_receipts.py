"""Receipts in the report, in Chromium: what would change a decision, what stands in an order's way, linehauls."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.browser.test_report import Open, open_first
from tests.browser.test_report import opened as opened
from tests.chromium import Scheme, accessible, keep
from tests.documents.report.synthetic import hauled_report, plan_report

from doorstep.documents.report.write import write_report

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("receipts")
    for name, report in (("full", plan_report(200, unplanned_every=19)), ("hauled", hauled_report())):
        write_report(folder / f"{name}.html", report)
    return {name: folder / f"{name}.html" for name in ("full", "hauled")}


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_what_would_change_a_decision_is_told_in_full(opened: Open, width: int, scheme: Scheme) -> None:
    page = opened("full", width=width, scheme=scheme, part="#order=O-000150").page
    turns = page.locator(".detail .turns")
    expect(turns.locator("dd")).to_have_count(6)
    expect(turns).to_contain_text("The last collection of Rapid Express at Verona 1 h 35 min later on Tue 3 Mar 2026")
    expect(page.locator(".detail")).to_contain_text("Each of these would change it by itself")
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    keep(page, f"turns-{width}")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_an_order_left_out_tells_all_that_stands_in_its_way(opened: Open, width: int, scheme: Scheme) -> None:
    page = opened("full", width=width, scheme=scheme, part="#order=O-000019").page
    detail = page.locator(".detail")
    expect(detail.get_by_role("heading", name="Why it cannot be planned")).to_be_visible()
    expect(detail.locator(".turns")).to_have_count(2)
    expect(detail).to_contain_text("Reason 1 of 2. These stand in the way together.")
    expect(detail.locator(".turns").first).to_contain_text("What would help: bring 3 more x SKU-001 to lille")
    expect(detail.locator(".turns small").first).to_have_text("helps only together with others")
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    keep(page, f"deadlock-{width}")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_a_linehaul_is_on_the_map_and_on_its_parcels(opened: Open, width: int, scheme: Scheme) -> None:
    found = opened("hauled", width=width, scheme=scheme)
    page = found.page
    expect(page.locator(".hauls line").first).to_be_attached()
    expect(page.locator(".sites polygon.depot")).to_have_count(1)
    expect(page.locator("table.hauls tbody tr").first).to_contain_text("to Paris hub")
    page.get_by_role("searchbox").fill("gp-eco")
    expect(page.locator("#found")).to_contain_text("of 40 orders")
    open_first(page)
    detail = page.locator(".detail")
    expect(detail).to_contain_text("In bulk toParis hubby linehaul night, 0.45 of the freight")
    expect(detail).to_contain_text("Then byGelbpost Economytaken over")
    expect(detail.locator(".options tr.strong")).to_contain_text("through paris-hub by night")
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert found.complaints == []
    keep(page, f"hauled-{width}")
