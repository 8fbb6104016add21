"""The promise record in Chromium: accessible, quiet, and as wide as the screen."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from tests.documents.report.test_promise_record import DRIFTING, record_report
from tests.kernels.promise.walks import World

from doorstep.documents.report.promise_record import write_record_report

pytestmark = pytest.mark.browser
Scheme = Literal["light", "dark"]


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("world", [DRIFTING, World(parcels=0)], ids=["drifting", "empty"])
def test_is_accessible_quiet_and_fits(
    browser: Browser, tmp_path: Path, world: World, scheme: Scheme, width: int
) -> None:
    write_record_report(tmp_path / "record.html", record_report(world))
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    page.goto((tmp_path / "record.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    assert complaints == []
    assert [url for url in asked if not url.startswith(("file:", "data:image/svg+xml"))] == []
    page.close()
