"""The driver's room: what is staged goes along, what is missing is scanned aboard, all is handed over at the depot."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from tests.web.filled import Filled
from tests.web.test_dispatch import gate, pick
from tests.web.test_pages import INLINE, entered, text_of

from doorstep.core.events.models import Fact
from doorstep.core.parcels.models import Manifest, Parcel


def driver(filled: Filled) -> Client:
    assert filled.floor.role == "driver"
    return entered(filled.floor)


def test_a_driver_loads_and_hands_over(filled: Filled) -> None:
    client, said = driver(filled), gate(filled)
    pick(filled)
    page = text_of(client, reverse("drop_offs"))
    assert "General+Parcels" in page
    assert "Scan a parcel" not in page
    page = text_of(client, f"{reverse('drop_offs')}?{urlencode(said)}")
    assert "O-00001-1" in page
    assert "Hand over" not in page
    assert not INLINE.search(page)
    loaded = client.post(reverse("load_parcel"), {**said, "number": "GP-1"}, follow=True).content.decode()
    assert "<strong>Loaded</strong>" in loaded
    assert "Hand over 1 parcel" in loaded
    handed = client.post(reverse("hand_over"), said, follow=True).content.decode()
    manifest = Manifest.objects.get(kind="drop_off")
    assert f"M-{manifest.pk:06d}: 1 parcel handed over." in handed
    assert Parcel.objects.get(order=filled.planned).state == "handed_over"
    assert Fact.objects.get(kind="ParcelHandedOver").actor == f"user:{filled.floor.pk}"
    sheet = client.get(reverse("manifest_pdf", kwargs={"pk": manifest.pk}))
    assert sheet.content.startswith(b"%PDF")


def test_a_wrong_scan_and_an_empty_van_are_told(filled: Filled) -> None:
    client, said = driver(filled), gate(filled)
    for number, words in (("4711", "Not known"), ("GP-3", "Gone already")):
        answer = client.post(reverse("load_parcel"), {**said, "number": number})
        assert answer.status_code == 422
        assert f"<strong>{words}</strong>" in answer.content.decode()
    refused = client.post(reverse("hand_over"), said)
    assert refused.status_code == 422
    assert "Nothing is staged for this departure." in refused.content.decode()
    for name in ("load_parcel", "hand_over"):
        assert client.post(reverse(name), {**said, "leaves": "soon"}).status_code == 422
    elsewhere = client.post(reverse("hand_over"), {**said, "carrier": "Nobody"})
    assert elsewhere.status_code == 404


def test_what_the_address_says_is_believed_only_if_it_is_so(filled: Filled) -> None:
    query = urlencode({**gate(filled), "loaded": "O-00001-1", "closed": filled.left.manifest_id})
    page = text_of(driver(filled), f"{reverse('drop_offs')}?{query}")
    assert "<strong>Loaded</strong>" not in page
    assert "handed over." not in page


@pytest.mark.parametrize("name", ["orders", "dispatch", "shipments", "stock", "components"])
def test_a_driver_sees_no_more_than_that(filled: Filled, name: str) -> None:
    client = driver(filled)
    assert client.get(reverse(name)).status_code == 403
    page = text_of(client, f"{reverse('drop_offs')}?{urlencode(gate(filled))}")
    assert f'href="{reverse(name)}"' not in page
    assert "Person O-" not in page
