"""The report of carriers in Chromium: accessible, quiet, and as wide as the screen."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from tests.documents.report.test_carriers_report import EMPTY, WORSE, carriers_report

from doorstep.documents.report.carriers_report import CarriersReport, write_carriers_report

pytestmark = pytest.mark.browser
Scheme = Literal["light", "dark"]


@pytest.fixture(scope="module")
def reports() -> dict[str, CarriersReport]:
    return {"worse": carriers_report(WORSE), "empty": carriers_report(EMPTY)}


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
@pytest.mark.parametrize("name", ["worse", "empty"])
def test_is_accessible_quiet_and_fits(
    browser: Browser, tmp_path: Path, reports: dict[str, CarriersReport], name: str, scheme: Scheme, width: int
) -> None:
    write_carriers_report(tmp_path / "carriers.html", reports[name])
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    page.goto((tmp_path / "carriers.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    assert complaints == []
    assert [url for url in asked if not url.startswith(("file:", "data:image/svg+xml"))] == []
    page.close()
