"""The shopper's page: who may open it, what it says at every stage, and what it does not say."""

from __future__ import annotations

import re
from datetime import timedelta

import pypdfium2
import pytest
import zxingcpp
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.web.filled import Filled
from tests.web.test_pages import INLINE, entered, order_page

from doorstep.core.events.models import Fact
from doorstep.core.messages.models import SurveyAnswer
from doorstep.core.orders.models import Order, OrderLine
from doorstep.core.parcels.carriers import put_account, set_company_prefix
from doorstep.core.parcels.models import CarrierAccount, Parcel
from doorstep.core.returns.models import Return, ReturnLabel
from doorstep.core.tariffs.models import Service
from doorstep.domain.journey import PARCEL_STATES
from doorstep.domain.rights import Scope
from doorstep.flows.track_page import revoke_link, token_of, tracking_url


def link(order: Order) -> str:
    return f"/t/{token_of(order.pk, 1)}"


def page(order: Order) -> str:
    response = Client().get(link(order))
    assert response.status_code == 200
    return response.content.decode()


def arrived(filled: Filled, days_ago: int = 1) -> Order:
    Parcel.objects.filter(order=filled.planned).update(
        state="delivered", ended_at=filled.now - timedelta(days=days_ago)
    )
    Order.objects.filter(pk=filled.planned.pk).update(state="delivered")
    return filled.planned


def test_a_link_opens_its_order_and_nobody_is_named(filled: Filled) -> None:
    response = Client().get(link(filled.planned))
    text = response.content.decode()
    assert "O-00001" in text
    assert "Assam, 250 g" in text
    assert "such parcels arrive by then" in text
    for secret in ("Person O-00001", "rue de la Paix", "example.org", "C-O-00001", filled.planned.postcode):
        assert secret not in text
    assert f"{filled.planned.city} {filled.planned.postcode[:2]}…" in text
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Cache-Control"] == "private, no-store"
    assert not response.cookies
    assert not INLINE.search(text)


@pytest.mark.parametrize("way", ["forged", "changed", "other_version", "nonsense", "long", "nul"])
@pytest.mark.parametrize("end", ["", "/logo.png", "/answer", "/return", "/returns/R00000001.pdf"])
def test_a_link_that_was_not_given_out_opens_nothing_and_asks_nothing(filled: Filled, way: str, end: str) -> None:
    right = token_of(filled.planned.pk, 1)
    token = {
        "forged": f"{filled.planned.pk}.1~abc",
        "changed": right.replace(f"{filled.planned.pk}.", f"{filled.held.pk}.", 1),
        "other_version": token_of(filled.planned.pk, 2),
        "nonsense": "nonsense",
        "long": "x" * 5_000,
        "nul": right + "%00",
    }[way]
    client = Client()
    with CaptureQueriesContext(connection) as captured:
        response = client.post(f"/t/{token}{end}") if end in ("/answer", "/return") else client.get(f"/t/{token}{end}")
    assert response.status_code == 404
    told = response.content.decode()
    assert "This link opens no order" in told
    assert "ask the shop" in told
    assert not any(word in told for word in ("Doorstep", 'class="top"', "Go to today", "/login", "Tea"))
    assert not INLINE.search(told)
    assert (response["Cache-Control"], response["Referrer-Policy"]) == ("private, no-store", "no-referrer")
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert len(captured) == (1 if way == "other_version" else 0)


@pytest.mark.parametrize("end", ["/nothing", "/returns/R00000001.pdf", "/logo.jpg"])
def test_what_a_right_link_does_not_hold_leads_back_to_the_order(filled: Filled, end: str) -> None:
    response = Client().get(f"{link(filled.planned)}{end}")
    assert response.status_code == 404
    told = response.content.decode()
    assert f'<a href="{link(filled.planned)}">Go to your order</a>' in told
    assert "Doorstep" not in told


def test_a_link_opens_its_own_order_and_no_return_of_another(filled: Filled) -> None:
    """Another order of the brand, one of its sister's, and one of another operator."""
    others = [filled.planned, *Order.objects.exclude(brand=filled.brand)]
    sister = Order.objects.create(brand=filled.sister, code="C-1", placed_at=filled.now, country="FR", state="open")
    assert len(others) > 1
    for order in (*others, sister):
        assert Client().get(f"{link(order)}/returns/R-7.pdf").status_code == 404
        if order != filled.planned:
            text = page(order)
            assert not [word for word in ("O-0000", "Tea &amp; Leaf", "Assam") if word in text]


