from __future__ import annotations

import csv
import json
import re
import shutil
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from tests.files.bordered_brand import bordered_brand

from doorstep.domain.landmass import landmass
from doorstep.domain.place import distance_m
from doorstep.files.demo import demo_brand
from doorstep.files.emissions import with_defaults
from doorstep.files.folder import read_folder
from doorstep.flows.plan_folder import Selection, plan_folder, problem_of
from doorstep.kernels.carbon import CarbonProblem, carbon, compile_factors
from doorstep.kernels.plan.plan import plan as decide
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
    assert summary["co2e_parcels"] == sum(one["co2e_g"] != "" for one in parcels)
    assert summary["co2e_kg"] == sum(int(one["co2e_g"] or 0) for one in parcels) / 1000
    assert summary["co2e_low_kg"] < summary["co2e_kg"] < summary["co2e_high_kg"]
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


def test_what_a_decision_says_of_carbon_is_what_the_parcels_emit(planned: Path) -> None:
    parcels = {one["parcel"]: one for one in rows(planned / "plan.csv")}
    decisions = [json.loads(line) for line in (planned / "decisions.jsonl").read_text().splitlines()]
    assert decisions
    compared = 0
    for decision in decisions:
        for number, chosen in enumerate(decision["chosen"], 1):
            parcel = parcels[f"{decision['order']}-{number}"]
            assert str(chosen["co2e_g"] or "") == parcel["co2e_g"]
            assert str(chosen["co2e_high_g"] or "") == parcel["co2e_high_g"]
        for lost in decision["rejected"]:
            known = lost["cost"] is not None and decision["chosen"][0]["co2e_g"] is not None
            assert (lost["co2e_g"] is not None) == known
            compared += known
    assert compared > 100


def test_carbon_changes_no_choice(brand: Path, planned: Path, tmp_path: Path) -> None:
    """Whatever the factors, the plan is the same but for the columns that tell them."""
    dirty = tmp_path / "dirty"
    shutil.copytree(brand, dirty)
    (dirty / "emission_factors.csv").write_text(
        "leg,mode,vehicle,up_to_km,low_g,mid_g,high_g,source\nline_haul,road,steam,,9000,9000,9000,ours\n"
    )
    other = plan(dirty, tmp_path / "other")

    def chosen(folder: Path) -> list[dict[str, str]]:
        return [{k: v for k, v in one.items() if not k.startswith("co2e")} for one in rows(folder / "plan.csv")]

    assert chosen(other) == chosen(planned)
    assert rows(other / "plan.csv") != rows(planned / "plan.csv")


