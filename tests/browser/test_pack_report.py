"""The reports of packing and of cartons as people use them, in Chromium, from a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from tests.chromium import Scheme
from tests.documents.report.packing import cartons_report, pack_report

from doorstep.documents.report.cartons_report import write_cartons_report
from doorstep.documents.report.pack_report import write_pack_report

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("packing")
    write_pack_report(folder / "pack.html", pack_report("mug-" * 20))
    write_cartons_report(folder / "cartons.html", cartons_report())
    return {name: folder / f"{name}.html" for name in ("pack", "cartons")}


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["pack", "cartons"])
def test_is_accessible_quiet_and_fits(
    browser: Browser, reports: dict[str, Path], name: str, scheme: Scheme, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(reports[name].as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    assert complaints == []
    assert [url for url in asked if not url.startswith(("file:", "data:image/svg+xml"))] == []
    page.close()


def shown(page: Page) -> int:
    """Units to be seen in the first box from the corner."""
    return page.locator(".box").first.locator(".view-corner .unit:not(.later)").count()


def test_a_box_fills_as_the_slider_moves(browser: Browser, reports: dict[str, Path]) -> None:
    page = browser.new_page()
    page.goto(reports["pack"].as_uri())
    slider = page.locator("input[type=range]").first
    assert shown(page) == 3
    slider.press("ArrowLeft")
    expect(page.locator("output").first).to_have_text("2 of 3")
    assert shown(page) == 2
    slider.press("Home")
    assert shown(page) == 1
    page.close()


def test_without_scripts_every_unit_and_step_is_there(browser: Browser, reports: dict[str, Path]) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(reports["pack"].as_uri())
    expect(page.locator(".slide").first).to_be_hidden()
    expect(page.locator(".view-corner .unit")).to_have_count(5)
    expect(page.locator(".steps li").first).to_be_visible()
    page.context.close()