def test_a_revoked_link_opens_nothing_and_the_new_one_does(filled: Filled) -> None:
    scope = Scope(filled.operator.pk, frozenset({filled.brand.pk}), "operator_admin", "user:1")
    new = revoke_link(scope, "tea", filled.planned.code, now=filled.now)
    assert Client().get(link(filled.planned)).status_code == 404
    assert Client().get(new.removeprefix("http://localhost:8000")).status_code == 200
    assert tracking_url(filled.planned.pk) == new
    assert Fact.objects.filter(kind="LinkRevoked", subject=f"order:{filled.planned.pk}").count() == 1


@pytest.mark.parametrize("state", PARCEL_STATES)
def test_every_state_of_a_parcel_has_its_words(filled: Filled, state: str) -> None:
    ended = filled.now if state in ("delivered", "left_at_safe_place", "returned") else None
    Parcel.objects.filter(order=filled.planned).update(state=state, ended_at=ended)
    text = page(filled.planned)
    words = {
        "delivered": "Delivered",
        "left_at_safe_place": "Left at the place you chose",
        "failed": "The delivery was tried",
        "returned": "is back with the shop",
        "returning": "going back to the shop",
        "at_pickup_point": "Ready for you at the pick-up point",
        "out_for_delivery": "Out for delivery</h1>",
        "cancelled": "We are getting your order ready",
    }
    assert words.get(state, "promised by this day") in text


def test_held_and_cancelled_orders_have_their_words(filled: Filled) -> None:
    assert "We are getting your order ready" in page(filled.held)
    Order.objects.filter(pk=filled.held.pk).update(state="cancelled")
    text = page(filled.held)
    assert "This order was cancelled" in text
    assert "TEA-9 is not a product" not in text


def test_a_new_date_is_said_honestly(filled: Filled) -> None:
    parcel = Parcel.objects.get(order=filled.planned)
    Parcel.objects.filter(pk=parcel.pk).update(expected_by=parcel.promised_by + timedelta(days=3), state="in_transit")
    text = page(filled.planned)
    assert "this is the day we now expect" in text
    assert "instead of" in text
    Parcel.objects.filter(pk=parcel.pk).update(expected_by=None, promised_by=filled.now.date() - timedelta(days=2))
    assert "we do not know the new day yet" in page(filled.planned)
    Parcel.objects.filter(pk=parcel.pk).update(expected_by=filled.now.date() - timedelta(days=1))
    assert "we do not know the new day yet" in page(filled.planned)  # a day that has passed is expected no more


def test_an_earlier_day_is_told_and_a_hope_that_has_passed_is_not_a_delay(filled: Filled) -> None:
    parcel = Parcel.objects.filter(order=filled.planned)
    today = filled.now.date()
    parcel.update(state="in_transit", promised_by=today + timedelta(days=3), expected_by=today + timedelta(days=1))
    assert "We expect it on" in page(filled.planned)
    parcel.update(expected_by=today - timedelta(days=1))
    text = page(filled.planned)
    assert "promised by this day" in text
    assert "Later than promised" not in text


def test_what_the_carrier_says_of_a_failure_is_told(filled: Filled) -> None:
    Parcel.objects.filter(order=filled.planned).update(state="failed", state_reason="nobody was at home")
    assert "The carrier says: nobody was at home." in page(filled.planned)


def test_the_logo_is_served_by_the_link(filled: Filled) -> None:
    response = Client().get(f"{link(filled.planned)}/logo.png")
    assert response["Content-Type"] == "image/png"
    assert f"{link(filled.planned)}/logo.png" in page(filled.planned)


def test_an_answer_is_kept_once_and_can_be_changed(filled: Filled) -> None:
    order = arrived(filled)
    for body in ({"wish": "cheaper"}, {"wish": "cheaper"}, {"wish": "faster"}, {"satisfied": "yes"}):
        response = Client(enforce_csrf_checks=True).post(f"{link(order)}/answer", body)
        assert response.status_code == 302
        assert response["Location"] == f"{link(order)}#survey"
    kept = SurveyAnswer.objects.get()
    assert (kept.wish, kept.satisfied) == ("faster", True)
    assert kept.cost_minor == 80 + 45 + 465 + 58
    assert kept.promised_by is not None
    assert kept.delivered_on is not None
    told = Fact.objects.filter(kind="SurveyAnswered").values_list("data", "actor")
    assert [data["wish"] for data, _ in told] == ["cheaper", "faster", "faster"]
    assert {actor for _, actor in told} == {"shopper"}
    assert 'value="faster" aria-pressed="true"' in page(order)


