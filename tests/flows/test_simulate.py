"""A simulation of a brand folder: what is written says what the kernel found."""

from __future__ import annotations

import csv
import json
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from doorstep.domain.errors import InputRefused, InvalidProblem, OutputRefused
from doorstep.domain.supply import SHIPPING_KINDS
from doorstep.files.demo import demo_brand
from doorstep.files.folder import read_folder
from doorstep.files.simulate_out import DAY_COLUMNS
from doorstep.flows.plan_folder import Selection, problem_of
from doorstep.flows.simulate import simulate_folder
from doorstep.kernels.run import Run
from doorstep.kernels.simulate.check import check
from doorstep.kernels.simulate.problem import Policy, SimulateParams, SimulateProblem

DAYS = 9
POLICIES: tuple[Policy, ...] = ("plan", "nearest")
KEYS = {
    "orders", "planned", "objective", "cost_per_order", "mean_promised_days", "expected_on_time", "split_rate",
    "stockouts", "distance_km", "co2e_kg", "differences",
}  # fmt: skip


def spread(folder: Path, days: int) -> None:
    """Part the orders of the one day of the demonstration brand over several."""
    path = folder / "orders.csv"
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for n, row in enumerate(rows):
        row["placed_at"] = (datetime.fromisoformat(row["placed_at"]) + timedelta(days=n % days)).isoformat()
        row["not_before"] = ""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def brand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("simulate") / "brand"
    demo_brand(folder, 120, 6)
    spread(folder, DAYS)
    return folder


@pytest.fixture(scope="module")
def out(brand: Path) -> Path:
    run(brand, brand.parent / "out")
    return brand.parent / "out"


def run(brand: Path, out: Path, selection: Selection = Selection(), scenario: Path | None = None) -> dict[str, object]:  # noqa: B008
    return simulate_folder(
        brand,
        out,
        selection=selection,
        run=Run(seed=3),
        stopwatch=lambda: 0.0,
        policies=POLICIES,
        scenario=scenario,
        params=SimulateParams(samples=50),
    ).told