def test_without_coordinates_carbon_is_not_known_and_so_told(brand: Path, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    shutil.copytree(brand, nowhere)
    told = rows(nowhere / "orders.csv")
    with (nowhere / "orders.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(told[0]))
        writer.writeheader()
        writer.writerows({**one, "latitude": "", "longitude": ""} for one in told)
    out = plan(nowhere, tmp_path / "out")
    assert {one["co2e_g"] for one in rows(out / "plan.csv")} == {""}
    summary = json.loads((out / "summary.json").read_text())
    assert (summary["co2e_kg"], summary["co2e_parcels"]) == (None, 0)


def test_parcels_and_options_emit_what_their_way_weight_and_service_make(brand: Path, planned: Path) -> None:
    """From the files alone: the way to the order, the gross weight, and of another carton its own weight empty."""
    read = read_folder(brand)
    tables = compile_factors(with_defaults(read.emission_factors), read.tariff.services)
    services = [one.service for one in read.tariff.services]
    orders, sites = {o.order: o.place for o in read.orders}, {s.site: s.place for s in read.sites}
    tares = {one.carton: one.tare_g for one in read.cartons} | {"own-box": 0}

    def emitted(order: str, site: str, service: str, weight_g: int) -> int | None:
        to, at = orders[order], sites[site]
        if to.latitude is None or to.longitude is None or at.latitude is None or at.longitude is None:
            return None
        way = distance_m(to.latitude, to.longitude, at.latitude, at.longitude)
        overseas = np.array([landmass(to.country) != landmass(at.country)])
        problem = CarbonProblem(tables, np.array([weight_g]), np.array([way]), overseas)
        return int(carbon(problem).grams[1, 0, services.index(service)])

    parcels = {one["parcel"]: one for one in rows(planned / "plan.csv")}
    options = 0
    for line in (planned / "decisions.jsonl").read_text().splitlines():
        decision = json.loads(line)
        order, chosen = decision["order"], decision["chosen"]
        weights = [int(parcels[f"{order}-{n}"]["weight_g"]) for n, _ in enumerate(chosen, 1)]
        for one, weight_g in zip(chosen, weights, strict=True):
            assert one["co2e_g"] == emitted(order, one["site"], one["service"], weight_g)
        for lost in decision["rejected"]:
            named = re.fullmatch(r"(\S+) by (\S+) in (\S+)", lost["option"])
            if named and len(chosen) == 1:
                weight_g = weights[0] - tares[chosen[0]["carton"]] + tares[named[3]]
                assert lost["co2e_g"] == emitted(order, named[1], named[2], weight_g)
                options += 1
    assert options > 100


@pytest.mark.parametrize("borders", [False, True])
def test_a_ladder_holds_every_service_and_the_choice_as_it_is_paid(brand: Path, tmp_path: Path, borders: bool) -> None:
    read = read_folder(bordered_brand(tmp_path / "brand", 300, 1) if borders else brand)
    read = replace(read, brand=replace(read.brand, void_fill_micros_per_l=90_000 if borders else 0))
    result = decide(problem_of(read, read.orders), None, Run(seed=3))
    names = {one.service for one in read.tariff.services}
    refusals = dearer = owed = 0
    for decision in result.decisions(most_ladders=10**6):
        assert len(decision.ladders) == len(decision.chosen)
        for rungs, choice in zip(decision.ladders, decision.chosen, strict=True):
            assert {rung.service for rung in rungs} == names
            assert len(rungs) == len(names)
            (mine,) = [rung for rung in rungs if rung.chosen]
            assert (mine.service, mine.promised_by, mine.footprint) == (
                choice.service, choice.promised_by, choice.footprint,
            )  # fmt: skip
            cost = choice.cost
            assert mine.price_minor == cost.freight_minor + cost.surcharges_minor + cost.duty_tax_minor
            taken = [rung for rung in rungs if not rung.refusal]
            assert list(rungs[: len(taken)]) == sorted(taken, key=lambda rung: (rung.price_minor, rung.service))
            assert all(rung.promised_by and rung.on_time_ppm for rung in taken)
            owed += sum(rung.duty_tax_minor > 0 for rung in taken)
            refusals += len(rungs) - len(taken)
            dearer += any(rung.price_minor > mine.price_minor for rung in taken)
    assert refusals > 50
    assert dearer > 20
    assert (owed > 20) is borders


def test_a_rung_asks_what_the_plan_asks_where_no_other_service_is_left(brand: Path) -> None:
    """Without the chosen service, the next of the same site, where it wins, costs what its rung said."""
    read = read_folder(brand)
    together = decide(problem_of(read, read.orders), None, Run(iterations=0)).decisions(most_ladders=10**6)
    wide = next(
        one.order for one in together if len(one.ladders) == 1 and sum(not r.refusal for r in one.ladders[0]) > 2
    )
    order = next(one for one in read.orders if one.order == wide)
    first = next(decide(problem_of(read, (order,)), None, Run()).decisions(most_ladders=1))
    (rungs,), (choice,) = first.ladders, first.chosen
    others = {rung.service: rung for rung in rungs if not rung.refusal and not rung.chosen}
    assert len(others) > 1
    for name, rung in others.items():
        calls = tuple(one for one in read.collections if one.service == name and one.site == choice.site)
        alone = next(decide(replace(problem_of(read, (order,)), collections=calls), None, Run()).decisions()).chosen[0]
        paid = alone.cost.freight_minor + alone.cost.surcharges_minor
        assert (alone.service, paid, alone.promised_by) == (name, rung.price_minor, rung.promised_by)
        assert alone.footprint == rung.footprint


def test_ladders_are_made_for_so_many_orders_as_are_asked_for(brand: Path) -> None:
    read = read_folder(brand)
    result = decide(problem_of(read, read.orders[:12]), None, Run())
    assert not any(one.ladders for one in result.decisions())
    assert [bool(one.ladders) for one in result.decisions(most_ladders=2)][:4] == [True, True, False, False]
