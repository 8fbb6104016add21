"""The gate and the labels, as somebody with a scanner and a browser sees them."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from tests.web.filled import Filled
from tests.web.test_pages import INLINE, entered, text_of

from doorstep.core.accounts.models import User
from doorstep.core.catalog.models import Product
from doorstep.core.parcels.models import Label, Manifest, Parcel
from doorstep.core.stock.actions import post, receive
from doorstep.domain.ledger import Shelf, Shift


def gate(filled: Filled) -> dict[str, str]:
    parcel = Parcel.objects.get(order=filled.planned)
    return {"site": "lille", "carrier": "General Parcels", "leaves": parcel.ship_at.isoformat()}


def at_the_gate(filled: Filled) -> Client:
    """Those who work there; they neither plan nor manage."""
    user = User.objects.get(pk=filled.floor.pk)
    user.role = "floor_worker"
    user.save()
    return entered(user)


def pick(filled: Filled) -> None:
    parcel = Parcel.objects.get(order=filled.planned)
    for _, sku, units in parcel.contents:
        product = Product.objects.get(brand_id=parcel.brand_id, sku=sku).pk
        shelf = Shelf(parcel.site_id, product, "A-9", "", "available")
        receive(filled.brand.pk, parcel.site_id, product, units, "A-9", at=filled.now, actor="user:1")
        picked = Shelf(parcel.site_id, product, "A-9", "", "picked")
        shift = Shift(shelf, picked, units, "pick", reference=f"order:{parcel.order_id}")
        post(filled.brand.pk, [shift], at=filled.now, actor="user:1")


def test_departures_lead_to_their_gate(filled: Filled) -> None:
    client = at_the_gate(filled)
    page = text_of(client, reverse("dispatch"))
    assert urlencode(gate(filled)).replace("&", "&amp;") in page or "General+Parcels" in page
    assert "Scan a parcel" not in page
    page = text_of(client, f"{reverse('dispatch')}?{urlencode(gate(filled))}")
    assert "Scan a parcel" in page
    assert "autofocus" in page
    assert "O-00001-1" in page
    assert not INLINE.search(page)


def test_a_scan_is_answered_large(filled: Filled) -> None:
    client = at_the_gate(filled)
    said = gate(filled)
    answer = client.post(reverse("stage_parcel"), {**said, "number": "]C100340123450000000017"}, follow=True)
    page = answer.content.decode()
    assert "<strong>Staged</strong>" in page
    assert Parcel.objects.get(order=filled.planned).state == "staged"
    for number, words in (("4711", "Not known"), ("GP-1", "Staged already"), ("GP-3", "Gone already")):
        answer = client.post(reverse("stage_parcel"), {**said, "number": number})
        assert answer.status_code == 422
        assert f"<strong>{words}</strong>" in answer.content.decode(), number
    client.post(reverse("unstage_parcel"), {**said, "number": "GP-1"})
    assert Parcel.objects.get(order=filled.planned).state == "labelled"


def test_a_manifest_is_closed_and_printed(filled: Filled) -> None:
    client, said = at_the_gate(filled), gate(filled)
    refused = client.post(reverse("close_manifest"), said)
    assert refused.status_code == 422
    assert "Nothing is staged for this departure." in refused.content.decode()
    pick(filled)
    client.post(reverse("stage_parcel"), {**said, "number": "GP-1"})
    page = client.post(reverse("close_manifest"), {**said, "kind": "drop_off"}, follow=True).content.decode()
    assert "1 parcel handed over" in page
    manifest = Manifest.objects.get(kind="drop_off")
    paper = client.get(reverse("manifest_pdf", kwargs={"pk": manifest.pk}))
    assert paper["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF")
    Manifest.objects.filter(pk=manifest.pk).update(told_at=None, refused="the depot is shut")
    assert "refused by the carrier: the depot is shut" in text_of(client, reverse("dispatch"))


def test_what_the_address_says_is_believed_only_if_it_is_so(filled: Filled) -> None:
    client = at_the_gate(filled)
    page = text_of(
        client, f"{reverse('dispatch')}?{urlencode({**gate(filled), 'staged': 'O-00001-1', 'closed': '99'})}"
    )
    assert "<strong>Staged</strong>" not in page
    assert "handed over</strong>" not in page


@pytest.mark.parametrize("leaves", ["", "soon", "2026-11-16T10:00:00", "0001-01-01T00:00:00+14:00", "9" * 300])
def test_a_departure_that_cannot_be_is_none(filled: Filled, leaves: str) -> None:
    client = at_the_gate(filled)
    said = {**gate(filled), "leaves": leaves}
    assert "Scan a parcel" not in text_of(client, f"{reverse('dispatch')}?{urlencode(said)}")
    for name in ("stage_parcel", "close_manifest"):
        assert client.post(reverse(name), {**said, "number": "\0"}).status_code == 422


def test_labels_are_printed_bought_and_given_back(filled: Filled) -> None:
    client = at_the_gate(filled)
    row = {"brand": "tea", "code": "O-00001-1"}
    assert client.get(reverse("parcel_label_pdf", kwargs=row)).content.startswith(b"%PDF")
    assert client.get(reverse("parcel_label_zpl", kwargs=row)).content.startswith(b"^XA")
    page = text_of(client, f"{reverse('shipments')}?state=labelled")
    assert "GP-1" in page
    assert reverse("void_label", kwargs=row) in page
    assert client.post(reverse("void_label", kwargs=row)).status_code == 302
    assert Parcel.objects.get(order=filled.planned).state == "packed"
    assert client.post(reverse("buy_label", kwargs=row)).status_code == 302
    parcel = Parcel.objects.get(order=filled.planned)
    assert (parcel.state, parcel.tracking) == ("labelled", parcel.sscc)
    Label.objects.filter(parcel=parcel, state="bought").delete()
    refused = client.post(reverse("void_label", kwargs=row))
    assert refused.status_code == 422
    assert "has no label to be voided" in refused.content.decode()
    assert client.get(reverse("parcel_label_pdf", kwargs={"brand": "tea", "code": "O-00002-1"})).status_code == 404


def test_the_timeline_tells_the_journey(filled: Filled) -> None:
    client = at_the_gate(filled)
    client.post(reverse("void_label", kwargs={"brand": "tea", "code": "O-00001-1"}))
    assert "Label given back" in text_of(client, reverse("order", args=("tea", filled.planned.code)))


def test_scans_are_entered_by_hand(filled: Filled) -> None:
    client = at_the_gate(filled)
    text = "tracking,milestone,at\nGP-3,delivered,2026-11-17T12:00+01:00\n"
    page = client.post(reverse("enter_scans"), {"account": "gp", "scans": text}).content.decode()
    assert "1 scan taken in" in page
    assert Parcel.objects.get(pk=filled.left.pk).state == "delivered"
    page = client.post(reverse("enter_scans"), {"account": "gp", "scans": text}).content.decode()
    assert "All of them were known" in page
    refused = client.post(reverse("enter_scans"), {"account": "gp", "scans": "tracking,milestone,at\nGP-3,lost,x\n"})
    assert refused.status_code == 422
    assert "row 2" in refused.content.decode()
    assert client.post(reverse("enter_scans"), {"account": "other", "scans": text}).status_code == 422


def test_departures_of_one_site_are_kept_in_the_address(filled: Filled) -> None:
    client = entered(filled.admin)
    page = client.get(reverse("dispatch") + "?site=verona").content.decode()
    listed = page.split('id="departures-heading"')[1].split("</section>")[0]
    assert '<option value="verona" selected>' in listed
    assert "<bdi>Lille</bdi>" not in listed
    Parcel.objects.all().update(ship_at=filled.now + timedelta(days=30))
    assert "Nothing leaves soon from there." in client.get(reverse("dispatch") + "?site=verona").content.decode()
