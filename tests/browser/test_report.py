"""The report as people use it, in Chromium, from a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect
from tests.chromium import Scheme, accessible, keep
from tests.documents.report.synthetic import empty_report, nothing_planned, plan_report

from doorstep.documents.report.plan_report import PlanReport
from doorstep.documents.report.write import write_report
from doorstep.domain.decision import AtBorder, Conflict, Rejected, Rung

pytestmark = pytest.mark.browser
HOSTILE = "</script><img src=x onerror=\"document.title='caught'\"><b>'\" \u202eשלום 🎁"


@dataclass(slots=True)
class Opened:
    page: Page
    complaints: list[str]  # of the console
    requests: list[str]


Open = Callable[..., Opened]


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reports")
    kinds = {
        "full": plan_report(200, unplanned_every=19),
        "empty": empty_report(),
        "none": nothing_planned(),
        "hostile": hostile_report(),
        "plain": without_ladders(),
        "abroad": over_borders(),
    }
    for name, report in kinds.items():
        write_report(folder / f"{name}.html", report)
    return {name: folder / f"{name}.html" for name in kinds}


def without_ladders() -> PlanReport:
    report = plan_report(20)
    return replace(report, decisions=iter([replace(one, ladders=()) for one in report.decisions]))


def over_borders() -> PlanReport:
    """The first order is paid for at the border, the second leaves that to who receives it."""
    report = plan_report(20)
    owed = (AtBorder("DDP", 276, 1_250, "duty 2.5 % of 110.40"), AtBorder("DAP", 0, 1_250, f"tax 20 % of {HOSTILE}"))
    decisions = [
        replace(one, chosen=tuple(replace(c, at_border=owed[min(n, 1)]) for c in one.chosen))
        for n, one in enumerate(report.decisions)
    ]
    return replace(report, decisions=iter(decisions))


def hostile_report() -> PlanReport:
    report = plan_report(60, unplanned_every=7, name=HOSTILE)
    rungs = (Rung(HOSTILE, 5, 1, 1, "2026-03-04", 900_000, chosen=True), Rung(HOSTILE, refusal=HOSTILE))
    decisions = [
        replace(d, rejected=(Rejected(HOSTILE, d.cost_minor + 1, HOSTILE),), ladders=(rungs,) * len(d.chosen))
        for d in report.decisions
    ]
    return replace(
        report,
        sites=tuple(replace(s, name=HOSTILE) for s in report.sites),
        services=tuple(replace(s, name=HOSTILE, carrier=HOSTILE) for s in report.services),
        products=tuple(replace(p, name=HOSTILE) for p in report.products),
        orders=tuple(replace(o, place=replace(o.place, city=HOSTILE)) for o in report.orders),
        unplanned=tuple(
            replace(u, reason=HOSTILE, detail=HOSTILE, remedy=HOSTILE, conflicts=(Conflict(HOSTILE, HOSTILE, HOSTILE),))
            for u in report.unplanned
        ),
        decisions=iter(decisions),
        data_version=HOSTILE,
    )


@pytest.fixture
def opened(browser: Browser, reports: dict[str, Path]) -> Iterator[Open]:
    contexts = []

    def open_report(name: str, width: int = 1280, scheme: Scheme = "light", part: str = "") -> Opened:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        found = Opened(page, [], [])

        def heard(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                found.complaints.append(message.text)

        def asked(request: Request) -> None:
            found.requests.append(request.url)

        page.on("console", heard)
        page.on("pageerror", lambda error: found.complaints.append(str(error)))
        page.on("request", asked)
        page.goto(reports[name].as_uri() + part)
        page.wait_for_selector("html[data-ready=yes]")
        return found

    yield open_report
    for context in contexts:
        context.close()


def open_first(page: Page) -> None:
    page.locator("#orders .open").first.click()
    expect(page.locator(".detail")).to_be_visible()


@pytest.mark.parametrize("name", ["full", "empty", "none"])
def test_opens_from_a_file_without_errors_and_without_the_network(opened: Open, name: str) -> None:
    found = opened(name)
    found.page.wait_for_timeout(100)
    assert found.complaints == []
    assert [url for url in found.requests if not url.startswith(("file:", "data:image/svg+xml"))] == []
    assert len([url for url in found.requests if url.startswith("file:")]) == 1


@pytest.mark.parametrize(
    ("name", "scheme"), [("full", "light"), ("full", "dark"), ("empty", "dark"), ("none", "light")]
)
def test_is_accessible(opened: Open, name: str, scheme: Scheme) -> None:
    page = opened(name, scheme=scheme).page
    if name == "full":
        open_first(page)
        page.locator("#orders .open").nth(1).click()
        expect(page.locator(".detail .options")).to_have_count(2)
        page.locator("summary").first.click()
    accessible(page)


@pytest.mark.parametrize("name", ["full", "empty", "none", "hostile"])
def test_a_phone_scrolls_in_one_direction_only(opened: Open, name: str) -> None:
    page = opened(name, width=390).page
    if name in ("full", "hostile"):
        open_first(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_search_finds_an_order_and_the_detail_tells_everything(opened: Open) -> None:
    page = opened("full").page
    page.get_by_role("searchbox").fill("o-000150")
    expect(page.locator("#found")).to_have_text("1 of 200 orders")
    expect(page.locator("#orders .order")).to_have_count(1)
    page.get_by_role("button", name="O-000150").click()
    detail = page.locator(".detail")
    expect(detail.locator(".views svg")).to_have_count(3 * detail.locator(".parcel").count())
    expect(detail.locator(".unit").first).to_be_attached()
    expect(detail.locator(".costs").first).to_contain_text("Freight")
    expect(detail.locator(".options")).to_contain_text("carton S is too small by 40 mm")
    expect(detail.locator(".turns dt")).to_have_text(
        ["Stock", "Capacity", "Order cut-off", "Collection", "Freight rate", "Weight"]
    )
    expect(detail.locator(".turns")).to_contain_text("3 more units of Teapot at Lille")
    expect(detail.locator(".turns")).to_contain_text("then: Lille by Gelbpost Standard, carton M")
    expect(detail.locator(".proofs")).to_contain_text("Alone, with the whole stock to itself")


def test_the_ladder_shows_every_service_with_price_day_chance_and_carbon(opened: Open) -> None:
    page = opened("full").page
    open_first(page)
    ladder = page.locator(".ladder").first
    rows = ladder.locator("tbody tr")
    prices = [float(text) for text in rows.locator(".price .number").all_inner_texts()]
    assert len(prices) >= 2
    assert prices == sorted(prices)
    expect(ladder.locator("tr.chosen")).to_have_count(1)
    expect(ladder.locator("tr.chosen th")).to_contain_text("chosen")
    expect(ladder.locator("tr.chosen .price small")).to_contain_text("freight")
    expect(ladder.locator(".ladder-key")).to_contain_text("Freight")
    expect(rows.first.locator(".rung-bar rect").first).to_be_attached()
    for row in rows.all():
        expect(row.locator(".when")).to_have_text(re.compile(r"20\d\d"))
        expect(row.locator("td").nth(2)).to_contain_text("%")
        expect(row.locator(".emitted")).to_have_text(re.compile(r"\d+(\.\d+)? k?g\s*\d.* to \d.*g"))
    refused = ladder.locator(".refused dd").first
    expect(refused).to_contain_text("12 mm too long for rapid-xl (max 1200 mm)")
    keep(page, "ladder-desktop")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_what_is_owed_at_a_border_is_told_with_who_pays_it(opened: Open, width: int, scheme: Scheme) -> None:
    page = opened("abroad", width=width, scheme=scheme).page
    open_first(page)
    owed = page.locator(".parcel-facts .facts").first
    expect(owed).to_contain_text("Duty at the border2.76the sender pays (DDP)")
    expect(owed).to_contain_text("Tax at the border12.50")
    expect(owed).to_contain_text("duty 2.5 % of 110.40")
    expect(page.locator(".detail")).to_contain_text("not where the receiver does")
    accessible(page)
    keep(page, f"border-{width}")


def test_the_ladder_on_a_phone(opened: Open) -> None:
    page = opened("full", width=390, scheme="dark").page
    open_first(page)
    page.locator(".ladder").first.scroll_into_view_if_needed()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    accessible(page)
    keep(page, "ladder-phone")


def test_an_order_without_a_ladder_shows_none(opened: Open) -> None:
    page = opened("plain").page
    open_first(page)
    expect(page.locator(".detail .options")).to_be_visible()
    expect(page.locator(".ladder")).to_have_count(0)


def test_a_search_without_a_match_says_so_and_leads_back(opened: Open) -> None:
    page = opened("full").page
    page.get_by_role("searchbox").fill("nowhere at all")
    expect(page.locator("#none-found")).to_be_visible()
    page.get_by_role("button", name="Show all orders").click()
    expect(page.locator("#found")).to_have_text("200 orders")


def test_the_keyboard_is_enough(opened: Open) -> None:
    page = opened("full").page
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("paris")
    page.keyboard.press("ArrowDown")
    rows = page.locator("#orders .open")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(rows.nth(1)).to_have_attribute("aria-expanded", "true")
    expect(page.locator(".detail")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".detail")).to_have_count(0)
    page.keyboard.press("End")
    expect(rows.last).to_be_focused()


def test_sorting_and_pages(opened: Open) -> None:
    page = opened("full").page
    expect(page.locator("#orders .order")).to_have_count(50)
    page.get_by_role("button", name="Cost", exact=True).click()
    costs = [float(text.replace(",", "")) for text in page.locator("td.c-cost").all_inner_texts()]
    assert costs == sorted(costs)
    assert len(costs) == 50
    page.get_by_role("button", name="Cost", exact=True).click()
    expect(page.locator("th[aria-sort=descending]")).to_have_text("Cost")
    page.get_by_role("group", name="Pages of orders", exact=True).get_by_role("button", name="Last page").click()
    expect(page.locator("#pager")).to_contain_text("Page 4 of 4")
    expect(page.locator("#orders .order").last).to_contain_text("not planned")  # without a cost: last, either way


def test_filters_by_kind_and_site(opened: Open) -> None:
    page = opened("full").page
    page.locator("#kind").select_option("unplanned")
    expect(page.locator("#orders .order")).to_have_count(200 // 19)
    page.locator("#kind").select_option("split")
    for text in page.locator("td.c-parcels").all_inner_texts():
        assert int(text) > 1
    page.locator("#kind").select_option("all")
    page.locator("#site").select_option("verona")
    for text in page.locator("td.c-site").all_inner_texts():
        assert "Verona" in text


def test_the_slider_packs_unit_by_unit(opened: Open) -> None:
    page = opened("full").page
    page.locator("#kind").select_option("split")
    for button in page.locator("#orders .open").all()[:6]:
        button.click()
    slider = page.locator(".slide input").first
    total = int(slider.get_attribute("max") or 0)
    drawn = page.locator(".box", has=slider).first.locator(".view-corner .unit:not(.later)")
    expect(drawn).to_have_count(total)
    slider.focus()
    page.keyboard.press("Home")
    expect(drawn).to_have_count(1)
    page.keyboard.press("ArrowRight")
    expect(drawn).to_have_count(2)


def test_the_unplanned_table_gives_reason_and_remedy_and_opens_the_order(opened: Open) -> None:
    page = opened("full").page
    rows = page.locator("#unplanned-table tbody tr")
    expect(rows).to_have_count(200 // 19)
    expect(rows.first).to_contain_text("out of stock at every site")
    expect(rows.first).to_contain_text("Wait for the inbound delivery")
    rows.first.get_by_role("link").click()
    expect(page.locator(".detail")).to_contain_text("Not planned")


def test_the_address_opens_an_order_on_its_page(opened: Open) -> None:
    page = opened("full", part="#order=O-000180").page
    expect(page.locator(".detail")).to_be_visible()
    expect(page.get_by_role("button", name="O-000180")).to_be_focused()


def test_the_map_moves_by_buttons_and_keys(opened: Open) -> None:
    page = opened("full").page

    def width() -> float:
        return float((page.locator("#map-drawing").get_attribute("viewBox") or "").split()[2])

    home = width()
    page.get_by_role("button", name="Zoom in").click()
    page.wait_for_function(
        "home => Number(document.querySelector('#map-drawing').getAttribute('viewBox').split(' ')[2]) < home",
        arg=home - 1,
    )
    page.locator("#map-frame").focus()
    page.keyboard.press("0")
    page.wait_for_function(
        "home => Math.abs(document.querySelector('#map-drawing').getAttribute('viewBox').split(' ')[2] - home) < 1",
        arg=home,
    )
    page.get_by_role("button", name="All", exact=True).click()
    page.wait_for_function(
        "home => document.querySelector('#map-drawing').getAttribute('viewBox').split(' ')[2] > home * 1.3", arg=home
    )


def test_hostile_names_stay_text(opened: Open) -> None:
    found = opened("hostile")
    page = found.page
    page.locator("#orders .open").nth(0).click()
    page.locator("#orders .open").nth(6).click()  # not planned
    expect(page.locator(".detail")).to_have_count(2)
    page.wait_for_timeout(100)
    assert page.locator("img").count() == 0
    assert page.title().startswith("Delivery plan: </script>")  # no handler has set another
    expect(page.locator("h1")).to_have_text(HOSTILE)
    expect(page.locator(".options").first).to_contain_text(HOSTILE)
    assert found.complaints == []


def test_amounts_follow_the_currency(browser: Browser, tmp_path: Path) -> None:
    report = plan_report(2)
    brand = replace(report.brand, currency=type(report.brand.currency)("JPY"))
    write_report(tmp_path / "yen.html", replace(report, brand=brand))
    page = browser.new_page()
    page.goto((tmp_path / "yen.html").as_uri())
    page.wait_for_selector("html[data-ready=yes]")
    cost = sum(p.cost.total_minor for p in report.parcels if report.orders[0].order in p.orders)
    expect(page.locator("td.c-cost").first).to_have_text(f"{cost:,}")
    page.close()


def test_a_browser_that_cannot_unpack_says_so(browser: Browser, reports: dict[str, Path]) -> None:
    page = browser.new_page()
    page.add_init_script("delete window.DecompressionStream")
    page.goto(reports["full"].as_uri())
    expect(page.locator("#decisions")).to_contain_text("The decisions could not be opened here.")
    expect(page.locator(".compared")).to_be_visible()
    page.close()


def test_prints_without_its_controls(opened: Open) -> None:
    page = opened("full").page
    page.emulate_media(media="print")
    expect(page.locator(".sections")).to_be_hidden()
    expect(page.locator("#controls")).to_be_hidden()
    expect(page.locator("#orders")).to_be_visible()
    assert len(page.pdf()) > 10_000
