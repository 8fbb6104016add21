"""The map of rounds as people use it, in Chromium, from a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.chromium import Scheme, accessible, complaints_of, keep
from tests.documents.report.made_rounds import rounds

from doorstep.documents.report.rounds_map import RoundsMap, write_rounds_map
from doorstep.domain.rounds import Rounds

pytestmark = pytest.mark.browser
MADE = {
    "few": rounds(20, 3, 2),
    "day": rounds(1_000, 15, 5, roads=True),
    "many": rounds(20_000, 160, 0),
    "nobody": rounds(2, 0, 2),
    "nothing": rounds(0, 0, 0),
}


def written(folder: Path, made: Rounds) -> Path:
    summary: dict[str, object] = {"engine": "own", "iterations": 12_345, "seed": 0}
    write_rounds_map(folder / "map.html", RoundsMap(made, "1,234.50", "vans, kilometres and hours", "", summary))
    return folder / "map.html"


@pytest.fixture(scope="module")
def maps(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {name: written(tmp_path_factory.mktemp(name), made) for name, made in MADE.items()}


def opened(browser: Browser, path: Path, width: int = 1280, scheme: Scheme = "light", at: str = "") -> Page:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(path.as_uri() + at)
    page.wait_for_selector("html[data-ready=yes]")
    return page


@pytest.fixture
def few(browser: Browser, maps: dict[str, Path]) -> Iterator[Page]:
    page = opened(browser, maps["few"])
    yield page
    page.close()


def colours(page: Page) -> int:
    """How many colours are on the canvas: a drawing has many, an empty one has one."""
    drawn = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
      const canvas = document.getElementById("canvas");
      const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
      const seen = new Set();
      for (let at = 0; at < data.length; at += 4) seen.add(data.subarray(at, at + 4).join());
      done(seen.size);
    })))"""
    found: int = page.evaluate(drawn)
    return found


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["few", "day", "nobody", "nothing"])
def test_is_accessible_quiet_and_fits(
    browser: Browser, maps: dict[str, Path], name: str, scheme: Scheme, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    complaints = complaints_of(page, "file:")
    page.goto(maps[name].as_uri())
    page.wait_for_selector("html[data-ready=yes]")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    accessible(page)
    if page.locator("#round-list button").count():
        page.locator("#round-list button").first.click()
        page.locator(".stop-list button").first.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        accessible(page)
    keep(page, f"rounds-{name}-{width}-{scheme}")
    assert [said for said in complaints if "data:image/svg+xml" not in said] == []
    page.close()


def test_twenty_thousand_stops_are_drawn_and_one_is_found(browser: Browser, maps: dict[str, Path]) -> None:
    page = opened(browser, maps["many"])
    assert colours(page) > 7
    page.get_by_label("Find a stop or a vehicle").fill("S-12345")
    expect(page.locator("#found")).to_have_text("1 stop")
    page.locator("#found-stops button").click()
    expect(page.locator("#chosen h3")).to_contain_text("S-12345")
    page.close()


def test_a_click_on_a_stop_tells_its_times_its_load_and_why(few: Page) -> None:
    few.locator("#canvas").scroll_into_view_if_needed()
    at = few.evaluate("""() => {
      const place = visits.stop.indexOf("S-00004");
      const stops = visits.x.map((x, stop) => flat(x, visits.y[stop]));
      const lost = missing.map((one) => flat(...one.at));
      const view = new View(boxOf([...stops, ...lost, flat(8.68, 49.41)]));
      const { width, height } = document.getElementById("canvas").getBoundingClientRect();
      view.resize(width, height);
      return view.screen(flat(visits.x[place], visits.y[place]));
    }""")
    few.locator("#canvas").click(position={"x": at[0], "y": at[1]})
    card = few.locator("#chosen")
    for words in ("Stop S-00004", "1, van-1", "4 of 6", "08:00–12:00", "08:16", "2.50 kg, 9 l", "90.0 %"):
        expect(card).to_contain_text(words)
    expect(card).to_contain_text("Why here: In van-2 it would cost 1.20 more.")
    expect(few.locator(".stop-list [aria-current]")).to_contain_text("S-00004")
    few.locator("#canvas").click(position={"x": 15, "y": 400})
    expect(card).to_be_hidden()


def test_keys_go_from_stop_to_stop_move_and_zoom(few: Page) -> None:
    few.locator("#frame").focus()
    before = few.locator("#scale-text").text_content()
    for _ in range(3):
        few.keyboard.press("+")
    expect(few.locator("#scale-text")).not_to_have_text(before or "")
    few.keyboard.press("0")
    expect(few.locator("#scale-text")).to_have_text(before or "")
    few.keyboard.press("n")
    expect(few.locator("#round-list .picked")).to_contain_text("van-1")
    few.keyboard.press("n")
    expect(few.locator("#chosen h3")).to_contain_text("S-00001")
    few.keyboard.press("p")
    expect(few.locator("#chosen h3")).to_contain_text("S-00006")
    few.keyboard.press("Escape")
    expect(few.locator("#chosen")).to_be_hidden()
    expect(few.locator("#round-list .picked")).to_have_count(0)


def test_buttons_of_the_card_keep_the_focus(few: Page) -> None:
    few.locator("#round-list button").nth(1).click()
    few.locator(".stop-list button").first.click()
    few.get_by_role("button", name="Next").press("Enter")
    expect(few.locator("#chosen h3")).to_contain_text("S-00008")
    expect(few.get_by_role("button", name="Next")).to_be_focused()
    few.keyboard.press("Escape")
    expect(few.locator("#frame")).to_be_focused()


def test_rounds_are_hidden_and_shown(few: Page) -> None:
    drawn = colours(few)
    few.get_by_role("button", name="Hide all").click()
    assert colours(few) < drawn
    expect(few.locator("#round-list input:checked")).to_have_count(0)
    few.get_by_label("Show round 2").check()
    expect(few.locator("#round-list input:checked")).to_have_count(1)
    few.locator("#round-list button").first.click()  # who is chosen is shown
    expect(few.locator("#round-list input:checked")).to_have_count(2)
    few.get_by_role("button", name="Show all").click()
    few.get_by_role("button", name="All", exact=True).click()
    assert colours(few) == drawn


def test_whoever_is_not_served_is_on_the_map_with_the_reason(few: Page) -> None:
    few.get_by_label("Find a stop or a vehicle").fill("S-00019")
    few.locator("#found-stops button").click()
    card = few.locator("#chosen")
    for words in ("Not served: more than any van holds", "weighs 900 kg", "What would help: send a larger van"):
        expect(card).to_contain_text(words)
    few.get_by_label("Find a stop or a vehicle").fill("nobody")
    expect(few.locator("#found")).to_have_text("No stop and no vehicle is called so.")


def test_an_address_leads_to_a_stop(browser: Browser, maps: dict[str, Path]) -> None:
    page = opened(browser, maps["day"], at="#stop=S-00500")
    expect(page.locator("#chosen h3")).to_contain_text("S-00500")
    page.close()


def test_without_scripts_the_rounds_and_reasons_are_there(browser: Browser, maps: dict[str, Path]) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(maps["few"].as_uri())
    expect(page.locator("#round-list li")).to_have_count(3)
    expect(page.locator("#missing tbody tr")).to_have_count(2)
    expect(page.locator("#controls")).to_be_hidden()
    expect(page.get_by_text("stand in routes.csv beside this page")).to_be_visible()
    page.context.close()
