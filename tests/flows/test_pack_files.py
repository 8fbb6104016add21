"""Packing from files into files: what the figures are of, mailers, padding, freight, equal results."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from tests.files.test_pack_in import CARTONS, written

from doorstep.compute import local_map
from doorstep.domain.money import Currency
from doorstep.files.pack_in import read_pack
from doorstep.flows.pack_files import Files, pack_files
from doorstep.flows.pack_problem import Prices, asked, freight_of
from doorstep.kernels.pack.check_parcels import check_parcels
from doorstep.kernels.pack.pack import pack
from doorstep.kernels.pack.problem import PackParams
from doorstep.kernels.run import Run

SUPPORTED = PackParams(support_ppm=800_000)
ITEMS = """order,sku,length_mm,width_mm,height_mm,weight_g,quantity,this_side_up,soft,ships_in_own_box,padding_mm
o1,mug,110,85,100,400,4,1,,,
o1,book,210,150,20,300,3,,,,
o2,shirt,300,200,20,250,1,,1,,
o3,sofa,3000,900,900,60000,1,,,,
o3,mug,110,85,100,400,2,1,,,
o4,tv,700,400,120,9000,1,,,1,
o5,anvil,100,100,100,90000,1,,,,
"""
FREIGHT = """measure,up_to,price
billed_weight_g,1000,3.5
billed_weight_g,5000,4.9
billed_weight_g,30000,9.9
longest_mm,600,0
longest_mm,1200,8
"""


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as lines:
        return list(csv.DictReader(lines))


def packed(folder: Path, out: str = "out", run: Run | None = None, **texts: str) -> dict[str, object]:
    items, cartons, freight = written(folder, **({"items": ITEMS, "freight": FREIGHT} | texts))
    files = Files(items, cartons, freight, 5000, 50_000, Currency("EUR"))
    ticks = count()
    return pack_files(
        files, folder / out, params=SUPPORTED, run=run or Run(), stopwatch=lambda: float(next(ticks)), drawn=3
    )


def test_figures_are_of_what_the_page_of_formats_says(tmp_path: Path) -> None:
    summary = packed(tmp_path)
    parcels = rows(tmp_path / "out" / "parcels.csv")
    placed = rows(tmp_path / "out" / "placements.csv")
    left = rows(tmp_path / "out" / "unpacked.csv")
    assert [(one["order"], one["sku"], one["quantity"], one["reason"]) for one in left] == [
        ("o3", "sofa", "1", "too_large"),
        ("o5", "anvil", "1", "too_heavy"),
    ]
    assert [one["carton"] for one in parcels] == ["S", "bag", "bag", "S", "own-box"]
    assert (summary["orders"], summary["parcels"], summary["unpacked"], summary["unpacked_units"]) == (5, 5, 2, 2)
    assert summary["one_box_rate"] == pytest.approx(2 / 5)  # o2 and o4; o3 travels in one box, but not all of it
    assert summary["proven_rate"] == pytest.approx(3 / 5)  # nor is o3 proven, whatever became of its mugs
    volumes = [int(one["volume_mm3"]) for one in parcels]
    assert summary["billed_volume_l"] == pytest.approx(sum(volumes) / 10**6)
    assert volumes == [int(one["length_mm"]) * int(one["width_mm"]) * int(one["height_mm"]) for one in parcels]
    goods = 6 * 110 * 85 * 100 + 210 * 150 * 20  # in boxes: neither what is in bags nor the tv
    assert summary["fill_rate"] == pytest.approx(goods / (2 * 250 * 200 * 150), abs=1e-6)
    assert summary["cost_total"] == pytest.approx(sum(float(one["cost"]) for one in parcels))
    for one in parcels:
        parts = sum(float(one[part]) for part in ("carton_cost", "void_fill", "freight"))
        assert float(one["cost"]) == pytest.approx(parts)
    assert summary["gap_pct"] == 0
    assert summary["seconds"] == 2  # reading and packing, not writing
    assert summary["orders_per_second"] == 2.5
    assert len(placed) == 7 + 1 + 2 + 1
    assert [one["unit"] for one in placed if one["parcel"] == "o3-1"] == ["1", "2"]


def test_a_mailer_is_billed_as_thick_as_it_is_filled(tmp_path: Path) -> None:
    packed(tmp_path)
    bag = rows(tmp_path / "out" / "parcels.csv")[2]
    assert (bag["length_mm"], bag["width_mm"], bag["height_mm"]) == ("352", "302", "22")
    assert bag["void_fill"] == "0.00"
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "mailer, 350 × 300 mm flat, up to 60 mm thick, filled to 20 mm" in page


def test_a_report_draws_no_more_than_it_is_asked_to(tmp_path: Path) -> None:
    packed(tmp_path)
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert page.count('<article class="parcel"') == 3
    assert "The first 3 of 5 parcels" in page
    assert "larger than every carton" in page
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org/2000/svg", "")


def test_padding_keeps_goods_off_the_walls(tmp_path: Path) -> None:
    packed(tmp_path)
    for one in rows(tmp_path / "out" / "placements.csv"):
        if one["carton"] == "S":  # 10 mm on every side of 250 x 200 x 150
            for low, size, room in (("x_mm", "length_mm", 250), ("y_mm", "width_mm", 200), ("z_mm", "height_mm", 150)):
                assert int(one[low]) >= 10
                assert int(one[low]) + int(one[size]) <= room - 10


def test_size_counts_where_the_table_says_so(tmp_path: Path) -> None:
    packed(tmp_path)
    tv = rows(tmp_path / "out" / "parcels.csv")[-1]
    assert (tv["billed_weight_g"], tv["freight"]) == ("9000", "17.90")  # 9.90 by weight, 8 for its length
    near, far = packed(tmp_path, "near"), packed(tmp_path, "far", freight=FREIGHT.replace("1200,8", "1200,9"))
    assert float(str(far["cost_total"])) - float(str(near["cost_total"])) == pytest.approx(1)
    beyond = packed(tmp_path, "beyond", freight=FREIGHT.replace("longest_mm,1200,8\n", ""))
    assert beyond["unpacked"] == 3
    assert "o4" in {one["order"] for one in rows(tmp_path / "beyond" / "unpacked.csv")}


def test_workers_and_repetition_change_nothing(tmp_path: Path) -> None:
    many = ITEMS + "".join(f"n{n},mug,110,85,{60 + n % 40},400,{1 + n % 3},1,,,\n" for n in range(1_100))
    first = packed(tmp_path, "one", items=many)
    with local_map(2) as spread:
        second = packed(tmp_path, "two", Run(map=spread), items=many)
    assert {**first, "peak_memory_mb": 0} == {**second, "peak_memory_mb": 0}
    for name in ("parcels.csv", "placements.csv", "unpacked.csv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_no_orders_is_no_fault(tmp_path: Path) -> None:
    summary = packed(tmp_path, items=ITEMS.splitlines()[0] + "\n")
    rates = ("orders", "parcels", "unpacked", "one_box_rate", "fill_rate", "billed_volume_l", "cost_total", "gap_pct")
    assert [summary[rate] for rate in rates] == [0] * len(rates)
    assert "nothing to pack" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_goods_that_are_their_own_box_need_no_cartons(tmp_path: Path) -> None:
    head, *_ = ITEMS.splitlines()
    bare = "carton,inner_length_mm,inner_width_mm,inner_height_mm,outer_length_mm,outer_width_mm,outer_height_mm"
    summary = packed(
        tmp_path, items=f"{head}\no4,tv,700,400,120,9000,2,,,1,\n", cartons=f"{bare},tare_g,max_weight_g,cost\n"
    )
    assert (summary["parcels"], summary["unpacked"], summary["one_box_rate"]) == (2, 0, 0)


def test_amounts_keep_the_digits_of_their_currency(tmp_path: Path) -> None:
    items, cartons, freight = written(tmp_path, items=ITEMS, freight=FREIGHT.replace("4.9", "4.995"))
    costs = {}
    for code in ("JPY", "EUR", "KWD"):
        files = Files(items, cartons, freight, currency=Currency(code))
        pack_files(files, tmp_path / code, params=SUPPORTED, run=Run(), stopwatch=lambda: 0.0)
        costs[code] = rows(tmp_path / code / "parcels.csv")[0]["freight"]
    assert costs == {"JPY": "5", "EUR": "5.00", "KWD": "4.995"}


def test_what_has_a_box_of_its_own_and_no_carrier_is_told_so(tmp_path: Path) -> None:
    packed(tmp_path, freight=FREIGHT.replace("longest_mm,1200,8\n", ""))
    left = {one["sku"]: one["reason"] for one in rows(tmp_path / "out" / "unpacked.csv")}
    assert left == {"sofa": "too_large", "tv": "not_carried", "anvil": "too_heavy"}
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "no row of the freight table reaches so far" in page


def test_of_two_cartons_at_one_price_the_smaller_is_taken(tmp_path: Path) -> None:
    head, box, *_ = CARTONS.splitlines()
    large = box.replace("S,250,200,150,256,206,156", "A,300,300,300,306,306,306")
    mug = f"{ITEMS.splitlines()[0]}\no1,mug,110,85,100,400,1,1,,,\n"
    items, cartons, _ = written(tmp_path, items=mug, cartons=f"{head}\n{large}\n{box}\n")
    pack_files(Files(items, cartons), tmp_path / "out", params=SUPPORTED, run=Run(), stopwatch=lambda: 0.0)
    assert [one["carton"] for one in rows(tmp_path / "out" / "parcels.csv")] == ["S"]


def test_few_orders_start_no_processes(tmp_path: Path) -> None:
    def unwanted(*_: object) -> Iterator[Any]:
        raise AssertionError("nobody asked for processes")

    items, cartons, _ = written(tmp_path, items=ITEMS)
    run, params = Run(map=unwanted), SUPPORTED
    few = pack_files(Files(items, cartons), tmp_path / "few", params=params, run=run, stopwatch=lambda: 0.0, alone=6)
    assert few["orders"] == 5
    with pytest.raises(AssertionError, match="nobody asked"):
        pack_files(Files(items, cartons), tmp_path / "many", params=params, run=run, stopwatch=lambda: 0.0, alone=5)
    assert not (tmp_path / "many").exists()


def test_the_verifier_accepts_what_was_read_and_packed(tmp_path: Path) -> None:
    head, *lines = ITEMS.splitlines()
    more = [f"m{n},vase,{80 + n % 60},{70 + n % 50},{40 + n % 80},900,{1 + n % 6},{n % 2},,,{n % 4}" for n in range(80)]
    text = "\n".join([head, *lines, *more]) + "\n"
    read = read_pack(*written(tmp_path, items=text, freight=FREIGHT))
    freight = freight_of(read.freight or {}, 5000, Currency("EUR"))
    of = asked(read.baskets, read.cartons, Prices(Currency("EUR"), (freight,), void_fill_micros=50_000))
    result = pack(of.problem, SUPPORTED)
    assert len(result.parcel_load) > 80
    assert check_parcels(of.problem, result, 800_000) == ()
