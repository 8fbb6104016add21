"""The floor as people work it, in Chromium: by keyboard alone, with wrong scans, with and without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer
from tests.chromium import Scheme, accessible, complaints_of, keep, log_in, scrolls_one_way
from tests.core_fixtures import NOW, make_brand, make_operator, make_product, make_site, scope_of
from tests.record.on_the_floor import LEAVES, carton, planned, stocked

from doorstep.core.accounts.actions import add_user
from doorstep.core.floor.models import Pick
from doorstep.core.parcels.models import Parcel
from doorstep.domain.rights import Scope
from doorstep.flows import pick
from doorstep.flows.define_barcodes import set_barcodes
from doorstep.flows.release import release
from doorstep.flows.take_back import take_back

if TYPE_CHECKING:
    from doorstep.core.orders.models import Order

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "a long enough password"


@pytest.fixture
def orders(transactional_db: None) -> tuple[Scope, list[Order]]:  # noqa: ARG001
    operator = make_operator("harbour")
    brand, site = make_brand(operator, "tea"), make_site(operator, "north")
    carton(brand)
    carton(brand, "L")
    assam, mug, scale = (make_product(brand, sku) for sku in ("assam", "mug", "scale"))
    for product, bin in ((assam, "A-02"), (mug, "A-11"), (scale, "B-03")):
        stocked(brand, site, product, **{bin: 40})
    made = [
        planned(brand, site, "W-1001", {assam: 2, mug: 1}),
        planned(brand, site, "W-1002", {scale: 1}),
        planned(brand, site, "W-1003", {mug: 3}, service="express"),
    ]
    spots = [
        ["assam", 1, 0, 0, 0, 200, 150, 80],
        ["assam", 2, 200, 0, 0, 200, 150, 80],
        ["mug", 1, 0, 0, 80, 200, 150, 80],
    ]
    Parcel.objects.filter(code="W-1001-1").update(placements=spots)
    for role in ("floor_worker", "supervisor"):
        user = add_user(f"{role}@example.org", role, PASSWORD, role, operator.pk)
        assert user
    return scope_of(operator, brand), made


@pytest.fixture
def page(browser: Browser, orders: object, live_server: LiveServer) -> Iterator[Page]:  # noqa: ARG001
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield entered(context.new_page(), live_server)
    context.close()


def entered(page: Page, live_server: LiveServer, role: str = "floor_worker") -> Page:
    page.set_default_timeout(10_000)
    log_in(page, live_server.url + "/login?next=/floor", f"{role}@example.org", PASSWORD)
    return page


def scan(page: Page, code: str) -> None:
    """As a scanner does: characters, then Enter, into whatever has the focus."""
    expect(page.locator("[data-scan]")).to_be_focused()
    page.keyboard.type(code)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_wave_is_released_and_picked_without_a_mouse(page: Page, live_server: LiveServer) -> None:
    page.goto(live_server.url + "/floor")
    accessible(page)
    keep(page, "floor-departures")
    page.get_by_role("button", name="Release std").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/floor/waves/**")
    accessible(page)
    keep(page, "floor-wave")
    expect(page.get_by_role("button", name="Pick", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/floor/picks/**")
    expect(page.get_by_role("heading", level=1)).to_contain_text("A-02")
    scan(page, "B-03")
    expect(page.get_by_role("alert")).to_contain_text("B-03 is not this bin: go to A-02.")
    accessible(page)
    keep(page, "floor-wrong-bin")
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("B-03 is not this bin")
    scan(page, "A-02")
    expect(page.get_by_role("alert")).to_have_count(0)
    keep(page, "floor-pick")
    scan(page, "mug")
    expect(page.get_by_role("alert")).to_contain_text("mug is not the product: take assam.")
    scan(page, "assam")
    for code in ("A-11", "mug", "B-03", "scale"):
        scan(page, code)
    page.wait_for_url("**/floor/waves/**")


def test_a_scanner_that_types_sends_the_lot_of_a_code_of_gs1(
    page: Page, orders: tuple[Scope, list[Order]], live_server: LiveServer
) -> None:
    """FNC1 comes as Ctrl+]: without it the lot would swallow the serial number behind it."""
    scope, made = orders
    set_barcodes(scope, made[0].brand_id, "assam", ["4006381333931"], now=NOW)
    wave = release(scope, site="north", until=LEAVES, service="std", now=NOW).waves[0]
    Pick.objects.filter(product__sku="assam").update(lot="L-7")
    page.goto(f"{live_server.url}/floor/waves/{wave}")
    page.get_by_role("button", name="Pick", exact=True).click()
    scan(page, "A-02")
    page.keyboard.type("]d2010400638133393110L-8")
    page.keyboard.press("Control+]")
    scan(page, "21S-1")
    expect(page.get_by_role("alert")).to_contain_text("This is lot L-8: take lot L-7.")
    accessible(page)
    keep(page, "floor-other-lot")


def test_a_parcel_is_packed_without_a_mouse_and_put_back(
    page: Page, orders: tuple[Scope, list[Order]], live_server: LiveServer
) -> None:
    scope, made = orders
    wave = release(scope, site="north", until=LEAVES, service="std", now=NOW).waves[0]
    while (task := pick.next_pick(scope, wave, now=NOW)) is not None:
        pick.scan(scope, task.pk, task.bin, now=NOW)
        pick.scan(scope, task.pk, task.sku, now=NOW)
    page.goto(live_server.url + "/floor/bench")
    accessible(page)
    scan(page, "nonsense")
    expect(page.get_by_role("alert")).to_contain_text("nonsense is no tote, parcel or order")
    scan(page, f"{wave}-01")
    scan(page, "assam")
    accessible(page)
    scan(page, "scale")
    expect(page.get_by_role("alert")).to_contain_text("scale does not belong here: tote")
    keep(page, "floor-bench")
    scan(page, "assam")
    scan(page, "assam")
    expect(page.get_by_role("alert")).to_contain_text("One too many")
    scan(page, "mug")
    accessible(page)
    keep(page, "floor-carton")
    scan(page, "L")
    expect(page.get_by_role("alert")).to_contain_text("say why it is L")
    scan(page, "S")
    scan(page, "2.4 kg")
    expect(page.get_by_role("alert")).to_contain_text("2400 g, and 1300 g is planned.")
    scan(page, "1310")
    expect(page.get_by_role("status")).to_contain_text("Packed in S, 1.31 kg.")
    accessible(page)
    keep(page, "floor-packed")
    assert Parcel.objects.get(code="W-1001-1").packed_weight_g == 1_310
    take_back(scope, made[0].brand_id, made[0].pk, now=NOW)
    page.goto(live_server.url + "/floor/put-backs")
    accessible(page)
    keep(page, "floor-put-back")
    scan(page, "A-02")
    expect(page.locator(".put-backs li")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_every_page_of_the_floor_is_accessible_and_scrolls_one_way(
    browser: Browser,
    orders: tuple[Scope, list[Order]],
    live_server: LiveServer,
    width: int,
    scheme: Scheme,
) -> None:
    scope, made = orders
    wave = release(scope, site="north", until=LEAVES, service="std", now=NOW).waves[0]
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
    page = entered(context.new_page(), live_server, "supervisor")
    complaints = complaints_of(page, live_server.url)
    page.goto(f"{live_server.url}/floor/waves/{wave}")
    page.get_by_role("button", name="Pick", exact=True).click()
    page.wait_for_url("**/floor/picks/**")
    task = page.url.removeprefix(live_server.url)
    page.get_by_text("The bin holds fewer").click()
    accessible(page)
    page.get_by_role("button", name="Report it").click()
    page.wait_for_url("**/floor/picks/**")
    for address in ("/floor", "/floor/waves", f"/floor/waves/{wave}", task, "/floor/bench", "/floor/put-backs"):
        page.goto(live_server.url + address)
        accessible(page)
        scrolls_one_way(page)
        keep(page, f"{address.strip('/').replace('/', '-')}-{width}-{scheme}")
    page.goto(live_server.url + "/floor/bench")
    scan(page, "W-1001")
    accessible(page)
    scrolls_one_way(page)
    keep(page, f"floor-tote-{width}-{scheme}")
    assert complaints == []
    assert made
    context.close()


def test_picking_works_without_javascript(
    browser: Browser,
    orders: tuple[Scope, list[Order]],
    live_server: LiveServer,
) -> None:
    scope, _ = orders
    wave = release(scope, site="north", until=LEAVES, service="std", now=NOW).waves[0]
    context = browser.new_context(java_script_enabled=False)
    page = entered(context.new_page(), live_server)
    page.goto(f"{live_server.url}/floor/waves/{wave}")
    page.get_by_role("button", name="Pick", exact=True).click()
    for code in ("A-02", "assam", "A-11", "mug", "B-03", "scale"):
        page.get_by_label("Scan the").fill(code)
        page.get_by_role("button", name="Scan", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"Wave {wave}")
    context.close()


def test_the_bars_of_a_tote_are_read_from_the_printed_list(
    browser: Browser,
    orders: tuple[Scope, list[Order]],
    live_server: LiveServer,
) -> None:
    wave = release(orders[0], site="north", until=LEAVES, now=NOW).waves[0]
    context = browser.new_context(viewport={"width": 794, "height": 1123}, device_scale_factor=3)  # A4 at 288 dpi
    page = entered(context.new_page(), live_server)
    page.goto(f"{live_server.url}/floor/waves/{wave}")
    page.emulate_media(media="print")
    picture = Image.open(BytesIO(page.screenshot(full_page=True)))
    read = {one.text for one in zxingcpp.read_barcodes(picture)}
    assert read == {f"{wave}-{slot:02d}" for slot in (1, 2, 3)}
    keep(page, "floor-wave-printed")
    context.close()
