"""A Chromium for the tests that look at pages, and what they all do with it.

A plug-in of pytest for every folder, so that no test module is imported by another. The browser is imported when it is
asked for: the suite is collected without it, too.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, Response

Scheme = Literal["light", "dark"]
PICTURES = os.environ.get("DOORSTEP_PICTURES", "")  # a folder to keep screenshots in
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BESIDE_A_LOOP = "DJANGO_ALLOW_ASYNC_UNSAFE"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Launch one for a module.

    Playwright keeps an event loop in this thread, which Django takes for a reason not to touch the database: as long as
    the browser is there, it is told not to.
    """
    from playwright.sync_api import sync_playwright

    executable = next((path for name in PROGRAMS if (path := shutil.which(name))), None)
    if executable is None:
        pytest.skip("NO CHROMIUM on the PATH: install it to run the browser tests")
    before = os.environ.get(BESIDE_A_LOOP)
    os.environ[BESIDE_A_LOOP] = "true"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield launched
        launched.close()
    os.environ.pop(BESIDE_A_LOOP)
    if before is not None:
        os.environ[BESIDE_A_LOOP] = before


def log_in(page: Page, address: str, email: str, password: str) -> None:
    """Come by way of the log-in to a page of the tower, by keyboard."""
    page.goto(address)
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")
    page.wait_for_selector("main#content.wide")


def go(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("main#content.wide")


def complaints_of(page: Page, origin: str = "", *, but: str = "") -> list[str]:
    """Listen to what the console says, where the content policy complains, and whether others than `origin` are asked.

    `but`: words of what is not complained of.
    """
    complaints: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not (but and but in message.text):
            complaints.append(message.text)

    def answered(response: Response) -> None:
        if not response.url.startswith(origin):
            complaints.append(f"asked {response.url}")

    page.on("console", heard)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("response", answered)
    return complaints


def accessible(page: Page) -> None:
    from axe_playwright_python.sync_playwright import Axe

    results = Axe().run(page)
    assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"


def accessible_by_day_and_night(page: Page) -> None:
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        accessible(page)


def scrolls_one_way(page: Page) -> None:
    assert page.viewport_size is not None
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], page.url


def keep(page: Page, name: str) -> None:
    """Keep a picture of a page, if somebody has asked for pictures."""
    if PICTURES and name:
        from PIL import Image

        shot = Image.open(BytesIO(page.screenshot(full_page=True))).convert("P", palette=Image.Palette.ADAPTIVE)
        shot.save(Path(PICTURES) / f"{name}.png", optimize=True)
