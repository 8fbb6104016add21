"""A shopper's data on the tower's page: looked up, downloaded, erased once it is confirmed; and an order's trail."""

from __future__ import annotations

import csv
import json

from django.urls import reverse
from tests.web.filled import Filled
from tests.web.test_tenancy import entered

from doorstep.core.accounts.models import Brand
from doorstep.core.orders.models import Order, Person


def email_of(order: Order) -> str:
    Person.objects.filter(order=order).update(email="Lea@shopper.example")
    return "lea@shopper.example"


def test_what_there_is_is_shown_and_taken_along(filled: Filled) -> None:
    client, email = entered(filled.brand_admin), email_of(filled.planned)
    assert "Nobody is looked at" in client.get(reverse("shoppers")).content.decode()
    shown = client.post(reverse("shoppers"), {"shopper": email}).content.decode()
    assert filled.planned.code in shown
    assert "1 order under way" in shown
    taken = client.post(reverse("export_shopper"), {"shopper": email})
    assert "attachment" in taken["Content-Disposition"]
    assert email not in taken["Content-Disposition"]
    assert [one["order"] for one in json.loads(taken.content)["orders"]] == [filled.planned.code]
    assert "Nothing is on record" in client.post(reverse("shoppers"), {"shopper": "x@y.example"}).content.decode()


def test_it_is_erased_when_it_is_confirmed_and_not_before(filled: Filled) -> None:
    client, email = entered(filled.brand_admin), email_of(filled.planned)
    said = {"shopper": email, "confirmed": "erase"}
    assert client.post(reverse("erase_shopper"), {**said, "confirmed": "yes"}).status_code == 422
    under_way = client.post(reverse("erase_shopper"), said)
    assert under_way.status_code == 422
    assert "their address is needed still" in under_way.content.decode()
    waits = client.post(reverse("erase_shopper"), {**said, "when_done": "yes"}).content.decode()
    assert "erased when they have ended" in waits
    Order.objects.filter(pk=filled.planned.pk).update(state="delivered")
    done = client.post(reverse("erase_shopper"), {**said, "confirmed": " ERASE "}).content.decode()
    assert "Erased from 1 order" in done
    assert not Person.objects.filter(email__iexact=email).exists()
    order = client.get(reverse("order", args=(filled.brand.code, filled.planned.code))).content.decode()
    assert "Whom it goes to was erased" in order


def test_another_brand_finds_nothing_at_the_same_address(filled: Filled) -> None:
    email = email_of(filled.planned)
    for who in (filled.sister_admin, filled.foreign_admin):
        assert "Nothing is on record" in entered(who).post(reverse("shoppers"), {"shopper": email}).content.decode()
    assert entered(filled.viewer).get(reverse("shoppers")).status_code == 403


def test_whoever_serves_several_brands_names_the_one_that_it_is_about(filled: Filled) -> None:
    client, code = entered(filled.admin), filled.planned.code
    sister = Brand.objects.filter(operator=filled.operator).exclude(pk=filled.brand.pk).first()
    assert sister is not None
    said = {"shopper": code, "confirmed": "erase", "when_done": "yes"}
    for brand in ("", "no-such-brand", sister.code):
        assert "Nothing is on record" in client.post(reverse("shoppers"), {**said, "brand": brand}).content.decode()
        assert client.post(reverse("erase_shopper"), {**said, "brand": brand}).status_code == 404
        assert client.post(reverse("export_shopper"), {**said, "brand": brand}).status_code == 404
    asked = client.post(reverse("erase_shopper"), {**said, "brand": filled.brand.code})
    assert "erased when they have ended" in asked.content.decode()


def test_a_trail_is_read_taken_along_and_cut_at_a_minute(filled: Filled) -> None:
    client, where = entered(filled.admin), (filled.brand.code, filled.planned.code)
    page = client.get(reverse("trail", args=where)).content.decode()
    lines = [json.loads(one) for one in client.get(reverse("trail_lines", args=where)).content.splitlines()]
    rows = list(csv.DictReader(client.get(reverse("trail_table", args=where)).content.decode().splitlines()))
    assert len(lines) == len(rows) >= 1
    assert [one["entry"] for one in lines] == [one["entry"] for one in rows]
    assert page.count("<time") == len(lines)
    before = client.get(reverse("trail", args=where), {"as_of": "2001-01-01T00:00"}).content.decode()
    assert "There was no such order yet" in before
    now = client.get(reverse("trail", args=where), {"as_of": "2999-01-01T00:00"}).content.decode()
    assert "As it stood then" in now
    assert "not an instant" in client.get(reverse("trail", args=where), {"as_of": "soon"}).content.decode()
