"""The stock room: forms are done once, and what is refused is said beside them."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from tests.web.filled import Filled
from tests.web.test_tenancy import entered

from doorstep.core.catalog.models import Barcode, Product
from doorstep.core.events.models import Fact
from doorstep.core.stock.models import Inbound, Level, Transfer


def posted(client: Client, name: str, **said: str) -> tuple[int, str]:
    answer = client.post(reverse(name), {"brand": "tea", "site": "lille", "sku": "TEA-1", "quantity": "5", **said})
    return answer.status_code, answer.content.decode()


def units(state: str = "available", **where: str) -> int:
    rows = Level.objects.filter(product__sku="TEA-1", site__code="lille", state=state, **where)
    return sum(rows.values_list("quantity", flat=True))


def test_a_form_sent_twice_is_done_once(filled: Filled) -> None:
    client, before = entered(filled.admin), units()
    for _ in range(2):
        assert posted(client, "receive_stock", once="k1", bin="B-2")[0] == 302
    assert units() == before + 5
    assert Fact.objects.filter(kind="StockReceived").count() == 1
    status, page = posted(client, "receive_stock", once="k1", bin="B-3")
    assert (status, "sent before" in page) == (422, True)


def test_goods_are_announced_by_the_clock_of_their_site_and_received(filled: Filled) -> None:
    client, before = entered(filled.admin), units()
    assert posted(client, "announce_inbound", expected_at="2026-07-01T09:30")[0] == 302
    row = Inbound.objects.latest("pk")
    assert row.expected_at.isoformat() == "2026-07-01T07:30:00+00:00"
    assert f'<th scope="row">{row.pk}</th>' in client.get(reverse("inbound")).content.decode()
    assert posted(client, "receive_stock", inbound=str(row.pk))[0] == 302
    assert units() == before + 5
    assert f'<th scope="row">{row.pk}</th>' not in client.get(reverse("inbound")).content.decode()


def test_goods_are_received_by_a_scan_that_tells_their_lot(filled: Filled) -> None:
    tea = Product.objects.get(sku="TEA-1")
    Barcode.objects.create(brand=tea.brand, product=tea, code="4006381333931", key="04006381333931")
    client = entered(filled.admin)
    scan = "\x1d010400638133393110L-7\x1d17270331"
    assert posted(client, "receive_stock", sku=scan, bin="B-9")[0] == 302
    level = Level.objects.get(bin="B-9")
    assert (level.product, level.lot, level.expires_on) == (tea, "L-7", date(2027, 3, 31))
    status, page = posted(client, "receive_stock", sku="4006381333932")
    assert (status, "Not done: 4006381333932 was misread" in page, ".." in page) == (422, True, False)
    listed = client.get(reverse("products"), {"q": "004006381333931"[1:]}).content.decode()
    assert "<bdi>4006381333931</bdi>" in listed
    assert "TEA-2" not in listed


def test_the_record_is_set_right_for_a_reason(filled: Filled) -> None:
    client, before = entered(filled.admin), units()
    assert posted(client, "adjust_stock", bin="A-1", reason="count", quantity="-2")[0] == 302
    assert units() == before - 2


def test_damaged_units_are_written_off(filled: Filled) -> None:
    client = entered(filled.admin)
    assert posted(client, "adjust_stock", bin="A-1", reason="damage", quantity="2")[0] == 302
    before = units()
    assert posted(client, "adjust_stock", bin="A-1", reason="loss", quantity="2", state="damaged")[0] == 302
    assert units() == before
    assert Level.objects.get(site__code="lille", bin="A-1", state="damaged").quantity == 0


def test_goods_travel_and_are_taken_in(filled: Filled) -> None:
    client, before = entered(filled.admin), units()
    assert posted(client, "send_transfer", destination="verona", reference="T-1")[0] == 302
    assert units() == before - 5
    assert "T-1" in client.get(reverse("transfers")).content.decode()
    assert posted(client, "receive_transfer", reference="T-1", bin="C-1")[0] == 302
    assert Transfer.objects.get().received_at is not None
    assert Level.objects.get(site__code="verona", bin="C-1").quantity == 5


@pytest.mark.parametrize(
    ("name", "said", "why"),
    [
        ("receive_stock", {"quantity": "many"}, "the quantity is not a whole number: many"),
        ("receive_stock", {"quantity": "0"}, "at least one unit moves"),
        ("receive_stock", {"sku": "none"}, "no product none"),
        ("receive_stock", {"expires_on": "soon"}, "not a day: soon"),
        ("receive_stock", {"bin": "b" * 41}, "the bin has more than 40 characters"),
        ("announce_inbound", {"expected_at": "soon"}, "not a day and time: soon"),
        ("adjust_stock", {"reason": "mood"}, "not a reason to adjust stock: mood"),
        ("adjust_stock", {"reason": "found", "state": "damaged"}, "only a loss says in which state"),
        ("adjust_stock", {"reason": "loss", "state": "reserved"}, "available, damaged, quarantined"),
        ("send_transfer", {"destination": "lille", "reference": "T"}, "a transfer goes from one site to another"),
        ("send_transfer", {"destination": "verona"}, "1 to 31 characters"),
        ("send_transfer", {"destination": "verona", "reference": "r" * 32}, "more than 31 characters"),
        ("receive_transfer", {"reference": "T-0"}, "no transfer T-0"),
    ],
)
def test_what_cannot_be_is_said(filled: Filled, name: str, said: dict[str, str], why: str) -> None:
    status, page = posted(entered(filled.admin), name, **said)
    assert (status, why in page) == (422, True)
    assert not Fact.objects.filter(kind__in=("StockReceived", "StockAdjusted", "TransferSent")).exists()


def test_who_only_looks_has_no_forms(filled: Filled) -> None:
    page = entered(filled.viewer).get(reverse("inbound")).content.decode()
    assert "Receive goods" not in page
    assert "TEA-3" in page


@pytest.mark.parametrize(
    ("name", "room", "form"),
    [
        ("receive_stock", "inbound", "Receive goods"),
        ("announce_inbound", "inbound", "Announce goods"),
        ("adjust_stock", "inbound", "Set the record right"),
        ("send_transfer", "transfers", "Send goods to another site"),
    ],
)
def test_forms_stand_above_the_rows_and_the_refused_one_is_open(
    filled: Filled, name: str, room: str, form: str
) -> None:
    client = entered(filled.admin)
    assert posted(client, "send_transfer", destination="verona", reference="T-1")[0] == 302
    page = client.get(reverse(room)).content.decode()
    assert page.index(f"<summary>{form}</summary>") < page.index("<table")
    assert 'class="card adding" open' not in page
    page = posted(client, name, sku="none", expected_at="2026-07-01T09:30", reason="count", destination="verona")[1]
    assert page.count('class="card adding" open') == 1
    opened = page.split('class="card adding" open>')[1]
    assert opened.split("</summary>")[0].strip() == f"<summary>{form}"
    assert 'value="none"' in opened.split("</details>")[0]
