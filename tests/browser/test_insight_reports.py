"""The pages of demand and costs as people use them, in Chromium, from a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect
from tests.chromium import Scheme
from tests.documents.report.insight import costs_report, demand_report

from doorstep.documents.report.insight_costs import write_costs_report
from doorstep.documents.report.insight_demand import write_demand_report

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("insight")
    write_demand_report(folder / "demand.html", demand_report())
    write_costs_report(folder / "costs.html", costs_report())
    return {name: folder / f"{name}.html" for name in ("demand", "costs")}


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
@pytest.mark.parametrize("name", ["demand", "costs"])
def test_is_accessible_quiet_and_fits(
    browser: Browser, reports: dict[str, Path], name: str, scheme: Scheme, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(reports[name].as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    assert complaints == []
    if name == "costs":
        page.locator(".tree summary").first.click()
        expect(page.locator(".tree li").first).to_be_visible()
    page.close()
