"""Cartons to stock for a brand folder: better than a poor set of today, exact figures, every part on its own."""

from __future__ import annotations

import csv
import shutil
from dataclasses import replace
from datetime import date
from itertools import count
from pathlib import Path

import numpy as np
import orjson
import pytest
from tests.cli.run import TEA_SHOP

from doorstep.domain.carriage import ExchangeRate, RateBreak
from doorstep.domain.catalog import Carton
from doorstep.domain.demand import Order
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.packing import Basket, Good
from doorstep.files.demo import demo_brand
from doorstep.files.folder import BrandFolder, read_folder
from doorstep.files.kinds import millionths
from doorstep.flows.carton_sizes import STEP_MM, candidates, fitted, maker_of, surface, variants
from doorstep.flows.choose_cartons import Wish, choose_cartons
from doorstep.flows.pack_files import Files, pack_files
from doorstep.flows.past_baskets import kinds_of
from doorstep.flows.typical_freight import paid_by, roomiest, typical_freight
from doorstep.kernels.pack.problem import PackParams
from doorstep.kernels.run import Run

SUPPORTED = PackParams(support_ppm=800_000)
WISH = Wish(count=4, void_fill_micros=20_000)
BOX = Carton("box", (300, 200, 100), (306, 206, 106), 100, 20_000, 500_000)
CRATE = Carton("crate", (600, 400, 300), (606, 406, 306), 400, 30_000, 1_500_000)


def chosen(folder: Path, out: Path, wish: Wish = WISH) -> dict[str, object]:
    ticks = count()
    return choose_cartons(folder, out, wish, params=SUPPORTED, run=Run(), stopwatch=lambda: float(next(ticks)))


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def brand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("brand") / "demo"
    demo_brand(folder, 60, 3)
    return folder