def test_the_files_are_there_and_agree(out: Path) -> None:
    assert {one.name for one in out.iterdir()} == {"report.html", "simulate.json", "days.csv"}
    told = json.loads((out / "simulate.json").read_text())
    assert (told["first_policy"], list(told["policies"]), told["days"]) == ("plan", list(POLICIES), DAYS)
    with (out / "days.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == DAY_COLUMNS
    for policy, figures in told["policies"].items():
        assert set(figures) > KEYS
        mine = [row for row in rows if row["policy"] == policy]
        assert len(mine) == DAYS + told["patience_days"]
        for name in ("orders", "planned", "stockouts", "objective", "cost_total", "distance_km", "co2e_kg"):
            assert sum(float(row[name]) for row in mine) == pytest.approx(figures[name], abs=1e-3), name
        assert sum(figures["cost_parts"].values()) == pytest.approx(figures["cost_total"])
    first, other = told["policies"]["plan"], told["policies"]["nearest"]
    assert first["differences"] is None
    for name, found in other["differences"].items():
        assert found["value"] == pytest.approx(other[name] - first[name], abs=1e-5), name
        assert found["interval"][0] <= found["value"] <= found["interval"][1]
        assert found["interval_seeds"] is None


def test_the_verifier_accepts_a_folder(brand: Path) -> None:
    folder = read_folder(brand)
    problem = SimulateProblem(problem_of(folder, folder.orders), POLICIES)
    params = SimulateParams(samples=50, keep_plans=True)
    from doorstep.kernels.simulate.simulate import simulate

    result = simulate(problem, params)
    assert sum(len(one.first.plans) for one in result.outcomes) >= 2 * DAYS
    assert check(problem, params, result) == ()


def test_equal_seeds_write_equal_files(brand: Path, out: Path) -> None:
    run(brand, brand.parent / "again")
    assert (brand.parent / "again" / "days.csv").read_bytes() == (out / "days.csv").read_bytes()
    mine, other = (json.loads((one / "simulate.json").read_text()) for one in (out, brand.parent / "again"))
    assert {**mine, "peak_memory_mb": 0} == {**other, "peak_memory_mb": 0}
    run(brand, brand.parent / "again")  # an output of ours is replaced unasked


def test_a_selection_is_a_span_of_days_with_and_without_orders(brand: Path, tmp_path: Path) -> None:
    days = sorted({order.placed_at.date() for order in read_folder(brand).orders})
    first, until = days[2] - timedelta(0), days[4]
    told = run(brand, tmp_path / "out", Selection(first, until))
    assert (told["from"], told["to"], told["days"]) == (first.isoformat(), until.isoformat(), 2)
    nothing = run(brand, tmp_path / "none", Selection(None, date(2000, 1, 1)))
    assert json.loads((tmp_path / "none" / "simulate.json").read_text())["policies"]["plan"]["orders"] == 0
    assert nothing["days"] == 0


def test_a_scenario_is_written_along(brand: Path, tmp_path: Path) -> None:
    (tmp_path / "more.toml").write_text("demand = 2\n[[transit]]\nslower_days = 3\nfrom = 2026-10-01\n")
    told = run(brand, tmp_path / "out", scenario=tmp_path / "more.toml")
    written = json.loads((tmp_path / "out" / "simulate.json").read_text())
    assert written["scenario"]["demand"] == 2
    assert written["scenario"]["transit"] == [{"service": "", "slower_days": 3, "from": "2026-10-01", "to": None}]
    assert written["policies"]["plan"]["orders"] == 240
    assert written["changes"]["without"]["orders"] == 120
    assert written["changes"]["differences"]["planned"]["interval"] is not None
    assert "Demand times 2" in (tmp_path / "out" / "director.html").read_text(encoding="utf-8")
    assert told["seed"] == 3


def test_a_placement_orders_anew_and_the_fast_mode_tells_its_error(brand: Path, tmp_path: Path) -> None:
    folder = read_folder(brand)
    rows = [
        f"{site.site},{one.sku},6,3" for site in folder.sites if site.kind in SHIPPING_KINDS for one in folder.products
    ]
    (tmp_path / "placement.csv").write_text("\n".join(["site,sku,target,reorder_point", *rows]) + "\n")
    (tmp_path / "filled.toml").write_text("placement = 'placement.csv'\n[replenish]\nlead_days = 2\norder_cost = 5\n")
    told = simulate_folder(
        brand,
        tmp_path / "out",
        selection=Selection(),
        run=Run(seed=3),
        stopwatch=lambda: 0.0,
        policies=("fast",),
        scenario=tmp_path / "filled.toml",
        params=SimulateParams(samples=50, fast_days=2),
    ).told
    written = json.loads((tmp_path / "out" / "simulate.json").read_text())
    assert written["policies"]["fast"]["units_received"] > 0
    assert written["policies"]["fast"]["supply_cost"] > 0
    assert len(written["fast"]["days"]) == 2
    assert 0 < written["fast"]["by_table"] <= 1
    assert written["fast"]["differences"]["objective"]["interval"] is not None
    assert "Error of the fast mode" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert told["scenario"] is not None


def test_what_is_refused_leaves_nothing(brand: Path, tmp_path: Path) -> None:
    (tmp_path / "typo.toml").write_text("demnad = 2")
    (tmp_path / "unknown.toml").write_text("[[closed]]\nsite = 'nowhere'\nfrom = 2026-10-01\nto = 2026-10-02")
    before = {one.name for one in tmp_path.iterdir()}
    with pytest.raises(InputRefused):
        run(brand, tmp_path / "out", scenario=tmp_path / "typo.toml")
    with pytest.raises(InvalidProblem, match="nowhere"):
        run(brand, tmp_path / "out", scenario=tmp_path / "unknown.toml")
    with pytest.raises(OutputRefused):
        run(brand, brand)
    with pytest.raises(InputRefused):
        run(tmp_path / "none", tmp_path / "out")
    assert {one.name for one in tmp_path.iterdir()} == before
