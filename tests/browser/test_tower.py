"""The tower as people use it, in Chromium, from a server that runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer
from tests.chromium import Scheme, accessible, complaints_of, go, keep, log_in, scrolls_one_way
from tests.web.filled import PASSWORD, Filled, fill

from doorstep.core.orders.models import Order
from doorstep.core.parcels.models import Parcel

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ROOMS = (
    "/", "/orders", "/shipments", "/stock", "/products", "/sites", "/tariffs", "/users-and-keys", "/components",
    "/brands", "/brands/tea", "/account", "/dispatch", "/drop-offs", "/returns", "/disruptions", "/stock/health",
    "/stock/inbound", "/stock/transfers", "/shoppers", "/insights",
)  # fmt: skip
ORDER = "/orders/tea/O-00003"


@dataclass(slots=True)
class Visit:
    page: Page
    complaints: list[str]  # of the console: what the content policy forbids is among them


Enter = Callable[..., Visit]


@pytest.fixture
def filled(request: pytest.FixtureRequest) -> Filled:
    request.getfixturevalue("transactional_db")
    made = fill(timezone.now(), orders=90)
    made.admin.set_password(PASSWORD)
    made.admin.save()
    return made


@pytest.fixture
def enter(browser: Browser, filled: Filled, live_server: LiveServer) -> Iterator[Enter]:
    contexts = []

    def inside(width: int = 1280, scheme: Scheme = "light", address: str = "/") -> Visit:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        visit = Visit(page, complaints_of(page, live_server.url))
        log_in(page, live_server.url + address, filled.admin.email.upper(), PASSWORD)
        return visit

    yield inside
    for context in contexts:
        context.close()


def name_of(address: str) -> str:
    return address.strip("/").replace("/", "-") or "today"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_room_is_accessible_and_without_complaints(enter: Enter, live_server: LiveServer, scheme: Scheme) -> None:
    visit = enter(scheme=scheme)
    for address in (*ROOMS, ORDER, f"{ORDER}/trail", "/orders/tea/O-00009", "/tariffs/tea/gp-std"):
        go(visit.page, live_server.url + address)
        for summary in visit.page.locator("main summary").all():
            summary.click()
        accessible(visit.page)
        go(visit.page, live_server.url + address)
        keep(visit.page, f"{name_of(address)}-{scheme}")
    assert visit.complaints == []


@pytest.mark.parametrize("width", [390, 768])
def test_a_page_scrolls_in_one_direction_only(enter: Enter, live_server: LiveServer, width: int) -> None:
    visit = enter(width=width)
    for address in (*ROOMS, ORDER, f"{ORDER}/trail", "/tariffs/tea/gp-std"):
        go(visit.page, live_server.url + address)
        scrolls_one_way(visit.page)
        keep(visit.page, f"{name_of(address)}-{width}")
    assert visit.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_login_page_is_accessible_and_tells_what_is_wrong(
    browser: Browser, filled: Filled, live_server: LiveServer, scheme: Scheme
) -> None:
    page = browser.new_page(color_scheme=scheme, viewport={"width": 390, "height": 800})
    page.goto(live_server.url + "/orders?state=held")
    expect(page.get_by_label("E-mail address")).to_be_focused()
    page.get_by_label("E-mail address").fill(filled.admin.email)
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_contain_text("No one logs in with this address and password.")
    accessible(page)
    keep(page, f"login-{scheme}")
    page.get_by_label("E-mail address").fill(filled.admin.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/orders?state=held")
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/login*")
    page.goto(live_server.url + "/nowhere")
    accessible(page)
    keep(page, f"missing-{scheme}")
    page.close()


def test_from_today_to_an_order_by_keyboard(enter: Enter) -> None:
    page = enter().page
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.get_by_role("link", name="planned").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders?state=planned")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("o-00001")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=o-00001**")
    assert "from=" not in page.url  # empty fields stay out of the address
    page.get_by_role("link", name="O-00001").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("O-00001")
    expect(page.locator(".options")).to_contain_text("carton XS is too small by 40 mm")
    expect(page.locator(".views svg")).to_have_count(3)


def test_a_choice_shows_its_orders_at_once(enter: Enter, live_server: LiveServer) -> None:
    page = enter().page
    go(page, live_server.url + "/orders")
    page.get_by_label("State").select_option("held")
    page.wait_for_url("**state=held**")
    states = page.locator("tbody .state").all_inner_texts()
    assert len(states) == Order.objects.filter(state="held", brand__code="tea").count()
    assert set(states) == {"held"}


def test_a_key_is_shown_once_and_revoked_after_asking(enter: Enter, live_server: LiveServer) -> None:
    visit = enter()
    page = visit.page
    go(page, live_server.url + "/users-and-keys")
    page.get_by_text("Make a key").click()
    page.locator("#keys").get_by_label("Name").fill("checkout")
    page.get_by_role("button", name="Make", exact=True).click()
    expect(page.locator("#new-key")).to_contain_text("ds_")
    keep(page, "new-key-light")
    go(page, live_server.url + "/users-and-keys")
    expect(page.locator("#new-key")).to_have_count(0)
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Revoke checkout", exact=True).click()
    expect(page.get_by_role("button", name="Revoke checkout", exact=True)).to_be_visible()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Revoke checkout", exact=True).click()
    expect(page.get_by_role("button", name="Revoke checkout", exact=True)).to_have_count(0)
    assert visit.complaints == []


def test_an_order_that_the_wave_left_out_raises_a_card_within_five_seconds(enter: Enter, filled: Filled) -> None:
    Parcel.objects.update(ship_at=timezone.now() - timedelta(days=3))
    visit = enter()
    expect(visit.page.locator("#left-out")).to_be_empty()
    early, late = Parcel.objects.filter(order__state="planned", order__brand=filled.brand).order_by("pk")[:2]
    midnight = timezone.now().astimezone(ZoneInfo(early.site.time_zone)).replace(hour=23, minute=59, second=59)
    for parcel, state in ((early, "released"), (late, "planned")):
        parcel.site, parcel.service, parcel.ship_at, parcel.state = early.site, "night", midnight, state
        parcel.save()
    expect(visit.page.locator("#left-out")).to_contain_text(late.order.code, timeout=5_000)
    accessible(visit.page)
    keep(visit.page, "left-out")
    Parcel.objects.filter(pk=late.pk).update(state="released")
    expect(visit.page.locator("#left-out")).not_to_contain_text(late.order.code, timeout=5_000)
    assert visit.complaints == []


def test_a_gate_is_worked_with_the_keyboard_alone(enter: Enter, live_server: LiveServer) -> None:
    visit = enter()
    go(visit.page, live_server.url + "/dispatch")
    visit.page.get_by_role("region", name="Table of departures").get_by_role("link").first.click()
    expect(visit.page.get_by_placeholder("Scan or type")).to_be_focused()
    for typed, said in (("4711", "Not known"), ("]C100340123450000000017", "Staged"), ("GP-1", "Staged already")):
        visit.page.keyboard.type(typed)
        visit.page.keyboard.press("Enter")
        expect(visit.page.locator(".verdict strong")).to_have_text(said)
        expect(visit.page.get_by_placeholder("Scan or type")).to_be_focused()
    accessible(visit.page)
    keep(visit.page, "gate")
    visit.page.set_viewport_size({"width": 390, "height": 844})
    scrolls_one_way(visit.page)
    keep(visit.page, "gate-390")
    assert not [one for one in visit.complaints if "422" not in one]  # the console tells of a refused scan


def test_a_phone_shows_the_room_one_is_in(enter: Enter, live_server: LiveServer) -> None:
    visit = enter(width=390)
    rooms = visit.page.locator(".doors ul")
    for address, edges in (
        ("/", "more-after"),
        ("/stock", "more-before more-after"),
        ("/users-and-keys", "more-before"),
    ):
        go(visit.page, live_server.url + address)
        expect(visit.page.locator(".doors [aria-current]")).to_be_in_viewport(ratio=1)
        expect(rooms).to_have_class(f"wide {edges}")
    visit.page.evaluate("document.querySelector('.doors ul').scrollLeft = 0")
    expect(rooms).to_have_class("wide more-after")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_rows_under_their_heads(enter: Enter, live_server: LiveServer, scheme: Scheme) -> None:
    visit = enter(width=390, scheme=scheme)
    gate = f"/dispatch?{urlencode(_gate())}"
    for address, head in (
        (ORDER, "Why it lost"), ("/dispatch", "Still here"), (gate, "Still here"), ("/stock", "Days of cover"),
        ("/users-and-keys", "Last logged in"), ("/drop-offs", "Staged"), ("/orders", "State"),
    ):  # fmt: skip
        go(visit.page, live_server.url + address)
        row = visit.page.locator(f".stacked-rows td[data-label='{head}']:visible").first
        expect(row).to_be_visible()
        wide = "[...document.querySelectorAll('.scroll')].filter((box) => box.scrollWidth > box.clientWidth).length"
        assert visit.page.evaluate(wide) == 0, address
        scrolls_one_way(visit.page)
        accessible(visit.page)
        keep(visit.page, f"phone-{name_of(address.partition('?')[0])}{'-gate' if '?' in address else ''}-{scheme}")
    visit.page.set_viewport_size({"width": 1280, "height": 900})
    expect(visit.page.locator(".stacked-rows")).to_have_count(0)
    assert visit.complaints == []


def _gate() -> dict[str, str]:
    parcel = Parcel.objects.get(tracking="GP-1")
    return {"site": parcel.site.code, "carrier": "General Parcels", "leaves": parcel.ship_at.isoformat()}
