"""A folder's costs, traced: plans, freight paid and rates of activities, and everything adds up."""

from __future__ import annotations

import csv
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tests.cli.run import TEA_SHOP

from doorstep.domain.errors import InputRefused
from doorstep.files.costs_out import BY_COLUMNS, CHANGE_COLUMNS, ORDER_COLUMNS
from doorstep.files.plan_out import PLACEMENT_COLUMNS, PLAN_COLUMNS
from doorstep.flows.insight_costs import CostsWish, insight_costs, last_months
from doorstep.kernels.run import Run

WISH = CostsWish(date(2026, 3, 1))
HISTORY = (
    "parcel,order,origin_country,origin_postcode,destination_country,destination_region,destination_postcode,weight_g,"
    "placed_at,handed_over_at,status,freight_paid\n"
)
RATES = "activity,per,rate,times,category,country\n"


@pytest.fixture
def brand(tmp_path: Path) -> Path:
    """Three orders of January, two of February, one of March; one of them without freight."""
    folder = tmp_path / "shop"
    folder.mkdir()
    for file in TEA_SHOP.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    orders = ["order,channel,placed_at,customer,country,region,city,postcode\n"]
    lines, history = ["order,line,sku,quantity,unit_price\n"], [HISTORY]
    days = ("2026-01-05", "2026-01-09", "2026-01-20", "2026-02-03", "2026-02-07", "2026-03-02")
    for n, day in enumerate(days):
        orders.append(f"O{n},web,{day}T12:00:00+01:00,c{n % 2},DE,BE,Berlin,10115\n")
        lines.append(f"O{n},1,teapot,{n + 1},20\nO{n},2,cups,1,30\n")
        if n != 1:
            history.append(
                f"P{n},O{n},DE,80331,DE,BE,10115,900,{day}T12:00:00+01:00,{day}T18:00:00+01:00,shipped,{n}.95\n"
            )
    for name, rows in (("orders", orders), ("order_lines", lines), ("history", history)):
        (folder / f"{name}.csv").write_text("".join(rows), encoding="utf-8")
    return folder


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def summed(rows: list[dict[str, str]], column: str = "cost") -> Decimal:
    return sum((Decimal(row[column]) for row in rows), Decimal(0))


def test_freight_paid_is_traced_and_adds_up_by_everything(brand: Path, tmp_path: Path) -> None:
    out = tmp_path / "costs"
    told = insight_costs(brand, out, WISH, run=Run())
    assert {one.name for one in out.iterdir()} == {
        "costs.csv",
        "costs_by.csv",
        "changes.csv",
        "report.html",
        "summary.json",
    }
    assert (told["orders"], told["orders_left_out"], told["orders_from_plans"]) == (4, 1, 0)
    orders, by = table(out / "costs.csv"), table(out / "costs_by.csv")
    assert (tuple(orders[0]), tuple(by[0])) == (ORDER_COLUMNS, BY_COLUMNS)
    assert {row["order"]: row["cost"] for row in orders} == {"O0": "0.95", "O2": "2.95", "O3": "3.95", "O4": "4.95"}
    for name in ("sku", "category", "customer", "country", "month"):
        assert summed([row for row in by if row["by"] == name]) == Decimal("12.80"), name
    (change,) = table(out / "changes.csv")
    assert tuple(change) == CHANGE_COLUMNS
    assert sum(Decimal(change[name]) for name in ("before", "volume", "mix", "price")) == Decimal(change["after"])
    assert (change["before"], change["after"]) == ("3.90", "8.90")
    written = json.loads((out / "summary.json").read_text())
    assert written["cost"] == 12.8
    assert "Why it changed" in (out / "report.html").read_text(encoding="utf-8")


