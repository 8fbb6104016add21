"""The report of a simulation in Chromium: accessible, quiet, and as wide as the screen."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from tests.documents.report.test_simulate_director import director
from tests.documents.report.test_simulate_report import TOO_MUCH, simulated

from doorstep.documents.report.simulate_director import write_director_report
from doorstep.documents.report.simulate_report import write_simulate_report

pytestmark = pytest.mark.browser
Scheme = Literal["light", "dark"]


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("days", [10, 0])
def test_is_accessible_quiet_and_fits(browser: Browser, tmp_path: Path, days: int, scheme: Scheme, width: int) -> None:
    report = simulated(days, TOO_MUCH if days else None, 2)
    write_simulate_report(tmp_path / "report.html", report)
    look(browser, tmp_path / "report.html", scheme, width)


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("days", [10, 0])
def test_the_page_for_who_decides_is_so_too(browser: Browser, tmp_path: Path, days: int, width: int) -> None:
    write_director_report(tmp_path / "director.html", director(days))
    look(browser, tmp_path / "director.html", "light" if days else "dark", width)


def look(browser: Browser, path: Path, scheme: Scheme, width: int) -> None:
    """Open a page, and everything on it."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    assert complaints == []
    assert [url for url in asked if not url.startswith(("file:", "data:image/svg+xml"))] == []
    page.close()
