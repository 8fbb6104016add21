"""An order is held for the same faults, whether it comes alone, in a bulk, in a folder, or meets the day's planner."""

from __future__ import annotations

import csv
from pathlib import Path
from shutil import copytree

import pytest
from tests.record.brand import NOW, TEA_SHOP, loaded

from doorstep.core.catalog.models import Product
from doorstep.core.events.models import Fact
from doorstep.core.network.models import Site
from doorstep.core.orders.models import Order
from doorstep.core.parcels.models import Parcel
from doorstep.files.folder import read_folder
from doorstep.flows.accept import accept_order
from doorstep.flows.plan_day import plan_day
from doorstep.flows.take_in import Sent, take_in
from doorstep.kernels.run import Run

pytestmark = pytest.mark.django_db


def faulty(folder: Path) -> Path:
    """The tea shop with streets: one order is sound, one has a wrong postcode, one a sku that is not there."""
    copytree(TEA_SHOP, folder)
    with (folder / "orders.csv").open(newline="") as read:
        rows = list(csv.DictReader(read))
    rows[1]["postcode"] = "8615"
    with (folder / "orders.csv").open("w", newline="") as out:
        writer = csv.DictWriter(out, [*rows[0], "address_1"])
        writer.writeheader()
        writer.writerows({**row, "address_1": "Ring 1" if number != 2 else ""} for number, row in enumerate(rows))
    with (folder / "order_lines.csv").open("a", newline="") as out:
        out.write("T-1,9,samovar,1,1.00\r\n")
    return folder


def stands() -> dict[str, tuple[str, list[str]]]:
    return {one.code: (one.state, [fault[0] for fault in one.faults]) for one in Order.objects.all()}


def test_by_every_door_the_faults_are_the_same(tmp_path: Path) -> None:
    folder = faulty(tmp_path / "brand")
    scope, brand_id = loaded(folder)
    by_folder = stands()
    assert by_folder == {
        "T-1": ("held", ["unknown_sku"]),
        "T-2": ("held", ["address_postcode"]),
        "T-3": ("held", ["address_incomplete"]),
        "T-4": ("held", ["no_zone"]),
    }
    assert Fact.objects.filter(kind="OrderHeld").count() == 4
    orders = read_folder(folder).orders
    Order.objects.all().delete()
    list(take_in(scope, brand_id, [Sent(n, one.order, one) for n, one in enumerate(orders)], now=NOW))
    assert stands() == by_folder
    Order.objects.all().delete()
    for one in orders:
        accept_order(scope, brand_id, one, now=NOW)
    assert stands() == by_folder


def test_a_folder_without_any_street_is_not_asked_for_one() -> None:
    loaded()
    assert Order.objects.filter(state="open").count() == 3
    assert set(map(tuple, Order.objects.filter(state="open").values_list("settled", flat=True))) == {("address",)}


def test_the_planner_of_the_day_looks_at_papers() -> None:
    """Munich lies across the border now: mugs come from Berlin alone, or the order is held for their papers."""
    scope, brand_id = loaded()
    Site.objects.filter(code="munich").update(country="CH")
    Product.objects.update(hs_code="", origin_country="")
    plan_day(scope, brand_id, now=NOW, run=Run(), leaving_from=NOW)
    assert set(Parcel.objects.values_list("site__code", flat=True)) == {"berlin"}
    reasons = dict(Order.objects.exclude(state="planned").values_list("code", "reason"))
    assert reasons == {"T-2": "customs_data_missing", "T-4": "no_zone"}