def test_nothing_is_answered_by_looking_or_before_it_arrives(filled: Filled) -> None:
    led = Client().get(f"{link(filled.planned)}/answer?wish=faster")
    assert (led.status_code, led["Location"]) == (302, link(filled.planned))
    assert Client().post(f"{link(filled.planned)}/answer", {"wish": "faster"}).status_code == 422
    arrived(filled)
    assert Client().post(f"{link(filled.planned)}/answer", {"wish": "free"}).status_code == 422
    assert not SurveyAnswer.objects.exists()


def test_a_return_is_asked_for_and_its_slip_can_be_scanned(filled: Filled) -> None:
    order = arrived(filled)
    line = order.lines.get()
    assert "Choose what goes back" in page(order)
    asked = Client().post(f"{link(order)}/return", {f"units-{line.pk}": "1", "reason": "wrong_size"})
    assert asked.status_code == 302
    made = Return.objects.get(order=order)
    text = page(order)
    assert made.rma in text
    assert "All that arrived is on its way back" in text
    slip = Client().get(f"{link(order)}/returns/{made.rma}.pdf")
    picture = pypdfium2.PdfDocument(slip.content)[0].render(scale=4).to_pil()
    assert [one.text for one in zxingcpp.read_barcodes(picture)] == [made.rma]
    again = Client().post(f"{link(order)}/return", {f"units-{line.pk}": "1", "reason": "wrong_size"})
    assert again.status_code == 422
    assert Return.objects.filter(order=order).count() == 1


def test_a_form_of_a_return_that_is_sent_twice_asks_once(filled: Filled) -> None:
    order = arrived(filled)
    line = order.lines.get()
    line.quantity = 2
    line.save()
    Parcel.objects.filter(order=order).update(contents=[[line.line, line.sku, 2]])
    found = re.search(r'name="once" value="([^"]+)"', page(order))
    assert found
    said = {f"units-{line.pk}": "1", "reason": "late", "once": found[1]}
    for _ in range(2):
        assert Client().post(f"{link(order)}/return", said).status_code == 302
    assert Return.objects.filter(order=order).count() == 1
    assert "other words" in Client().post(f"{link(order)}/return", said | {"reason": "damaged"}).content.decode()
    assert Client().post(f"{link(order)}/return", said | {"once": "other"}).status_code == 302
    assert Return.objects.filter(order=order).count() == 2


def test_nothing_goes_back_before_it_came_or_after_the_window(filled: Filled) -> None:
    line = filled.planned.lines.get()
    body = {f"units-{line.pk}": "1", "reason": "late"}
    assert Client().post(f"{link(filled.planned)}/return", body).status_code == 422
    order = arrived(filled, days_ago=31)
    refused = Client().post(f"{link(order)}/return", body)
    assert refused.status_code == 422
    assert "more than 30 days ago" in refused.content.decode()
    assert "Returns were possible for 30 days" in page(order)


def test_a_slip_of_another_order_is_not_there(filled: Filled) -> None:
    assert Client().get(f"{link(filled.planned)}/returns/R00000001.pdf").status_code == 404


def test_the_order_page_offers_the_link(filled: Filled) -> None:
    assert tracking_url(filled.planned.pk) in entered(filled.admin).get(order_page(filled.planned)).content.decode()


@pytest.mark.django_db
def test_queries_do_not_grow_with_orders() -> None:
    from tests.web.test_pages import fill_anew

    counts: list[int] = []
    for orders in (10, 60):
        filled = fill_anew(orders)
        arrived(filled)
        with CaptureQueriesContext(connection) as captured:
            page(filled.planned)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 22


def seen_at(order: Order, *places: str) -> None:
    parcel = Parcel.objects.get(order=order)
    for hours, place in enumerate(places):
        Fact.objects.create(
            operator=order.brand.operator,
            brand=order.brand,
            at=order.placed_at + timedelta(hours=hours),
            kind="ParcelScanned",
            actor="carrier:gp",
            subject=f"order:{order.pk}",
            data={"parcel": parcel.code, "milestone": "in_transit", "place": place},
        )


