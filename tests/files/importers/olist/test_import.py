"""The whole import on a hand-made source."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from tests.files.importers.olist.tiny_source import TINY, edited, write_source

from doorstep.domain.errors import InputRefused, OutputRefused
from doorstep.files.folder import read_folder
from doorstep.files.importers.olist import import_olist

DAY = date(2018, 2, 1)


def test_a_tiny_source_becomes_a_valid_folder(tmp_path: Path) -> None:
    source = write_source(tmp_path / "source")
    report = import_olist(source, tmp_path / "brand", 2, DAY)
    folder = read_folder(tmp_path / "brand")
    assert [order.order for order in folder.orders] == ["o1", "o2", "o3", "o4"]
    assert [(line.sku, line.quantity, line.unit_price_micros) for line in folder.orders[1].lines] == [
        ("p-sofa", 2, 900_000_000)
    ]
    assert {product.sku: product.ships_in_own_box for product in folder.products} == {
        "p-lamp": False,
        "p-sofa": True,
        "p-vase": False,
    }
    values = {product.sku: product.value_micros for product in folder.products}
    assert values == {"p-lamp": 50_000_000, "p-sofa": 900_000_000, "p-vase": 50_000_000}  # the day is 1 February
    assert sum(level.on_hand for level in folder.stock) == report.stock.units
    assert folder.orders[0].promised_by == date(2018, 1, 25)
    assert {level.sku for level in folder.stock} == {"p-lamp", "p-sofa", "p-vase"}
    assert [site.place.city for site in folder.sites] == ["São Paulo", "Salvador"]
    assert json.loads((tmp_path / "brand/import.json").read_text())["orders"] == 4
    assert "source =" in (tmp_path / "brand/assumptions.toml").read_text()


def test_history_holds_what_really_happened(tmp_path: Path) -> None:
    import_olist(write_source(tmp_path / "source"), tmp_path / "brand", 1, DAY)
    past = {parcel.order: parcel for parcel in read_folder(tmp_path / "brand").history}
    assert past["o2"].seller == "s-rj"
    assert past["o2"].weight_g == 18_000
    assert past["o2"].freight_paid_micros == 160_500_000
    assert past["o2"].distance_m == 0
    assert past["o2"].promised_by == date(2018, 2, 10)
    assert past["o2"].review_score == 1
    assert past["o3"].status == "cancelled"
    assert past["o3"].distance_m == pytest.approx(1_450_000, rel=0.02)
    assert (past["o1"].sample_weight, past["o3"].sample_weight) == (5.97, 1.0)


def test_what_happens_from_the_day_on_changes_no_stock_site_value_or_rate(tmp_path: Path) -> None:
    import_olist(write_source(tmp_path / "one"), tmp_path / "brand", 2, DAY)
    later = edited(
        orders=[row if row[0] != "o4" else [*row[:3], "2018-02-02 10:00:00", *row[4:]] for row in TINY["orders"]],
        order_items=[
            *(
                row if row[0] not in {"o3", "o4"} else [*row[:2], "p-vase", "s-rj", "5", "777"]
                for row in TINY["order_items"]
            ),
            *(["o4", str(number), "p-vase", "s-rj", "1", "99"] for number in range(50)),
        ],
    )
    import_olist(write_source(tmp_path / "two", later), tmp_path / "other", 2, DAY)
    for name in ("stock", "sites", "products", "rates", "zones"):
        assert (tmp_path / f"brand/{name}.csv").read_bytes() == (tmp_path / f"other/{name}.csv").read_bytes(), name
    assert (tmp_path / "brand/order_lines.csv").read_bytes() != (tmp_path / "other/order_lines.csv").read_bytes()


def test_drawn_orders_hold_real_products_at_real_places_in_the_week_from_the_day(tmp_path: Path) -> None:
    source = write_source(tmp_path / "source")
    report = import_olist(source, tmp_path / "brand", 2, DAY, scale=300, seed=4)
    folder = read_folder(tmp_path / "brand")
    assert len(folder.orders) == report.orders == 300
    assert {order.place.postcode for order in folder.orders} == {"01001", "20010", "40010"}
    assert {line.sku for order in folder.orders for line in order.lines} == {"p-lamp", "p-sofa", "p-vase"}
    assert all(DAY <= order.placed_at.date() < date(2018, 2, 8) for order in folder.orders)
    assert len(folder.history) == 4
    for order in folder.orders:
        assert order.promised_by is not None
        lead = (order.promised_by - order.placed_at.date()).days
        assert lead in {"01001": {15}, "20010": {21}, "40010": {15, 21}}[order.place.postcode]


def test_equal_seeds_draw_equal_folders_and_others_do_not(tmp_path: Path) -> None:
    source = write_source(tmp_path / "source")
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        import_olist(source, tmp_path / name, 1, DAY, scale=50, seed=seed)
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in files)
    assert (tmp_path / "a/orders.csv").read_bytes() != (tmp_path / "c/orders.csv").read_bytes()


@pytest.mark.parametrize(
    ("sites", "as_of", "scale", "why"),
    [
        (0, DAY, None, "must lie between 1 and the 3 cities"),
        (4, DAY, None, "must lie between 1 and the 3 cities"),
        (1, date(2018, 1, 10), None, "there is nothing to fit a rate card to"),
        (1, date(2018, 1, 10), 10, "there is nothing to fit a rate card to"),
        (1, DAY, 0, "must lie between 1 and 10000000"),
    ],
)
def test_impossible_wishes_are_refused(tmp_path: Path, sites: int, as_of: date, scale: int | None, why: str) -> None:
    source = write_source(tmp_path / "source")
    with pytest.raises(InputRefused) as caught:
        import_olist(source, tmp_path / "brand", sites, as_of, scale=scale)
    assert why in caught.value.faults[0].why
    assert not (tmp_path / "brand").exists()


def test_a_folder_that_is_there_is_replaced_only_by_force(tmp_path: Path) -> None:
    source = write_source(tmp_path / "source")
    import_olist(source, tmp_path / "brand", 1, DAY)
    (tmp_path / "brand/mine.txt").write_text("kept")
    with pytest.raises(OutputRefused):
        import_olist(source, tmp_path / "brand", 1, DAY)
    import_olist(source, tmp_path / "brand", 2, DAY, force=True)
    assert len(read_folder(tmp_path / "brand").sites) == 2


def test_progress_ends_where_it_said(tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    source = write_source(tmp_path / "source")
    import_olist(source, tmp_path / "brand", 1, DAY, progress=lambda *step: seen.append(step))
    assert [done for _, done, _ in seen] == list(range(len(seen)))
    assert seen[-1][1] == seen[-1][2]
