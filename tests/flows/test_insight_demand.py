"""A folder's demand, foreseen: what is written, what is in force, and that nothing later is read."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.cli.run import TEA_SHOP

from doorstep.domain.errors import InputRefused, OutputRefused
from doorstep.files.demand_out import BACKTEST_COLUMNS
from doorstep.flows.insight_demand import DemandWish, insight_demand, region_key
from doorstep.kernels.run import Run

FIRST = date(2026, 1, 5)
AS_OF = FIRST + timedelta(weeks=20)
WISH = DemandWish(AS_OF, weeks=2, origins=4)
HEAD = "order,channel,placed_at,customer,country,region,city,postcode\n"


def shop(folder: Path, days: int) -> Path:
    """The tea shop with two orders a day for a while, more on Saturdays."""
    folder.mkdir()
    for file in TEA_SHOP.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    orders, lines = [HEAD], ["order,line,sku,quantity,unit_price\n"]
    for day in range(days):
        placed = FIRST + timedelta(days=day)
        for n in range(2 + (placed.weekday() == 5)):
            region = ("BE", "BY")[n % 2]
            orders.append(f"O{day}-{n},web,{placed}T12:00:00+01:00,c{n},DE,{region},Berlin,10115\n")
            lines.append(f"O{day}-{n},1,teapot,{1 + (day % 5 == 0)},20\n")
    (folder / "orders.csv").write_text("".join(orders), encoding="utf-8")
    (folder / "order_lines.csv").write_text("".join(lines), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def brand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shop(tmp_path_factory.mktemp("demand") / "shop", 7 * 20)


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_forecast_is_written_and_what_it_serves_by_is_in_force_next_time(brand: Path, tmp_path: Path) -> None:
    out = tmp_path / "demand"
    told = insight_demand(brand, out, WISH, run=Run())
    names = {"demand.csv", "demand_total.csv", "shares.csv", "backtest.csv", "report.html", "summary.json"}
    assert {one.name for one in out.iterdir()} == names
    written = json.loads((out / "summary.json").read_text())
    assert written.pop("written_by") == "doorstep"
    assert written == json.loads(json.dumps(told))
    verdict = told["verdict"]
    assert isinstance(verdict, dict)
    assert verdict["in_force"] is None
    again = insight_demand(brand, out, WISH, run=Run())
    assert again["verdict"]["in_force"] is not None  # type: ignore[index]
    weeks = table(out / "demand.csv")
    assert {(row["kind"], row["name"], row["region"]) for row in weeks} >= {("sku", "teapot", "DE-BE")}
    assert {row["week"] for row in weeks} == {"2026-05-25", "2026-06-01"}
    foreseen = sum(float(row["mean"]) for row in weeks)
    assert foreseen == pytest.approx(float(str(again["units_foreseen"])), abs=0.01)
    assert foreseen == pytest.approx(36, rel=0.3)
    assert tuple(table(out / "backtest.csv")[0]) == BACKTEST_COLUMNS
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "<svg" in page
    assert "Backtest" in page


def test_orders_of_the_future_change_nothing(brand: Path, tmp_path: Path) -> None:
    longer = shop(tmp_path / "longer", 7 * 26)
    for folder, out in ((brand, tmp_path / "one"), (longer, tmp_path / "other")):
        insight_demand(folder, out, WISH, run=Run())
    for name in ("demand.csv", "demand_total.csv", "shares.csv", "backtest.csv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes(), name


def test_a_shop_without_a_past_gets_an_empty_page(brand: Path, tmp_path: Path) -> None:
    told = insight_demand(brand, tmp_path / "demand", DemandWish(date(2020, 1, 1)), run=Run())
    assert (told["series"], told["published"], told["served"]) == (0, False, "seasonal_naive")
    assert "Nothing to foresee yet" in (tmp_path / "demand" / "report.html").read_text(encoding="utf-8")


def test_what_is_no_output_is_not_in_force_and_foreign_files_are_kept(brand: Path, tmp_path: Path) -> None:
    wish = DemandWish(AS_OF, in_force=tmp_path)
    with pytest.raises(InputRefused) as refused:
        insight_demand(brand, tmp_path / "demand", wish, run=Run())
    assert refused.value.faults[0].why == "holds no output of foreseen demand"
    assert not (tmp_path / "demand").exists()
    (tmp_path / "summary.json").write_text('{"recipe": [{"class": "all"}]}')
    with pytest.raises(InputRefused) as refused:
        insight_demand(brand, tmp_path / "demand", wish, run=Run())
    assert refused.value.faults[0].why.startswith("does not tell what serves")
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(OutputRefused):
        insight_demand(brand, tmp_path, WISH, run=Run())


@pytest.mark.parametrize(
    ("region", "named"), [("BE", "DE-BE"), ("DE-BE", "DE-BE"), ("", "DE"), (" Berlin ", "DE-Berlin")]
)
def test_a_region_is_one_in_all_the_world(region: str, named: str) -> None:
    assert region_key("DE", region) == named


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "No order was placed before this day"),
        (1, "2 orders before this day were placed on Mon 5 Jan 2026"),
        (3, "6 orders before this day were placed from Mon 5 Jan 2026 to Wed 7 Jan 2026"),
    ],
)
def test_a_past_of_less_than_a_week_is_told(days: int, words: str, tmp_path: Path) -> None:
    asked = DemandWish(FIRST + timedelta(days=days), weeks=2, origins=4)
    told = insight_demand(shop(tmp_path / "shop", 5), tmp_path / "out", asked, run=Run())
    assert told["series"] == 0
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert words in page
    assert "nothing can be foreseen" in page
