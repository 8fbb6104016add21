"""Mailers in the record: planned as a folder's are, and shipped as thick as they are filled."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.files.wrapped_brand import BAGS, wrapped_brand
from tests.record.brand import NOW, loaded

from doorstep.core.catalog.snapshot import cartons, products
from doorstep.core.parcels.models import Parcel
from doorstep.core.parcels.shipping import shipping_for_system
from doorstep.files.folder import read_folder
from doorstep.flows.plan_day import plan_day
from doorstep.kernels.run import Run

pytestmark = pytest.mark.django_db


def test_what_the_packer_knows_is_kept(tmp_path: Path) -> None:
    folder = read_folder(wrapped_brand(tmp_path / "brand", 20, 5))
    _, brand_id = loaded(tmp_path / "brand")
    assert cartons(brand_id) == folder.cartons
    assert products(brand_id) == folder.products


def test_a_label_is_bought_for_a_mailer_as_thick_as_it_is_filled(tmp_path: Path) -> None:
    wrapped_brand(tmp_path / "brand", 60, 5)
    scope, brand_id = loaded(tmp_path / "brand")
    plan_day(scope, brand_id, now=NOW, run=Run())
    bagged = list(Parcel.objects.filter(carton__in=BAGS))
    sizes = set()
    for parcel in bagged:
        row = shipping_for_system(parcel.pk)
        assert row is not None
        length, width, most = (edge + 2 for edge in BAGS[parcel.carton])
        thick = max(lying[4] + lying[7] for lying in parcel.placements) + 2
        assert row.size_mm == (length, width, thick)
        assert thick <= most
        sizes.add(row.size_mm)
    assert len(sizes) > 2
