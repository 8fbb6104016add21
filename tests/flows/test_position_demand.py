"""Foreseen demand moves targets: its means by region add up, its spread is kept, what is not foreseen has none."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from doorstep.domain.errors import InputRefused, InvalidProblem
from doorstep.files.demand_in import ForeseenDemand, ForeseenSeries
from doorstep.files.demo import demo_brand
from doorstep.files.folder import BrandFolder, read_folder
from doorstep.flows.insight_demand import DemandWish, insight_demand, region_key
from doorstep.flows.network import NetworkWish, network_folder
from doorstep.flows.position import PositionWish, position, position_folder
from doorstep.flows.position_demand import with_foreseen
from doorstep.flows.position_ground import ground_of
from doorstep.kernels.run import Run

NONE, WIDE = (0,) * 7, (2, 6, 14, 28, 48, 62, 95)


@pytest.fixture(scope="module")
def brand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("foreseen") / "brand"
    demo_brand(folder, 60, 6)
    return folder


@pytest.fixture(scope="module")
def read(brand: Path) -> BrandFolder:
    return read_folder(brand)


@pytest.fixture(scope="module")
def wish(read: BrandFolder) -> PositionWish:
    return PositionWish(max(order.placed_at for order in read.orders).date() + timedelta(1), 3)


def test_means_add_up_and_the_spread_is_kept(read: BrandFolder, wish: PositionWish) -> None:
    ground = ground_of(read, wish.as_of)
    one, other, third = ground.products[:3]
    place = ground.regions[0]
    region = region_key(place.country, place.region)
    demand = ForeseenDemand(
        8,
        (
            ForeseenSeries("sku", one.sku, region, 20.0, WIDE),
            ForeseenSeries("category", "cups", region, 8.0, NONE),
            ForeseenSeries("sku", one.sku, "XX-NOWHERE", 100.0, WIDE),
        ),
        {other.sku: ("cups", 0.25)},
    )
    found = with_foreseen(ground, demand).forecast
    assert found.mean_week[0].sum() == pytest.approx(20 / 8)
    assert found.mean_week[1].sum() == pytest.approx(8 / 8 / 4)
    assert not found.mean_week[2].any()
    assert third.sku not in demand.shares
    assert found.dispersion[0] > 10
    here = [region_key(spot.country, spot.region) == region for spot in ground.regions]
    assert not found.mean_week[:, ~np.array(here)].any()
    with pytest.raises(InvalidProblem, match="none of the products"):
        with_foreseen(ground, replace(demand, series=demand.series[2:]))


def test_more_demand_and_a_wider_one_are_kept_more_of(read: BrandFolder, wish: PositionWish) -> None:
    ground = ground_of(read, wish.as_of)
    keys = sorted({region_key(spot.country, spot.region) for spot in ground.regions})
    sure, wide = (12, 14, 16, 18, 20, 22, 26), WIDE

    def held(units: tuple[int, ...], mean: float) -> int:
        series = tuple(ForeseenSeries("sku", one.sku, key, mean, units) for one in ground.products[:10] for key in keys)
        return int(position(read, wish, ForeseenDemand(8, series, {})).targets.target.sum())

    assert held(sure, 16.0) < held(wide, 16.0)
    assert held(NONE, 0.1) < held(sure, 16.0)


def test_the_two_commands_hand_over(brand: Path, wish: PositionWish, tmp_path: Path) -> None:
    """A brand with months of orders: foreseen, then placed by that; a forecast of another day is refused."""
    moved = [
        line.replace("2026-10-15", (wish.as_of - timedelta(1 + n % 150)).isoformat())
        for n, line in enumerate((brand / "orders.csv").read_text().splitlines(keepends=True))
    ]
    (brand / "orders.csv").write_text("".join(moved))
    insight_demand(brand, tmp_path / "demand", DemandWish(wish.as_of, 6, 5), run=Run())
    asked = replace(wish, demand=tmp_path / "demand")
    told = position_folder(brand, tmp_path / "out", asked, run=Run(), stopwatch=float)
    assert told["demand"] == "foreseen"
    foreseen = sum(
        float(row.split(",")[5]) for row in (tmp_path / "demand" / "demand_total.csv").read_text().splitlines()[1:]
    )
    assert told["units_week"] == pytest.approx(foreseen / 6, rel=0.02)
    with pytest.raises(InputRefused) as refused:
        position_folder(
            brand, tmp_path / "none", replace(asked, as_of=wish.as_of - timedelta(7)), run=Run(), stopwatch=float
        )
    assert [fault.column for fault in refused.value.faults] == ["from"]  # once, and not in every row
    assert not (tmp_path / "none").exists()


def test_the_next_site_is_told_by_foreseen_demand(
    brand: Path, read: BrandFolder, wish: PositionWish, tmp_path: Path
) -> None:
    """Twice as much foreseen costs twice as much and changes no place; past sales, and another day, are not read."""
    ground = ground_of(read, wish.as_of)
    keys = [region_key(spot.country, spot.region) for spot in ground.regions]
    busy = keys[int(ground.region_orders.argmax())]

    def told(name: str, mean: float, day: str = wish.as_of.isoformat()) -> dict[str, object]:
        folder = tmp_path / name
        folder.mkdir()
        rows = [f"sku,{one.sku},{busy},{day},8,{mean},0,1,2,3,4,5,6\n" for one in ground.products[:10]]
        head = "kind,name,region,from,weeks,mean,q10,q25,q50,q75,q90,q95,q99\n"
        (folder / "demand_total.csv").write_text(head + "".join(rows))
        (folder / "shares.csv").write_text("sku,category,share\n")
        asked = NetworkWish(wish.as_of, demand=folder)
        return network_folder(brand, tmp_path / f"{name}_out", asked, run=Run(), stopwatch=float)

    once, twice = told("once", 8.0), told("twice", 16.0)  # far below what sites hold
    assert once["demand"] == "foreseen"
    assert twice["month_minor"] == pytest.approx(2 * int(str(once["month_minor"])), rel=0.01)
    assert once["best"] == twice["best"]
    assert "by foreseen demand" in (tmp_path / "once_out" / "report.html").read_text()
    past = network_folder(brand, tmp_path / "past", NetworkWish(wish.as_of), run=Run(), stopwatch=float)
    assert past["demand"] == "past_sales"
    assert past["month_minor"] != once["month_minor"]
    with pytest.raises(InputRefused):
        told("other", 8.0, "2020-01-06")
    assert not (tmp_path / "other_out").exists()
