"""An order on its page: let go, changed, cancelled, sent otherwise, by those who may."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from urllib.parse import unquote_plus

import pytest
from django.test import Client
from django.urls import reverse
from tests.record.brand import NOW, loaded
from tests.record.test_accept import asked
from tests.web.test_pages import INLINE, entered

from doorstep.core.accounts.models import Brand, Operator, User
from doorstep.core.decisions.models import Decision
from doorstep.core.orders.models import Order, ReviewRule
from doorstep.core.parcels.models import Parcel
from doorstep.domain.demand import Order as NewOrder
from doorstep.domain.rights import Role, Scope
from doorstep.flows.accept import accept_order
from doorstep.server import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> tuple[Scope, int]:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return loaded()


def member(scope: Scope, role: Role, brand_id: int | None = None) -> Client:
    operator = Operator.objects.get(pk=scope.operator)
    user = User(email=f"{role}@north.example", name=role, role=role, operator=operator)
    user.set_unusable_password()
    user.save()
    if brand_id:
        user.brands.add(brand_id)
    return entered(user)


def page(client: Client, code: str = "N-1", name: str = "order", query: str = "", status: int = 200) -> str:
    brand = Brand.objects.get().code
    response = client.get(reverse(name, args=(brand, code)) + query)
    assert response.status_code == status
    text = response.content.decode()
    assert not INLINE.search(text)
    return text


def post(client: Client, name: str, said: dict[str, object], code: str = "N-1") -> tuple[int, str]:
    response = client.post(reverse(name, args=(Brand.objects.get().code, code)), said)
    return response.status_code, response.content.decode()


def typed(text: str) -> dict[str, object]:
    """What a browser would send of the form as it stands."""
    form = re.search(r'<form method="post" action="[^"]*/change">.*?</form>', text, re.DOTALL)
    assert form
    said: dict[str, object] = {}
    for tag in re.findall(r"<input [^>]*>", form[0]):
        name = re.search(r'name="([^"]*)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name and ("checkbox" not in tag or " checked" in tag):
            said[name[1]] = value[1] if value else ""
    return said


def placed(shop: tuple[Scope, int], order: NewOrder) -> int:
    return accept_order(*shop, order, now=NOW).order_id


def test_a_held_order_tells_all_its_faults_and_is_let_go(shop: tuple[Scope, int]) -> None:
    placed(shop, replace(asked(), payment="pending", review=True))
    client = member(shop[0], "supervisor")
    text = page(client)
    for words in ("payment has not arrived", "to be looked at", "its payment has arrived", "Release it"):
        assert words in text
    assert post(client, "release_hold", {"settled": ["payment", "review", "nonsense"]})[0] == 302
    assert Order.objects.get(code="N-1").state == "planned"
    assert "payment, review settled" in page(client)
    status, text = post(client, "release_hold", {})
    assert status == 422
    assert "the order is planned, not held" in text


def test_a_viewer_sees_no_forms_and_may_do_nothing(shop: tuple[Scope, int]) -> None:
    placed(shop, asked())
    client = member(shop[0], "brand_viewer", shop[1])
    text = page(client)
    assert "Cancel it" not in text
    assert "Send it otherwise" not in text
    for name in ("release_hold", "edit_order", "cancel_order", "override_plan"):
        assert post(client, name, {"reason": "other"})[0] == 403


def test_an_order_is_changed_by_its_form(shop: tuple[Scope, int]) -> None:
    placed(shop, asked())
    client = member(shop[0], "supervisor")
    said = typed(page(client))
    assert (said["name"], said["postcode"], said["quantity-1"], said["revision"]) == ("Ann", "80331", "1", "0")
    told = {**said, "name": "Bea", "quantity-1": "2", "gift_note": "Enjoy <it>", "signed_for": ""}
    assert post(client, "edit_order", told)[0] == 302
    text = page(client)
    assert "Bea" in text
    assert "Enjoy &lt;it&gt;" in text
    assert "gift note, lines, name" in text
    assert "Parcels of earlier plans" in text
    assert "replaced" in text
    status, text = post(client, "edit_order", told)
    assert status == 422
    assert "changed meanwhile" in text


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("country", "XX", "country: is not a country code"),
        ("not_before", "soon", "not before: is not a date"),
        ("priority", "99", "priority: is not a number from 0 to 9"),
        ("quantity-1", "many", "quantity: is not a number"),
        ("quantity-1", "0", "quantity: an order asks for something"),
        ("gift_note", "x" * 501, "gift note: is longer than 500"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(
    shop: tuple[Scope, int], name: str, value: str, why: str
) -> None:
    placed(shop, asked())
    client = member(shop[0], "supervisor")
    status, text = post(client, "edit_order", {**typed(page(client)), "company": "Bea & Co", name: value})
    assert status == 422
    assert why in text
    assert "Bea &amp; Co" in text
    assert Order.objects.get(code="N-1").revision == 0


def test_an_order_is_cancelled_with_a_reason(shop: tuple[Scope, int]) -> None:
    placed(shop, asked())
    client = member(shop[0], "supervisor")
    status, text = post(client, "cancel_order", {"reason": "", "note": ""})
    assert status == 422
    assert "choose a reason" in text
    assert post(client, "cancel_order", {"reason": "duplicate", "note": "came twice"})[0] == 302
    text = page(client)
    assert "It was cancelled." in text
    assert "came twice" in text
    assert "Change it" not in text


def test_a_plan_is_overridden_after_a_look_at_what_it_costs(shop: tuple[Scope, int]) -> None:
    placed(shop, asked())
    client = member(shop[0], "supervisor")
    listed = page(client, name="order_options")
    links = re.findall(r'href="(\?option=[^"]*)"', listed)
    names = [(one, unquote_plus(one.removeprefix("?option="))) for one in links]
    assert len(names) > 1
    weighed = page(client, name="order_options", query=names[1][0].replace("&amp;", "&"))
    assert "more than now" in weighed
    assert "face-top" in weighed  # its picture
    for words in ("Leaves", "On time", "at the site", "carton "):
        assert words in listed, words
    for site, service in {(one.site.code, one.service) for one in Parcel.objects.select_related("site")}:
        assert f">{site} by {service}" not in listed
    status, text = post(client, "override_plan", {"option": names[1][1], "reason": ""})
    assert status == 422
    assert "say why" in text
    assert post(client, "override_plan", {"option": names[1][1], "reason": "asked for"})[0] == 302
    assert Decision.objects.order_by("-pk")[0].record["override"]["reason"] == "asked for"
    text = page(client)
    assert "Sent otherwise" in text
    assert "a person chose otherwise" in text
    assert "Chosen by supervisor, instead of" in text


def test_options_of_an_order_without_a_plan(shop: tuple[Scope, int]) -> None:
    placed(shop, asked(sku="teapot", quantity=3))
    assert "no plan that could be overridden" in page(member(shop[0], "supervisor"), name="order_options")


def test_each_parcel_shows_its_own_state(shop: tuple[Scope, int]) -> None:
    pk = placed(shop, asked())
    Parcel.objects.filter(order=pk).update(state="out_for_delivery")
    Order.objects.filter(pk=pk).update(state="part_shipped")
    client = member(shop[0], "supervisor")
    text = page(client)
    assert "out for delivery" in text
    assert "part shipped" in text
    assert "N-1" in client.get(reverse("orders") + "?state=part_shipped").content.decode()


def test_a_brand_says_which_orders_it_looks_at(shop: tuple[Scope, int]) -> None:
    client = member(shop[0], "operator_admin")
    brand = Brand.objects.get().code
    address = reverse("set_review_rule", args=(brand,))
    assert client.post(address, {"over": "250.5"}).status_code == 302
    assert ReviewRule.objects.get().over_micros == 250_500_000
    assert 'value="250.50"' in client.get(reverse("brand", args=(brand,))).content.decode()
    refused = client.post(address, {"over": "much"})
    assert refused.status_code == 422
    assert "such as 250" in refused.content.decode()
    assert client.post(address, {"over": ""}).status_code == 302
    assert not ReviewRule.objects.exists()


def test_a_nominated_day_out_of_reach_is_told(shop: tuple[Scope, int]) -> None:
    for code, day in (("N-1", NOW.date()), ("N-2", NOW.date() + timedelta(days=4))):
        placed(shop, replace(asked(code, "teapot"), not_before=day, promised_by=day))
    client = member(shop[0], "planner")
    missed, kept = page(client), page(client, "N-2")
    assert "out of reach, promised by" in missed
    assert "Nominated day" in kept
    assert "out of reach" not in kept
    assert "Shop promised by" not in kept


def test_an_order_without_a_plan_tells_all_that_stands_in_its_way(shop: tuple[Scope, int]) -> None:
    placed(shop, asked(sku="teapot", quantity=3))
    text = page(member(shop[0], "supervisor"))
    assert "Why it cannot be planned" in text
    assert "One thing stands in the way." in text
    assert "3 x teapot asked, 1 left at berlin, 1 left at munich" in text
    assert "enough by itself" in text
    assert ".csv" not in text


def test_a_decision_tells_all_that_would_change_it_by_their_names(shop: tuple[Scope, int]) -> None:
    placed(shop, asked(sku="teapot"))
    decision = Decision.objects.get()
    decision.record["flips"] = [
        {"change": "more teapot at berlin", "amount": "2 units", "to": "berlin by parcel in small", "kind": "stock",
         "by": 2, "unit": "units", "least": True, "site": "berlin", "sku": "teapot"},
        {"change": "a later order cut-off at munich", "amount": "5 minutes", "kind": "cut_off", "by": 5,
         "to": "munich by parcel, leaving on 2026-11-16", "unit": "minutes", "least": True, "site": "munich"},
    ]  # fmt: skip
    decision.save()
    client = member(shop[0], "supervisor")
    text = page(client)
    assert "Each of these would change it by itself" in text
    assert "2 more units of Teapot at Warehouse" in text
    assert "The order cut-off at Shop 5 min later" in text
    assert "Shop by Postbird Parcel, leaving on Mon 16 Nov 2026" in text
    decision.record["override"] = {"by": "user:1", "reason": "asked for", "before_minor": 1}
    decision.save()
    assert "would change it" not in page(client)  # a person chose it
