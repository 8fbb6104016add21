"""The report of volume commitments in Chromium: accessible, quiet, and as wide as the screen."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from tests.documents.report.test_commitments_report import report

from doorstep.documents.report.commitments_report import write_commitments_report

pytestmark = pytest.mark.browser
Scheme = Literal["light", "dark"]


@pytest.mark.parametrize(
    ("width", "scheme", "full"), [(390, "light", True), (1280, "dark", True), (390, "dark", False)]
)
def test_is_accessible_quiet_and_fits(browser: Browser, tmp_path: Path, full: bool, scheme: Scheme, width: int) -> None:
    write_commitments_report(tmp_path / "report.html", report() if full else report(accounts=(), shares=(), past=()))
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    page.goto((tmp_path / "report.html").as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    assert complaints == []
    assert [url for url in asked if not url.startswith(("file:", "data:image/svg+xml"))] == []
    page.close()