@pytest.fixture(scope="module")
def answer(brand: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    out = tmp_path_factory.mktemp("answer") / "cartons"
    return out, chosen(brand, out)


def test_the_answer_is_written_whole(answer: tuple[Path, dict[str, object]]) -> None:
    out, summary = answer
    names = {"cartons.csv", "chosen.csv", "curve.csv", "summary.json", "report.html"}
    assert {one.name for one in out.iterdir()} == names
    written = orjson.loads((out / "summary.json").read_bytes())
    assert written == {**summary, "written_by": "doorstep"}
    assert summary["count"] == 4
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "Cost per order, EUR, by the number of cartons stocked" in page
    assert "<script" not in page.replace("<script></script>", "")


def test_the_figures_of_all_files_agree(answer: tuple[Path, dict[str, object]]) -> None:
    out, summary = answer
    curve, listed = rows(out / "curve.csv"), rows(out / "chosen.csv")
    assert [int(one["count"]) for one in curve] == [1, 2, 3, 4, 5, 6, 7]
    four = curve[3]
    assert sorted(four["cartons"].split()) == sorted(one["carton"] for one in listed)
    assert sorted(one["carton"] for one in rows(out / "cartons.csv")) == sorted(four["cartons"].split())
    assert float(four["objective"]) == pytest.approx(summary["objective"])
    before = float(str(summary["today_objective"]))
    assert float(four["saving_pct"]) == pytest.approx(100 * (before - float(four["objective"])) / before, abs=1e-3)
    saved = [float(one["saves"]) for one in listed]
    assert saved == sorted(saved, reverse=True)
    assert float(curve[-1]["objective"]) <= float(curve[0]["objective"])
    assert int(four["packed"]) <= int(four["orders"]) == summary["orders"]
    assert float(str(summary["choice_gap_pct"])) >= 0


def test_what_a_carton_saves_is_found_again_without_it(brand: Path, tmp_path: Path) -> None:
    (tmp_path / "flat.csv").write_text("measure,up_to,price\nbilled_weight_g,1000000,5\n")
    wish = Wish(2, freight=tmp_path / "flat.csv", divisor=5_000)
    summary = chosen(brand, tmp_path / "both", wish)
    first, second = rows(tmp_path / "both" / "chosen.csv")
    alone = tmp_path / "brand"
    shutil.copytree(brand, alone)
    lines = (tmp_path / "both" / "cartons.csv").read_text().splitlines()
    rest = [line for line in lines[1:] if line.startswith(f"{second['carton']},")]
    (alone / "cartons.csv").write_text("\n".join([lines[0], *rest]) + "\n")
    again = chosen(alone, tmp_path / "one", replace(wish, count=1))
    lost = float(str(again["today_objective"])) - float(str(summary["objective"]))
    assert lost == pytest.approx(float(first["saves"]), abs=0.005)


def test_the_chosen_cartons_are_read_by_pack(answer: tuple[Path, dict[str, object]], tmp_path: Path) -> None:
    items = tmp_path / "items.csv"
    items.write_text("order,sku,length_mm,width_mm,height_mm,weight_g,quantity\no1,cup,90,90,90,200,2\n")
    summary = pack_files(
        Files(items, answer[0] / "cartons.csv"), tmp_path / "out", params=SUPPORTED, run=Run(), stopwatch=lambda: 0.0
    )
    assert summary["one_box_rate"] == 1


def test_a_poor_set_is_bettered(brand: Path, tmp_path: Path) -> None:
    poor = tmp_path / "poor"
    shutil.copytree(brand, poor)
    lines = (brand / "cartons.csv").read_text().splitlines()
    largest = [line for line in lines if line.startswith(("carton,", "box-xl,", "rug-long,"))]
    (poor / "cartons.csv").write_text("\n".join(largest) + "\n")
    summary = chosen(poor, tmp_path / "out", replace(WISH, count=6))
    assert float(str(summary["saving_pct"])) > 5


def test_equal_input_gives_equal_answers(brand: Path, answer: tuple[Path, dict[str, object]], tmp_path: Path) -> None:
    chosen(brand, tmp_path / "again")
    for name in ("cartons.csv", "chosen.csv", "curve.csv"):
        assert (tmp_path / "again" / name).read_bytes() == (answer[0] / name).read_bytes()


def test_a_table_of_ones_own_stands_in_place_of_the_tariff(brand: Path, tmp_path: Path) -> None:
    table = tmp_path / "flat.csv"
    table.write_text("measure,up_to,price\nbilled_weight_g,1000000,5\n")
    summary = chosen(brand, tmp_path / "out", Wish(2, freight=table))
    assert summary["freight"] == "flat.csv"
    assert float(str(summary["cost_total"])) > 5 * int(str(summary["packed"]))


def test_nothing_to_choose_by_is_refused(brand: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(brand, bare)
    for name in ("orders.csv", "order_lines.csv"):
        (bare / name).write_text((brand / name).read_text().splitlines()[0] + "\n")
    with pytest.raises(InvalidProblem, match="nothing to choose by"):
        chosen(bare, tmp_path / "out")
    with pytest.raises(InvalidProblem, match="no rate of service pigeon"):
        chosen(brand, tmp_path / "out", replace(WISH, service="pigeon"))
    assert not (tmp_path / "out").exists()


# --- the parts


def shop() -> BrandFolder:
    return read_folder(TEA_SHOP)


def test_orders_alike_are_one_kind_whatever_their_skus() -> None:
    read = shop()
    product, order = read.products[0], read.orders[0]
    twins = [replace(product, sku=sku, name=sku) for sku in ("one", "two")]

    def of(sku: str, quantity: int) -> Order:
        line = replace(order.lines[0], sku=sku, quantity=quantity)
        return replace(order, lines=(line,))

    split = replace(order, lines=(of("one", 1).lines[0], of("two", 2).lines[0]))
    kinds = kinds_of([of("one", 3), of("two", 3), of("two", 1), split, of("gone", 1)], twins, 100, 0)
    assert kinds.times == (3, 1)
    assert kinds.left_out == 1
    assert [quantity for _, quantity in kinds.baskets[0].lines] == [3]
    assert kinds_of([of("one", n) for n in range(1, 40)], twins, 7, 1).orders == 7


def test_prices_of_cartons_grow_with_their_surface() -> None:
    points = [
        (surface(size), 100_000 + surface(size) // 2) for size in ((300, 200, 100), (400, 400, 400), (500, 300, 80))
    ]
    line = fitted(points)
    assert line.at((600, 400, 300)) == pytest.approx(100_000 + surface((600, 400, 300)) / 2, abs=2)
    falling = fitted([(100_000, 900), (200_000, 300)])  # nonsense for a carton
    assert falling.base == 0
    assert falling.at((100, 100, 100)) > 0
    assert fitted([]).at((100, 100, 100)) == 0


def test_a_new_size_is_made_like_those_of_today() -> None:
    maker = maker_of([BOX, CRATE])
    new = maker.make((310, 200, 100))
    assert new.carton == "310x200x100"
    assert new.outer_mm == (316, 206, 106)
    assert BOX.cost_micros < new.cost_micros < CRATE.cost_micros
    assert BOX.tare_g <= new.tare_g < CRATE.tare_g
    assert new.max_weight_g == BOX.max_weight_g
    assert maker.make((590, 400, 300)).max_weight_g == CRATE.max_weight_g


def test_bags_teach_nothing_about_walls_and_new_boxes_are_padded_as_those_of_today() -> None:
    bag = replace(CRATE, carton="bag", mailer=True)
    padded = replace(BOX, padding_mm=10)
    maker = maker_of([padded, bag])
    assert (maker.walls, maker.today) == (maker_of([BOX]).walls, (padded,))
    wrapped = Good("", (195, 145, 45), 100, padding_mm=5)
    found = candidates([Basket("b", ((wrapped, 1),))], (), [padded, bag])
    assert found[:2] == [padded, bag]
    assert {one.padding_mm for one in found[2:]} == {10}
    assert (230, 180, 80) in {one.inner_mm for one in found[2:]}  # 205 x 155 x 55, 10 on every side, rounded up


def test_candidates_are_few_rounded_up_and_hold_what_they_are_for() -> None:
    baskets = [Basket(f"b{n}", ((Good("", (50 + 7 * n, 40 + 3 * n, 21 + n), 100), 1 + n % 5),)) for n in range(120)]
    found = candidates(baskets, (), [BOX])
    assert found[0] == BOX
    sizes = [one.inner_mm for one in found[1:]]
    assert 20 < len(sizes) <= 240
    assert all(edge % STEP_MM == 0 for size in sizes for edge in size)
    assert len({one.carton for one in found}) == len(found)
    for basket in baskets:
        ((good, _),) = basket.lines
        goods = sorted(good.size_mm)
        assert any(all(a <= b for a, b in zip(goods, sorted(size), strict=True)) for size in sizes)


def test_variants_are_shorter_in_one_edge() -> None:
    new = maker_of([BOX]).make((300, 200, 30))
    for one in variants([BOX, new], [BOX]):
        assert sum(one.inner_mm) < 530
        assert sum(a != b for a, b in zip(one.inner_mm, (300, 200, 30), strict=True)) == 1
        assert min(one.inner_mm) > 0


def test_freight_is_that_of_the_cheapest_service_in_its_middle_zone() -> None:
    read = shop()
    day = max(order.placed_at for order in read.orders).date()
    tables = typical_freight(read.tariff, 500, day, read.brand.currency)
    assert tables
    names = [table.service.service for table in tables]
    assert typical_freight(read.tariff, 500, day, read.brand.currency, names[-1])[0].service.service == names[-1]
    assert typical_freight(read.tariff, 500, date(1990, 1, 1), read.brand.currency, "nobody") == ()
    light = Basket("b", ((Good("", (100, 100, 100), 500), 1),))
    prices = [int(table.freight.weight.prices(np.array([500]))[0]) for table in tables]
    assert prices[paid_by(light, tables)] == min(prices)
    long = Basket("b", ((Good("", (50_000, 100, 100), 500), 1),))
    assert paid_by(long, tables) == roomiest(tables)


def test_a_price_per_further_kilogram_is_written_out() -> None:
    read = shop()
    service = read.tariff.services[0]
    rates = (RateBreak(service.service, "z", 1_000, millionths("4"), millionths("0.5")),)
    (table,) = typical_freight(
        replace(read.tariff, rates=rates), 500, date(2026, 1, 1), read.brand.currency, service.service
    )
    weights = np.array([1_000, 1_001, 2_000, 3_500])
    assert table.freight.weight.prices(weights).tolist() == [400, 450, 450, 550]


def test_rates_in_another_currency_are_converted_on_their_day_and_left_out_on_others() -> None:
    read = shop()
    service = read.tariff.services[0]
    rates = (RateBreak(service.service, "z", 1_000, millionths("4"), millionths("0.5"), currency="CHF"),)
    worth = (ExchangeRate("CHF", 1_050_000_000, date(2026, 1, 1)),)
    tariff = replace(read.tariff, rates=rates, exchange_rates=worth)
    (table,) = typical_freight(tariff, 500, date(2026, 1, 1), read.brand.currency, service.service)
    assert table.freight.weight.prices(np.array([1_000, 2_000])).tolist() == [420, 473]
    assert typical_freight(tariff, 500, date(2025, 12, 31), read.brand.currency, service.service) == ()
