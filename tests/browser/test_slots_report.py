"""The page of windows in Chromium: accessible, quiet, and as wide as the screen."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from tests.documents.report.test_slots_report import report

from doorstep.documents.report.slots_report import write_slots_report

pytestmark = pytest.mark.browser
Scheme = Literal["light", "dark"]


@pytest.mark.parametrize(("width", "scheme", "shoppers"), [(390, "light", 2), (1280, "dark", 2), (390, "dark", 0)])
def test_is_accessible_quiet_and_fits(
    browser: Browser, tmp_path: Path, width: int, scheme: Scheme, shoppers: int
) -> None:
    write_slots_report(tmp_path / "slots.html", report(shoppers))
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto((tmp_path / "slots.html").as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    assert complaints == []
    page.close()
