"""What users ask of labels and manifests; each test is named by the number of the ask."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from tests.record.brand import NOW
from tests.record.packed import House, house
from tests.record.test_dispatch import close, labelled, put
from tests.sandbox.running import tell

from doorstep.core.orders.models import Order
from doorstep.core.parcels.models import Parcel
from doorstep.flows import paper
from doorstep.flows.ship import buy_label
from doorstep.plugins.carriers.base import CarrierUnreachable

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(db: None, tmp_path: Path) -> Iterator[House]:  # noqa: ARG001
    with house(tmp_path) as here:
        yield here


def words(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "".join(document[n].get_textpage().get_text_range() for n in range(len(document)))
    finally:
        document.close()


def test_ask_36_a_retry_buys_no_second_label(at: House) -> None:
    parcel = at.packed()
    tell(at.server, "/faults", kind="lost_reply", times=3)
    for _ in range(3):
        with pytest.raises(CarrierUnreachable):
            buy_label(at.scope, parcel.pk, now=NOW, carriers=at.carriers)
    bought = buy_label(at.scope, parcel.pk, now=NOW, carriers=at.carriers)
    assert buy_label(at.scope, parcel.pk, now=NOW, carriers=at.carriers) == bought
    assert at.server.sandbox.store.count_labels() == 1


def test_ask_38_a_manifest_for_all_that_leaves(at: House) -> None:
    parcels = [labelled(at, f"N-{n}") for n in range(3)]
    for parcel in parcels:
        put(at, parcel)
    closed = close(at, parcels[0])
    told = words(paper.manifest(at.scope, closed.manifest).content)
    assert "3 parcels" in told
    assert all(parcel.code in told and parcel.tracking in told for parcel in parcels)


def test_ask_44_an_sscc_that_scanners_read(at: House) -> None:
    parcel = labelled(at, "N-1")
    document = pypdfium2.PdfDocument(paper.label(at.scope, parcel.code, None, "pdf").content)
    try:
        found = zxingcpp.read_barcodes(document[0].render(scale=203 / 72).to_pil())
    finally:
        document.close()
    assert f"(00){parcel.sscc}" in {one.text for one in found}


def test_the_chosen_pickup_point_is_on_the_label(at: House) -> None:
    parcel = labelled(at, "N-1")
    Order.objects.filter(pk=parcel.order_id).update(pickup_point="KIOSK-7")
    code = Parcel.objects.get(pk=parcel.pk).code
    assert "Pick-up point KIOSK-7" in words(paper.label(at.scope, code, None, "pdf").content)
    assert b"Pick-up point KIOSK-7" in paper.label(at.scope, code, None, "zpl").content
