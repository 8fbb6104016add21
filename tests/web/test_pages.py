"""Every room, empty and filled, with a steady number of queries, whatever the query string says."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from urllib.parse import urlencode

import pytest
from django.db import connection, transaction
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoDbBlocker
from tests.web.conftest import at_morning
from tests.web.filled import Filled, fill, lone_admin
from tests.web.investigated import CASE

from doorstep.core.accounts.models import User
from doorstep.core.accounts.queries import scope_of_user
from doorstep.core.orders.models import Order
from doorstep.core.parcels import queries as parcel_queries
from doorstep.core.parcels.models import Parcel
from doorstep.core.parcels.queries import RISKS, Leaving, list_parcels
from doorstep.domain.journey import ORDER_STATES
from doorstep.web.asked import Asked
from doorstep.web.behind import read
from doorstep.web.views import today

pytestmark = pytest.mark.usefixtures("morning")

ROOMS = (
    "today",
    "orders",
    "floor",
    "waves",
    "bench",
    "put_backs",
    "shipments",
    "dispatch",
    "drop_offs",
    "returns",
    "disruptions",
    "cases",
    "work",
    "stock",
    "stock_health",
    "inbound",
    "transfers",
    "insight_carriers",
    "insight_costs",
    "insight_customers",
    "insight_demand",
    "insight_position",
    "commitments",
    "products",
    "sites",
    "tariffs",
    "brands",
    "users_and_keys",
    "account",
    "components",
)
COUNTED = (*ROOMS, "order", "tariff", "case")
INLINE = re.compile(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:", re.IGNORECASE)


@pytest.fixture(scope="module")
def kept(kept_rows: None) -> Filled:  # noqa: ARG001
    with pytest.MonkeyPatch.context() as patch:
        at_morning(patch)
        return fill(timezone.now())


def entered(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text_of(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, address
    return response.content.decode()


def order_page(order: Order) -> str:
    return reverse("order", args=(order.brand.code, order.code))


@pytest.mark.django_db
@pytest.mark.parametrize("name", ROOMS)
def test_an_empty_room_says_what_to_do(name: str) -> None:
    page = text_of(entered(lone_admin()), reverse(name))
    assert not INLINE.search(page)
    if name not in ("users_and_keys", "account", "components", "bench"):
        assert 'class="empty' in page


@pytest.mark.parametrize("name", ROOMS)
def test_a_filled_room_shows_rows_and_nothing_inline(filled: Filled, name: str) -> None:
    client = entered(filled.admin)
    response = client.get(reverse(name))
    page = response.content.decode()
    assert response.status_code == 200
    assert not INLINE.search(page)
    assert response["Cache-Control"] == "private, no-store"
    assert "'unsafe-inline'" not in response["Content-Security-Policy"]
    if name != "components":
        assert "Nord Logistik" in page


def test_numbers_of_today_lead_to_their_orders(filled: Filled) -> None:
    client = entered(filled.admin)
    page = text_of(client, reverse("today"))
    found = re.findall(r'href="([^"]*)"><span class="tile-name">([a-z ]+)</span><strong>(\d+)<', page)
    assert len(found) == len(ORDER_STATES)
    for address, _, number in found:
        listed = text_of(client, address.replace("&amp;", "&"))
        assert listed.count('<th scope="row">') == int(number)


def parcels_behind(filled: Filled, address: str) -> set[str]:
    """Every parcel of the list that an address asks for."""
    asked = Asked(QueryDict(address.replace("&amp;", "&").partition("?")[2]))
    behind = read(asked)
    site, service = asked.text("site"), asked.text("service")
    day, risk = asked.day("leaves"), asked.one_of("risk", RISKS)
    rows = list_parcels(
        scope_of_user(filled.admin),
        site=site,
        service=service,
        ship_date=day,
        risk=risk,
        now=timezone.now(),
        narrowing=behind.narrowing,
        limit=1_000,
    ).rows
    assert asked.not_understood == []
    assert set(asked.kept) == set(asked.query)
    return {one.parcel for one in rows}


@pytest.mark.django_db
def test_every_number_of_today_leads_to_as_many_parcels() -> None:
    filled = fill_anew(40, hour=8)
    Order.objects.filter(brand=filled.brand, code="O-00001").update(latitude=-30.0, longitude=150.0)
    Parcel.objects.filter(order__code__in=("O-00010", "O-00020")).update(ship_at=filled.now - timedelta(hours=3))
    client = entered(filled.admin)
    page = text_of(client, reverse("today"))
    told = re.findall(r'<a (?:class="worse" )?href="(/shipments[^"]*)">(?:<b>)?(\d+)(?: parcels?)?<', page)
    told += re.findall(r'<a href="(/shipments[^"]*)" aria-label="[^"]*: (\d+)(?: parcels?)?"', page)
    told += re.findall(r'<a href="(/shipments[^"]*)">all (\d+) parcels', page)
    for kind in ("at=", "state=here", "state=not_packed", "risk=", "leaves=", "inside=", "site=", "cost=", "days=",
                 "chance="):  # fmt: skip
        assert any(kind in address for address, _ in told), kind
    assert len(told) > 40
    for address, number in {one for one in told if "part=" not in one[0]}:
        assert len(parcels_behind(filled, address)) == int(number), address
    some = next(address for address, _ in told if "cost=" in address)
    listed = text_of(client, some.replace("&amp;", "&"))
    assert set(re.findall(r'<th scope="row"><a href="[^"]*"><bdi>([^<]*)', listed)) == parcels_behind(filled, some)
    assert "Only parcels shown by the charts of today" in listed
    for part in re.findall(r'href="(/shipments[^"]*part=[a-z_]*)"', page):
        assert parcels_behind(filled, part), part
    south = f"{reverse('shipments')}?drawn=map&{{}}=-90,-180,0,180"
    beyond = parcels_behind(filled, south.format("outside"))
    assert parcels_behind(filled, south.format("inside")) == {"O-00001-1"}
    assert beyond == parcels_behind(filled, f"{reverse('shipments')}?drawn=map") - {"O-00001-1"}


def test_an_order_in_danger_is_named_once_with_all_that_endangers_it(filled: Filled) -> None:
    one = Parcel.objects.filter(order__code="O-00003").get()
    Parcel.objects.update(promised_by=filled.now.date() + timedelta(days=9), on_time_ppm=999_000)
    past = {"promised_by": filled.now.date() - timedelta(days=1), "state": "in_transit"}
    Parcel.objects.filter(pk=one.pk).update(**past)
    one.pk, one.code, one.sscc, one.tracking = None, "O-00003-2", "", ""
    one.on_time_ppm = 500_000
    for name, value in past.items():
        setattr(one, name, value)
    one.save()
    page = text_of(entered(filled.admin), reverse("today"))
    listed = page.split('aria-label="Orders at risk"')[1].split("</table>")[0]
    assert listed.count("O-00003</bdi>") == 1
    assert "not delivered (both parcels)" in listed
    assert "50.0 % likely on time, 95.0 % wanted (1 of 2 parcels)" in listed


def test_what_is_overdue_stands_first_however_many_days_it_is(filled: Filled) -> None:
    Parcel.objects.filter(state="planned").update(ship_at=filled.now - timedelta(days=2))
    number = Parcel.objects.filter(ship_at=filled.now - timedelta(days=2), brand=filled.brand).count()
    assert number
    page = text_of(entered(filled.admin), reverse("today"))
    assert page.index('aria-label="Overdue departures"') < page.index(">At risk<")
    if 'aria-label="What must leave today"' in page:
        assert page.index('aria-label="Overdue departures"') < page.index('aria-label="What must leave today"')
    listed = page.split('aria-label="Overdue departures"')[1].split("</tbody>")[0]
    at = urlencode({"at": (filled.now - timedelta(days=2)).isoformat()})
    found = re.findall(rf"{re.escape(at)}&amp;state=(here|not_packed)\">(\d+)<", listed)
    assert sum(int(units) for kind, units in found if kind == "here") == number
    assert found[0][1] == found[1][1]  # none of them is packed


def test_today_names_what_is_at_risk(filled: Filled) -> None:
    page = text_of(entered(filled.admin), reverse("today"))
    for words in ("promised day has passed", "should have left", "less likely on time", "unknown sku", "out of stock"):
        assert words in page
    assert "Lille" in page
    assert "What a parcel costs" in page
    assert '<path d="M' in page  # land


def test_an_order_tells_everything(filled: Filled) -> None:
    page = text_of(entered(filled.viewer), order_page(filled.planned))
    for words in (
        "Person O-00001",
        "1 rue de la Paix",
        "The next best option costs 1.73 EUR more.",
        "carton XS is too small by 40 mm",
        "Freight of swift from verona falls by: 1.74 EUR",
        "Assam, 250 g",
        "on time",
        "Placed",
        "Promised",
        "inside 250 × 210 × 120 mm",
        "face-top",
        "6.57 EUR",
    ):
        assert words in page, words
    assert not INLINE.search(page)


def test_an_order_without_a_plan_says_why(filled: Filled) -> None:
    page = text_of(entered(filled.admin), order_page(filled.held))
    assert "It is held until a person sees to it." in page
    assert "Add the product, or correct the order." in page
    assert "Nothing was decided yet." in page


def test_orders_are_searched_by_code_customer_and_postcode(filled: Filled) -> None:
    client = entered(filled.viewer)
    for search, number in (("o-00003", 1), ("c-o-00004", 1), ("75011", 2), ("nothing", 0)):
        page = text_of(client, f"{reverse('orders')}?q={search}")
        assert page.count('<th scope="row">') == number, search
    assert "No order is like that." in page


def test_stock_is_searched_by_the_beginning_of_a_sku(filled: Filled) -> None:
    client = entered(filled.viewer)
    for search, number in (("tea-", 6), ("TEA-3", 2), ("EA", 0)):
        assert text_of(client, f"{reverse('stock')}?q={search}").count('<th scope="row">') == number, search


@pytest.mark.django_db
def test_lists_turn_their_pages() -> None:
    filled = fill_anew(120)
    client = entered(filled.viewer)
    for name, least in (("orders", 3), ("shipments", 2)):
        address, seen, pages = reverse(name), list[str](), 0
        while address:
            page = text_of(client, address)
            seen += re.findall(r'<th scope="row"><a href="[^"]*"><bdi>([^<]*)', page)
            pages += 1
            following = re.search(r'rel="next" href="([^"]*)"', page)
            address = reverse(name) + following[1].replace("&amp;", "&") if following else ""
        assert pages >= least
        assert len(seen) == len(set(seen)) == {"orders": 120, "shipments": 96}[name]
    by_time = list(Order.objects.filter(brand=filled.brand).order_by("-placed_at", "-id"))
    assert all(one.placed_at >= other.placed_at for one, other in pairwise(by_time))


@pytest.fixture(scope="module")
def counted(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> dict[str, list[int]]:  # noqa: ARG001
    """How many queries each room makes at 10 and at 300 orders; the record is filled once for all of them."""
    counts: dict[str, list[int]] = {}
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        at_morning(patch)
        for orders in (10, 300):
            filled = fill_anew(orders)
            client = entered(filled.admin)
            for name in COUNTED:
                address = {
                    "order": order_page(filled.planned),
                    "tariff": reverse("tariff", args=(filled.brand.code, "gp-std")),
                    "case": reverse("case", args=(CASE,)),
                }.get(name) or reverse(name)
                text_of(client, address)  # the first one fills caches
                with CaptureQueriesContext(connection) as captured:
                    text_of(client, address)
                counts.setdefault(name, []).append(len(captured))
        transaction.set_rollback(True)
    return counts


@pytest.mark.parametrize("name", COUNTED)
def test_queries_do_not_grow_with_orders(counted: dict[str, list[int]], name: str) -> None:
    few, many = counted[name]
    assert few == many
    assert few <= 22


def fill_anew(orders: int, hour: int | None = None) -> Filled:
    from django.apps import apps

    for model in reversed(list(apps.get_models())):
        if model.__module__.startswith("doorstep.core"):
            model._default_manager.all().delete()
    now = timezone.now()
    return fill(now if hour is None else now.replace(hour=hour), orders=orders)


@pytest.mark.parametrize(
    "query",
    [
        "state=nonsense", "after=nonsense", "after=bm9uc2Vuc2U", "after=WzFd", "from=2026-13-45", "to=9999-12-31",
        "from=0001-01-01", "leaves=0001-01-01", "leaves=9999-12-31", "leaves=tomorrow", "risk=none", "site=nowhere",
        "brand=nobody", "q=%00", "q=%25_%27%22%3C", "reason=%F0%9F%8E%81", "q=" + "x" * 3000, "service=%C3%28",
        "at=tomorrow", "at=2026-11-27", "at=9999-12-31T23:59:59-23:00", "drawn=moon", "currency=euro", "part=love",
        "cost=..", "cost=1", "cost=9999999999999999..", "cost=-5..999999999999999", "days=-999999999..99999999999999",
        "chance=..99999999999999", "chance=-1..", "inside=1,2", "inside=nan,1,2,inf", "outside=-1e308,1,1e308,2",
        "inside=a,b,c,d", "currency=XXX&cost=1..2",
        "after=WzkyMjMzNzIwMzY4NTQ3NzU4MDcsMV0", "after=WyJhIiwxXQ", "after=" + "W" * 5000,
    ],
)  # fmt: skip
def test_bad_query_strings_are_left_out(filled: Filled, query: str) -> None:
    client = entered(filled.admin)
    for name in ROOMS:
        text_of(client, f"{reverse(name)}?{query}")


def test_hostile_words_stay_words(filled: Filled) -> None:
    hostile = "</script><img src=x onerror=alert(1)>"
    Order.objects.filter(pk=filled.planned.pk).update(city=hostile, customer=hostile, gift_note=hostile)
    client = entered(filled.admin)
    for address in (
        reverse("today"),
        reverse("orders"),
        order_page(filled.planned),
        f"{reverse('orders')}?q={hostile}",
    ):
        assert "<img" not in text_of(client, address)


@pytest.mark.parametrize("code", ["a/b", "..", "50%", "ü?#&=x", "a b"])
def test_any_code_has_an_address(filled: Filled, code: str) -> None:
    Order.objects.filter(pk=filled.planned.pk).update(code=code)
    filled.planned.refresh_from_db()
    assert "Goes to" in text_of(entered(filled.admin), order_page(filled.planned))


def test_missing_pages_and_forbidden_rooms_look_like_the_house(filled: Filled) -> None:
    admin = entered(filled.admin)
    assert "There is nothing here" in text_of(admin, "/nowhere", 404)
    assert "There is nothing here" in text_of(admin, reverse("order", args=("tea", "O-99999")), 404)
    assert "not for your role" in text_of(entered(filled.floor), reverse("orders"), 403)
    assert "not for your role" in text_of(entered(filled.viewer), reverse("users_and_keys"), 403)


def test_a_page_that_breaks_says_so(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("doorstep.web.views.sites.sites", broken)
    client = entered(filled.admin)
    client.raise_request_exception = False
    assert "Something broke on our side" in text_of(client, reverse("sites"), 500)


def test_a_site_shows_so_many_departures_and_leads_to_the_rest(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    one = Leaving("lille", "Lille", "UTC", "gp-std", now, parcels=2, orders=2, waiting=0, weight_g=900)
    calls = tuple(replace(one, leaves_at=now - timedelta(minutes=60 - n), waiting=n // 9) for n in range(12))
    monkeypatch.setattr(parcel_queries, "leaving_today", lambda *_: calls)
    page = entered(filled.admin).get(reverse("today")).content.decode()
    rows = page.split('aria-label="What must leave today"')[1].split("</table>")[0]
    assert rows.count("</td></tr>") + rows.count("</td>\n    </tr>") == today.DEPARTURES_SHOWN + 1
    assert "4 departures more</a>" in rows
    assert "24 parcels" in rows
    assert rows.count("state=here") == 3  # those that wait are among the shown ones


def test_shipments_are_narrowed_by_services_with_names(filled: Filled) -> None:
    client = entered(filled.admin)
    page = client.get(reverse("shipments"), {"service": "gp-std"}).content.decode()
    assert re.search(r'<option value="gp-std" selected>[^<]*[A-Z]', page)
    gone = client.get(reverse("shipments"), {"service": "gone"}).content.decode()
    assert '<option value="gone" selected>gone</option>' in gone
