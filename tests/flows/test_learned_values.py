"""What a day is worth to shoppers: learned, put into the folder, weighed by the plan."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.flows.commit_brand import ORDERS, RATES, commit_brand
from tests.kernels.learn.shops import DAY_WORTH, shop

from doorstep.domain.bids import BidPrices, CommitmentPrice, SpeedValue
from doorstep.domain.worth import LearnedValue
from doorstep.files.folder import read_folder
from doorstep.files.write import write_csv
from doorstep.flows.insight_customers import insight_customers
from doorstep.flows.learned_values import with_values
from doorstep.flows.plan_folder import Selection, plan_folder, problem_of
from doorstep.kernels.learn.customers_problem import CustomersParams
from doorstep.kernels.plan.check import check
from doorstep.kernels.run import Run

AS_OF = datetime(2026, 7, 1, tzinfo=UTC)
HASTY = ORDERS.replace("postcode\n", "postcode,segment\n").replace("10117\n", "10117,hasty\n")
EXPRESS = RATES.replace("9.00", "5.40")
CALM = HASTY.replace("hasty", "calm")
CHOICES = ("quote", "customer", "segment", "country", "shown_at", "option", "price", "days", "pickup", "taken")


def planned(folder: Path, out: Path) -> tuple[str, dict[str, object]]:
    """The service of the only parcel, and its receipt."""
    plan_folder(folder, out, selection=Selection(), run=Run(), stopwatch=lambda: 0.0, documents=False)
    with (out / "plan.csv").open(encoding="utf-8", newline="") as file:
        (parcel,) = csv.DictReader(file)
    return parcel["service"], json.loads((out / "decisions.jsonl").read_text(encoding="utf-8").splitlines()[0])


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> str:
    """values.csv as `insight customers` writes it of a shop whose shoppers are known."""
    folder = tmp_path_factory.mktemp("learned") / "shop"
    commit_brand(folder)
    rows = [
        (one.quote, one.customer, one.segment, one.country, one.shown_at, one.option, one.price_micros / 1e6, one.days,
         one.pickup, one.taken)
        for one in shop().shown
    ]  # fmt: skip
    write_csv(folder / "choices.csv", CHOICES, rows)
    out = folder.parent / "customers"
    insight_customers(folder, out, CustomersParams(20), as_of=AS_OF, run=Run())
    return (out / "values.csv").read_text(encoding="utf-8")


def test_what_is_learned_is_what_the_folder_reads(learned: str, tmp_path: Path) -> None:
    read = read_folder(commit_brand(tmp_path / "brand", values=learned))
    of_day = {one.segment: one.value_micros / 1e6 for one in read.values if one.worth == "day_sooner" and one.segment}
    assert of_day == {name: pytest.approx(worth, abs=0.25) for name, worth in DAY_WORTH.items()}
    assert {one.worth for one in read.values if not one.segment and not one.country} >= {"buying", "scatter", "pickup"}
    assert not any(one.country == "LU" for one in read.values)  # five customers are not told


def test_learned_values_buy_speed_for_who_wants_it_and_the_receipt_says_so(learned: str, tmp_path: Path) -> None:
    """A day is worth 1.60 to the hasty, 0.40 to the calm; express costs 1.40 more and comes a day sooner or more."""
    found = {}
    for name, orders in (("hasty", HASTY), ("calm", CALM)):
        folder = commit_brand(tmp_path / name, orders=orders, rates=EXPRESS, values=learned)
        found[name], told = planned(folder, tmp_path / f"{name}-plan")
        weights = json.dumps(told["weights"])
        assert "until it is promised" in weights
    plain, told = planned(commit_brand(tmp_path / "plain", orders=HASTY, rates=EXPRESS), tmp_path / "plain-plan")
    assert "weights" not in told
    assert found["calm"] == plain == "mule-std"
    assert found["hasty"] == "mule-exp"


def test_the_verifier_accepts_the_plan_and_costs_stay_money(tmp_path: Path) -> None:
    values = "worth,value\nday_sooner,1.60\nnext_day,0.75\n"
    folder = read_folder(commit_brand(tmp_path / "brand", values=values))
    problem = problem_of(folder, folder.orders)
    assert problem.bid_prices == BidPrices(speed=(SpeedValue("", 1_600_000, 750_000),))
    from doorstep.kernels.plan.plan import plan

    result = plan(problem)
    assert check(problem, result.plan) == ()
    figures = result.plan.figures
    assert figures.objective_minor == sum(one.cost.total_minor for one in result.plan.parcels)
    assert figures.bids_minor > 0


def test_the_narrower_group_counts_and_below_nothing_is_nothing(tmp_path: Path) -> None:
    orders = read_folder(commit_brand(tmp_path / "brand", orders=HASTY)).orders
    values = (
        LearnedValue("day_sooner", 1_000_000),
        LearnedValue("day_sooner", 2_000_000, country="DE"),
        LearnedValue("day_sooner", 3_000_000, segment="hasty"),
        LearnedValue("next_day", -5, country="DE"),
    )
    found = with_values(None, values, orders)
    assert found == BidPrices(speed=(SpeedValue("", 3_000_000, 0),))
    calm = replace(orders[0], order="o2", segment="calm")
    found = with_values(None, values, (*orders, orders[0], calm))
    assert found is not None
    assert found.speed == (SpeedValue("", 3_000_000), SpeedValue("o2", 2_000_000))
    abroad = replace(calm, place=replace(calm.place, country="FR"))
    assert with_values(None, values, (abroad,)) == BidPrices(speed=(SpeedValue("", 1_000_000),))
    assert with_values(None, (LearnedValue("day_sooner", -1), LearnedValue("pickup", 9)), orders) is None


def test_it_stands_beside_commitments() -> None:
    beside = BidPrices(commitments=(CommitmentPrice("pony", "", -1),))
    assert with_values(beside, (), ()) == beside