def test_the_depots_that_told_of_it_are_listed_and_drawn_where_their_place_is_known(filled: Filled) -> None:
    Parcel.objects.filter(order=filled.planned).update(state="in_transit")
    seen_at(filled.planned, "Depot North", "Depot North")
    text = page(filled.planned)
    assert "Last seen at <bdi>Depot North</bdi>" in text
    assert text.count("<li><bdi>Depot North</bdi>") == 1
    assert "Its way on the map" not in text  # nobody knows where that is
    seen_at(filled.planned, "Verona")
    text = page(filled.planned)
    assert "Lille; Verona; Paris, still to come" in text
    assert f"{filled.planned.latitude}" not in text
    Parcel.objects.filter(order=filled.planned).update(state="returned", ended_at=filled.now)
    text = page(filled.planned)
    assert "The way it went" in text
    assert "Its way on the map" not in text


def test_the_next_attempt_is_told_when_the_carrier_has_said_so(filled: Filled) -> None:
    again = filled.now.date() + timedelta(days=2)
    Parcel.objects.filter(order=filled.planned).update(state="failed", state_reason="nobody was at home")
    assert "tries again, or keeps it for you" in page(filled.planned)
    Parcel.objects.filter(order=filled.planned).update(expected_by=again)
    text = page(filled.planned)
    assert f"The carrier tries again: we expect it on {again:%A}, {again.day} {again:%B}." in text
    assert "nobody was at home" in text
    Parcel.objects.filter(order=filled.planned).update(expected_by=filled.now.date() - timedelta(days=2))
    assert "tries again, or keeps it for you" in page(filled.planned)


def test_a_return_under_way_is_told_at_the_top(filled: Filled) -> None:
    order = arrived(filled)
    assert "Your return" not in page(order)
    Return.objects.create(brand=order.brand, order=order, rma="R-8", reason="late", asked_at=filled.now)
    assert '<a href="#returns">Your return</a> is under way.' in page(order)


def test_a_return_has_the_label_of_its_carrier_or_says_that_there_is_none(filled: Filled) -> None:
    order = arrived(filled)
    parcel = Parcel.objects.filter(order=order)[0]
    line = OrderLine.objects.filter(order=order)[0]
    said = {f"units-{line.pk}": "1", "reason": "late", "once": "a"}
    form = f"{link(order)}/return"
    CarrierAccount.objects.update(plugin="pigeon")
    ReturnLabel.objects.all().delete()
    Return.objects.all().delete()
    assert Client().post(form, said).status_code == 302
    assert "There is no label from the carrier" in page(order)
    Return.objects.all().delete()
    carrier = Service.objects.get(brand=filled.brand, code=parcel.service).carrier
    put_account(filled.operator.pk, "post", carrier, "offline")
    set_company_prefix(filled.operator.pk, "4012345")
    assert Client().post(form, said | {"once": "b"}).status_code == 302
    rma = Return.objects.get().rma
    assert "stick it onto the parcel" in page(order)
    label = Client().get(f"{link(order)}/returns/{rma}/label.pdf")
    assert label.content.startswith(b"%PDF")
    told = pypdfium2.PdfDocument(label.content)[0].get_textpage().get_text_bounded()
    for secret in ("Person O-00001", "rue de la Paix", "example.org", order.postcode):
        assert secret not in told
    assert Client().get(f"{link(order)}/returns/R99/label.pdf").status_code == 404
    room = entered(filled.admin).get(reverse("return", args=(filled.brand.code, rma))).content.decode()
    assert "Label (PDF)" in room
    assert entered(filled.admin).get(reverse("return_label", args=(filled.brand.code, rma))).status_code == 200


def test_a_return_under_way_says_where_it_is(filled: Filled) -> None:
    order = arrived(filled)
    ReturnLabel.objects.all().delete()
    Return.objects.all().delete()
    one = Return.objects.create(brand=order.brand, order=order, rma="R-9", reason="late", asked_at=filled.now)
    client, room = entered(filled.admin), reverse("return", args=(filled.brand.code, one.rma))
    for state, shopper, ours in (
        ("labelled", "print the slip", "It is with the shopper still."),
        ("on_its_way", "it is on its way to us", "It is on its way."),
        ("arrived", "has brought it; it is not unpacked yet", "The carrier has brought it."),
    ):
        Return.objects.filter(pk=one.pk).update(state=state)
        assert shopper in page(order)
        told = client.get(room).content.decode()
        assert ours in told
        assert "R-9" in client.get(reverse("returns"), {"state": state}).content.decode()