def test_rates_come_on_top_the_most_particular_first(brand: Path, tmp_path: Path) -> None:
    rows = "pick,unit,0.50,,,\npick,unit,0.25,,,DE\npack,order,1.00,,,\nreturn,line,9.00,0.1,,\n"
    rows += "storage,litre_day,0.01,30,,\n"
    (brand / "rates_costs.csv").write_text(RATES + rows, encoding="utf-8")
    told = insight_costs(brand, tmp_path / "costs", WISH, run=Run())
    parts = told["parts"]
    assert isinstance(parts, dict)
    units = sum(n + 2 for n in (0, 2, 3, 4))
    assert parts["pick"] == units * 0.25
    assert parts["pack"] == 4
    assert parts["return"] == 7.2  # eight lines at 0.90
    assert parts["storage"] > 0


def test_a_plan_tells_its_parts_and_rates_do_not_double_them(brand: Path, tmp_path: Path) -> None:
    plan = tmp_path / "plan"
    plan.mkdir()
    row = "P-1,O0 O1,berlin,small,parcel,900,900,2026-01-10T12:00:00+00:00,2026-01-14,0.95,"
    row += "1.10,0.40,4.19,0.30,0.00,0.25,6.24,,,\n"
    (plan / "plan.csv").write_text(",".join(PLAN_COLUMNS) + "\n" + row, encoding="utf-8")
    places = [
        f"P-1,{order},{sku},1,small,0,0,0,10,10,10\n"
        for order, sku in (("O0", "teapot"), ("O0", "cups"), ("O1", "teapot"))
    ]
    (plan / "placements.csv").write_text(",".join(PLACEMENT_COLUMNS) + "\n" + "".join(places), encoding="utf-8")
    (brand / "rates_costs.csv").write_text(RATES + "pick,unit,5,,,\nfailed_attempt,parcel,6,0.5,,\n", encoding="utf-8")
    told = insight_costs(brand, tmp_path / "costs", CostsWish(WISH.as_of, (plan,)), run=Run())
    assert (told["orders"], told["orders_left_out"], told["orders_from_plans"]) == (5, 0, 2)
    orders = {one["order"]: one for one in table(tmp_path / "costs" / "costs.csv")}
    both = [orders["O0"], orders["O1"]]
    assert summed(both, "pick") == Decimal("1.10")
    assert summed(both, "freight") == Decimal("4.19")
    assert summed(both, "lateness") == Decimal("0.25")
    assert summed(both, "failed_attempt") == Decimal("3.00")
    assert Decimal(orders["O2"]["pick"]) == 5 * 4


def test_every_fault_of_rates_and_plans_is_named(brand: Path, tmp_path: Path) -> None:
    rows = "pick,unit,-1,,,\nfly,unit,1,,,\npack,order,1,,tea,\npick,kg,1,,,\npick,kg,2,,,\n"
    (brand / "rates_costs.csv").write_text(RATES + rows, encoding="utf-8")
    with pytest.raises(InputRefused) as refused:
        insight_costs(brand, tmp_path / "costs", WISH, run=Run())
    assert [(one.row, one.column) for one in refused.value.faults] == [
        (2, "rate"),
        (3, "activity"),
        (4, "category"),
        (6, "country"),
    ]
    (brand / "rates_costs.csv").unlink()
    with pytest.raises(InputRefused) as refused:
        insight_costs(brand, tmp_path / "costs", CostsWish(WISH.as_of, (tmp_path / "none",)), run=Run())
    assert [one.why for one in refused.value.faults] == ["is not there"] * 2
    assert not (tmp_path / "costs").exists()


def test_a_shop_without_a_past_gets_an_empty_page(brand: Path, tmp_path: Path) -> None:
    told = insight_costs(brand, tmp_path / "costs", CostsWish(date(2020, 1, 1)), run=Run())
    assert (told["orders"], told["cost"], told["cost_per_order"]) == (0, 0, None)
    assert "Nothing to trace yet" in (tmp_path / "costs" / "report.html").read_text(encoding="utf-8")


def test_the_last_whole_months_are_named() -> None:
    assert last_months(date(2026, 3, 1)) == ("2026-01", "2026-02")
    assert last_months(date(2026, 2, 27)) == ("2025-12", "2026-01")
    assert last_months(date(2026, 1, 31)) == ("2025-11", "2025-12")
