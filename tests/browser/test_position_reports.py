"""The pages of where stock should live, and the next site, as people use them, in Chromium, from a file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from tests.chromium import Scheme

from doorstep.files.demo import demo_brand
from doorstep.flows.network import NetworkWish, network_folder
from doorstep.flows.position import PositionWish, position_folder
from doorstep.kernels.run import Run

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder, day = tmp_path_factory.mktemp("stock"), date(2026, 10, 16)
    demo_brand(folder / "brand", 40, 1)
    position_folder(folder / "brand", folder / "position", PositionWish(day, 3), run=Run(), stopwatch=float)
    network_folder(folder / "brand", folder / "network", NetworkWish(day), run=Run(), stopwatch=float)
    return {name: folder / name / "report.html" for name in ("position", "network")}


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
@pytest.mark.parametrize("name", ["position", "network"])
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
    page.close()
