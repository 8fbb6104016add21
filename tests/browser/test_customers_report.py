"""The report of customers in Chromium: accessible, quiet, and as wide as the screen."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from tests.documents.report.test_customers_report import report_of
from tests.kernels.learn.shops import AS_OF, shop

from doorstep.documents.report.customers_report import write_customers_report
from doorstep.kernels.learn.customers_problem import CustomersProblem

pytestmark = pytest.mark.browser
Scheme = Literal["light", "dark"]
SHOPS = {"busy": shop(300), "empty": CustomersProblem(AS_OF)}


@pytest.mark.parametrize(
    ("world", "scheme", "width"), [("busy", "dark", 390), ("busy", "light", 1280), ("empty", "light", 390)]
)
def test_is_accessible_quiet_and_fits(browser: Browser, tmp_path: Path, world: str, scheme: Scheme, width: int) -> None:
    write_customers_report(tmp_path / "report.html", report_of(SHOPS[world]))
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    page.goto((tmp_path / "report.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    assert complaints == []
    assert [url for url in asked if not url.startswith(("file:", "data:image/svg+xml"))] == []
    page.close()
