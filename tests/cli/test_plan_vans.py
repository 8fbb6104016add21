"""`doorstep plan` of the demonstration brand with vans of its own, which leave Leipzig and Venlo."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from tests.cli.run import doorstep

from doorstep.domain.money import Currency
from doorstep.files.folder import read_folder
from doorstep.flows.plan_folder import problem_of
from doorstep.kernels.plan.check import check
from doorstep.kernels.plan.plan import plan

ADDED = {
    "services": "own,Hearth & Harbour,Our vans,standard,home,30000,1200,,0,Mon-Fri,1,2,1,0\n",
    "collections": "leipzig,own,17:00,Mon-Fri,\nvenlo,own,17:00,Mon-Fri,\n",
    "zones": "own,DE,,DE,,1,0\nown,NL,,NL,,1,0\nown,NL,,BE,,1,0\nown,NL,,DE,,1,0\n",
    "rates": "own,1,30000,0.00,,,\n",
}
VANS = (
    "vehicle,depot_latitude,depot_longitude,capacity_g,shift_from,shift_to,cost_per_km,cost_per_hour,service,site,"
    "speed_factor\n"
    "leipzig-van,51.405,12.33,400000,17:00,32:00,0.03,1.2,own,leipzig,2\n"
    "venlo-van,51.391,6.115,60000,17:00,32:00,0.03,1.2,own,venlo,2\n"
)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def brand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("vans") / "brand"
    assert doorstep("demo-brand", folder, "--orders", 80, "--seed", 5).returncode == 0
    for name, rows in ADDED.items():
        with (folder / f"{name}.csv").open("a", encoding="utf-8", newline="") as file:
            file.write(rows)
    (folder / "vehicles.csv").write_text(VANS, encoding="utf-8")
    return folder


def test_vans_bring_what_is_worth_their_way(brand: Path, tmp_path: Path) -> None:
    done = doorstep("plan", brand, "--out", tmp_path / "plan", "--json", "--no-documents")
    assert done.returncode in (0, 3), done.stderr
    summary = json.loads(done.stdout)
    parcels, stops = rows_of(tmp_path / "plan" / "plan.csv"), rows_of(tmp_path / "plan" / "routes.csv")
    rounds = rows_of(tmp_path / "plan" / "rounds.csv")
    mine = {one["parcel"]: one for one in parcels if one["service"] == "own"}
    assert {one["stop"] for one in stops} == set(mine) != set()
    assert {(one["vehicle"], one["site"], one["trips"]) for one in rounds} == {("venlo-van", "venlo", "1")}
    assert sum(int(one["stops"]) for one in rounds) == len(stops)
    assert sum(cents(one["round_cost"]) for one in stops) == sum(cents(one["cost"]) for one in rounds)
    assert all(one["round_cost"] == mine[one["stop"]]["freight"] for one in stops)  # its tariff asks nothing
    assert sum(cents(one["cost"]) for one in parcels) == round(100 * summary["cost_total"])
    vehicles = brand / "vehicles.csv"
    without = tmp_path / "without"
    without.mkdir()
    for file in brand.iterdir():
        if file != vehicles:
            text = file.read_text(encoding="utf-8")
            kept = [
                row for row in text.splitlines(keepends=True) if file.name != "collections.csv" or ",own," not in row
            ]
            (without / file.name).write_text("".join(kept), encoding="utf-8", newline="")
    plain = doorstep("plan", without, "--out", tmp_path / "plain", "--json", "--no-documents")
    assert summary["objective"] < 0.99 * json.loads(plain.stdout)["objective"]
    assert summary["baseline_objective"] == json.loads(plain.stdout)["baseline_objective"]
    assert not (tmp_path / "plain" / "rounds.csv").exists()


def cents(text: str) -> int:
    return round(100 * float(text))


def test_the_verifier_accepts_it_and_it_comes_out_the_same_again(brand: Path, tmp_path: Path) -> None:
    folder = read_folder(brand)
    problem = problem_of(folder, folder.orders)
    found = plan(problem)
    assert check(problem, found.plan) == ()
    assert problem.brand.currency == Currency("EUR")
    for name in ("one", "two"):
        assert doorstep("plan", brand, "--out", tmp_path / name, "--no-documents").returncode in (0, 3)
    for file in ("plan.csv", "routes.csv", "rounds.csv", "decisions.jsonl"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    assert [one["parcel"] for one in rows_of(tmp_path / "one" / "plan.csv")] == [
        one.parcel for one in found.plan.parcels
    ]
