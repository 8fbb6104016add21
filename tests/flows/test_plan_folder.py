from __future__ import annotations

import csv
import json
import shutil
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from doorstep.files.demo import demo_brand
from doorstep.flows.plan_folder import Selection, plan_folder
from doorstep.kernels.run import Run


@pytest.fixture(scope="module")
def brand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("flow") / "brand"
    demo_brand(folder, 150, 6)
    return folder


@pytest.fixture(scope="module")
def planned(brand: Path) -> Path:
    return plan(brand, brand.parent / "plan")


def plan(folder: Path, out: Path) -> Path:
    plan_folder(folder, out, selection=Selection(), run=Run(seed=3), stopwatch=lambda: 0.0, documents=False)
    return out


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_summary_says_what_the_files_say(brand: Path, planned: Path) -> None:
    summary = json.loads((planned / "summary.json").read_text())
    parcels, left = rows(planned / "plan.csv"), rows(planned / "unplanned.csv")
    by_order: dict[str, list[dict[str, str]]] = {}
    for parcel in parcels:
        for order in parcel["orders"].split():
            by_order.setdefault(order, []).append(parcel)
    orders = len(rows(brand / "orders.csv"))
    cost = sum(Decimal(one["cost"]) for one in parcels)
    unplanned_cost = Decimal(rows(brand / "brand.csv")[0]["unplanned_cost"])
    kept = sum(chance_of_all(of) for of in by_order.values())
    assert left, "a brand without an order left proves nothing about denominators"
    assert summary["orders"] == orders == len(by_order) + len(left)
    assert (summary["planned"], summary["unplanned"], summary["parcels"]) == (len(by_order), len(left), len(parcels))
    assert summary["cost_total"] == pytest.approx(float(cost), abs=0.001)
    assert summary["objective"] == pytest.approx(float(cost + unplanned_cost * len(left)), abs=0.001)
    assert summary["cost_per_order"] == pytest.approx(float(cost) / len(by_order), abs=0.0001)
    assert summary["cost_per_parcel"] == pytest.approx(float(cost) / len(parcels), abs=0.0001)
    assert summary["split_rate"] == pytest.approx(
        sum(len(of) > 1 for of in by_order.values()) / len(by_order), abs=1e-6
    )
    assert summary["expected_on_time"] == pytest.approx(kept / orders, abs=1e-5)
    assert summary["gap_pct"] == pytest.approx(
        100 * (summary["objective"] - summary["lower_bound"]) / summary["objective"], abs=1e-3
    )


def chance_of_all(parcels: list[dict[str, str]]) -> float:
    chance = 1.0
    for parcel in parcels:
        chance *= float(parcel["on_time_probability"])
    return chance


def test_every_amount_of_a_parcel_is_the_sum_of_its_lines(planned: Path) -> None:
    names = ("pick_cost", "carton_cost", "freight", "surcharges", "duty_tax", "lateness_cost")
    for parcel in rows(planned / "plan.csv"):
        assert Decimal(parcel["cost"]) == sum(Decimal(parcel[name]) for name in names)


def test_nothing_after_the_first_order_is_known(brand: Path, planned: Path, tmp_path: Path) -> None:
    """Deliveries that came to pass later may say what they like: the plan is the same to the byte."""
    known = min((row["placed_at"] for row in rows(brand / "orders.csv")), key=datetime.fromisoformat)
    first = datetime.fromisoformat(known)
    altered = tmp_path / "brand"
    shutil.copytree(brand, altered)
    history = rows(brand / "history.csv")
    late = [row for row in history if row["delivered_at"] and datetime.fromisoformat(row["delivered_at"]) > first]
    for row in late:
        row["status"], row["delivered_at"] = "lost", ""
    times = dict.fromkeys((name for name in history[0] if name.endswith("_at")), later(known))
    extra = [row | times | {"parcel": f"extra-{n}"} for n, row in enumerate(history[:200])]
    write(altered / "history.csv", [*history, *extra])
    out = plan(altered, tmp_path / "plan")
    assert (out / "plan.csv").read_bytes() == (planned / "plan.csv").read_bytes()


def test_what_was_known_does_matter(brand: Path, planned: Path, tmp_path: Path) -> None:
    altered = tmp_path / "brand"
    shutil.copytree(brand, altered)
    write(altered / "history.csv", rows(brand / "history.csv")[:1])
    out = plan(altered, tmp_path / "plan")
    assert (out / "plan.csv").read_bytes() != (planned / "plan.csv").read_bytes()


def later(instant: str) -> str:
    return instant.replace(instant[:4], str(int(instant[:4]) + 1), 1)


def write(path: Path, table: list[dict[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(table[0]))
        writer.writeheader()
        writer.writerows(table)
