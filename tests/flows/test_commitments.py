"""Volume commitments of a folder: what is written, what is known of, and what a price does to the live choice."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.flows.commit_brand import COMMITMENTS, HISTORY, TIERS, commit_brand, history

from doorstep.domain.errors import InvalidProblem
from doorstep.files.folder import read_folder
from doorstep.flows.commit_parcels import differing_words, names_of, past_parcels
from doorstep.flows.commit_terms import Span
from doorstep.flows.commitments import CommitWish, commitments_folder, months_before
from doorstep.flows.plan_folder import Selection, plan_folder
from doorstep.flows.simulate import simulate_folder
from doorstep.kernels.run import Run
from doorstep.kernels.simulate.problem import Policy

AS_OF = date(2026, 5, 4)
WISH = CommitWish(AS_OF, months=2, scenarios=4, replays=1)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def brand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return commit_brand(tmp_path_factory.mktemp("commitments") / "brand")


@pytest.fixture(scope="module")
def out(brand: Path) -> Path:
    commitments_folder(brand, brand.parent / "out", WISH, run=Run())
    return brand.parent / "out"


def test_what_is_written_agrees_with_itself(out: Path) -> None:
    told = json.loads((out / "summary.json").read_text())
    assert told["commitments"] == 1
    assert told["lower_bound"] <= told["expected_cost"] < told["cheapest_cost"]
    shares = rows(out / "shares.csv")
    parcels = sum(float(one["share"]) * float(one["parcels"]) for one in shares)
    assert parcels == pytest.approx(told["expected_parcels"], rel=1e-3)
    assert any(one["service"] == "pony-std" and one["cheapest"] == "0" for one in shares)
    (price,) = rows(out / "prices.csv")
    assert float(price["worth"]) < 0
    assert float(price["as_before"]) < 300 <= float(price["as_planned_high"])
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "pony-q2" in page
    assert "expected, rebates and penalties counted" in page


def test_express_parcels_are_not_slowed_down(out: Path) -> None:
    express = [one for one in rows(out / "shares.csv") if one["speed"] == "express"]
    assert express
    assert {one["service"] for one in express} == {"mule-exp"}


def test_what_comes_on_the_day_and_later_is_not_read(out: Path, tmp_path: Path) -> None:
    later = history(17) + "".join(
        f"x{n},x{n},pony-std,ber,DE,10115,DE,,10117,400,2026-05-{4 + n % 20:02}T10:00:00+02:00,,shipped,99\n"
        for n in range(400)
    )
    again = tmp_path / "again"
    commitments_folder(commit_brand(tmp_path / "brand", history=later), again, WISH, run=Run())
    for name in ("shares.csv", "prices.csv", "commitment_prices.csv", "regret.csv"):
        assert (again / name).read_bytes() == (out / name).read_bytes()


def test_what_a_parcel_cost_is_known_once_it_has_left(tmp_path: Path) -> None:
    spend = COMMITMENTS.replace("parcels,parcels", "spend,spend")
    told = {}
    for handed, paid in (("2026-05-05", "99"), ("2026-05-05", "50"), ("2026-05-03", "99")):
        gone = (
            f"z,z,pony-std,ber,DE,10115,DE,,10117,400,2026-05-03T10:00:00+02:00,{handed}T10:00:00+02:00,shipped,{paid}"
        )
        brand = commit_brand(tmp_path / f"{handed}-{paid}", commitments=spend, history=history(17) + gone + "\n")
        commitments_folder(brand, tmp_path / f"{handed}-{paid}-out", WISH, run=Run())
        told[handed, paid] = float(rows(tmp_path / f"{handed}-{paid}-out" / "prices.csv")[0]["booked"])
    assert told["2026-05-05", "99"] == told["2026-05-05", "50"]
    assert told["2026-05-03", "99"] == pytest.approx(told["2026-05-05", "99"] + 99 - 4.10)


def test_its_prices_flip_a_choice_of_the_plan_and_the_receipt_says_so(out: Path, tmp_path: Path) -> None:
    prices = (out / "commitment_prices.csv").read_text(encoding="utf-8")
    carriers = {}
    for name, told_prices in (("without", None), ("with", prices)):
        folder = commit_brand(tmp_path / name, commitment_prices=told_prices)
        answer = tmp_path / f"{name}-plan"
        plan_folder(folder, answer, selection=Selection(), run=Run(), stopwatch=lambda: 0.0, documents=False)
        carriers[name] = [one["service"] for one in rows(answer / "plan.csv")]
        told = json.loads((answer / "decisions.jsonl").read_text(encoding="utf-8").splitlines()[0])
        weighed = json.dumps(told.get("weights", []))
        assert ("under its commitment" in weighed) == (name == "with")
    assert carriers == {"without": ["mule-std"], "with": ["pony-std"]}


def test_prices_outside_their_days_weigh_nothing(tmp_path: Path) -> None:
    prices = "carrier,service,price,valid_from,valid_to\npony,,-9,2026-01-01,2026-05-03\n"
    folder, answer = commit_brand(tmp_path / "brand", commitment_prices=prices), tmp_path / "plan"
    plan_folder(folder, answer, selection=Selection(), run=Run(), stopwatch=lambda: 0.0, documents=False)
    assert [one["service"] for one in rows(answer / "plan.csv")] == ["mule-std"]


def simulated(folder: Path, out: Path, scenario: Path | None, policy: Policy = "plan") -> dict[str, Any]:
    """What a simulation of one policy tells."""
    how: dict[str, Any] = {"selection": Selection(), "run": Run(), "stopwatch": lambda: 0.0}
    return dict(simulate_folder(folder, out, policies=(policy,), scenario=scenario, **how).told)


def test_a_simulation_weighs_commitment_prices_where_its_scenario_says_so(tmp_path: Path) -> None:
    told = {}
    for name, prices in (("without", None), ("with", "carrier,service,price\npony,pony-std,-9\n")):
        folder = commit_brand(tmp_path / name, commitment_prices=prices)
        gone = tmp_path / "gone.toml"
        gone.write_text('[[service]]\nservice = "pony-std"\nremoved = true\n')
        weigh = tmp_path / "weigh.toml"
        weigh.write_text("commitment_prices = true\nvalues = true\n")
        for scenario in [None, gone, weigh]:
            told[name, scenario.stem if scenario else None] = simulated(folder, tmp_path / f"{name}-out", scenario)
    assert told["with", None]["commitment_prices_left_out"] == 1
    assert "commitment_prices_left_out" not in told["without", None]
    for unasked in (None, "gone"):
        assert told["with", unasked]["policies"] == told["without", unasked]["policies"]
    assert "commitment_prices_left_out" not in told["with", "weigh"]
    assert told["without", "weigh"]["policies"] == told["without", None]["policies"]
    assert told["with", "weigh"]["policies"] != told["without", None]["policies"]


def test_what_weighs_on_no_policy_that_plans_is_left_out(tmp_path: Path) -> None:
    folder = commit_brand(
        tmp_path / "brand",
        commitment_prices="carrier,service,price\npony,pony-std,-9\n",
        values="worth,value\nday_sooner,1.60\n",
    )
    weigh = tmp_path / "weigh.toml"
    weigh.write_text("commitment_prices = true\nvalues = true\n")
    told, pages = {}, {}
    policies: tuple[Policy, ...] = ("plan", "nearest")
    for policy in policies:
        told[policy] = simulated(folder, tmp_path / policy, weigh, policy)
        pages[policy] = (tmp_path / policy / "report.html").read_text(encoding="utf-8")
    assert not {"values_left_out", "commitment_prices_left_out"} & set(told["plan"])
    assert told["nearest"]["values_left_out"] == told["nearest"]["commitment_prices_left_out"] == 1
    assert ["since none plans" in page for page in pages.values()] == [False, True]


def test_rows_of_values_that_no_simulation_weighs_stay_counted(tmp_path: Path) -> None:
    """Carbon weighs in a plan and not here, and nobody is shown options: those rows are told."""
    values = "worth,segment,value\nday_sooner,,1\nnext_day,vip,2\ncarbon_kg_less,,3\ncarbon_kg_less,vip,4\nscatter,,1\n"
    folder, told = commit_brand(tmp_path / "brand", values=values), {}
    for asked in ("true", "false"):
        scenario = tmp_path / f"{asked}.toml"
        scenario.write_text(f"values = {asked}\n")
        told[asked] = simulated(folder, tmp_path / f"out-{asked}", scenario)["values_left_out"]
    assert told == {"true": 3, "false": 5}


def test_brands_are_pooled(brand: Path, out: Path, tmp_path: Path) -> None:
    sister = commit_brand(tmp_path / "sister", commitments=None, commitment_tiers=None)
    pooled = tmp_path / "pooled"
    told = commitments_folder(brand, pooled, WISH, run=Run(), others=(sister,))
    assert told["parcels"] == 2 * json.loads((out / "summary.json").read_text())["parcels"]
    assert int(rows(pooled / "prices.csv")[0]["booked"]) == 2 * int(rows(out / "prices.csv")[0]["booked"])


def test_a_period_that_is_over_is_replayed(tmp_path: Path) -> None:
    monthly = COMMITMENTS.replace("2026-04-01,2026-06-30", "2026-05-01,2026-05-31")
    folder = commit_brand(
        tmp_path / "brand", commitments=monthly, commitment_tiers=TIERS.replace("300", "90"), history=history(17, 30)
    )
    commitments_folder(folder, tmp_path / "out", WISH, run=Run())
    (one,) = rows(tmp_path / "out" / "regret.csv")
    assert (one["first"], one["last"]) == ("2026-04-01", "2026-04-30")
    assert float(one["hindsight"]) <= float(one["planned"]) < float(one["greedy"])


def test_each_period_has_its_turn_in_the_replay(tmp_path: Path) -> None:
    month = COMMITMENTS.replace("2026-04-01,2026-06-30", "2026-05-01,2026-05-31")
    both = month + "week,pony,north,cap,parcels,parcels,2026-05-04,2026-05-10\n"
    tiers = TIERS.replace("300", "90") + "week,20,1\n"
    folder = commit_brand(tmp_path / "brand", commitments=both, commitment_tiers=tiers, history=history(17, 10))
    commitments_folder(folder, tmp_path / "out", replace(WISH, replays=2), run=Run())
    assert [(one["commitments"], one["last"]) for one in rows(tmp_path / "out" / "regret.csv")] == [
        ("week", "2026-05-03"),
        ("pony-q2", "2026-04-30"),
    ]


def test_growth_needs_a_period_to_grow_on(tmp_path: Path) -> None:
    head, row = COMMITMENTS.splitlines()
    grows = f"{head},of_last_period\n{row},1\n"
    tiers = TIERS.replace("300", "130")
    folder = commit_brand(tmp_path / "brand", commitments=grows, commitment_tiers=tiers)
    with pytest.raises(InvalidProblem, match="give last_volume"):
        commitments_folder(folder, tmp_path / "out", WISH, run=Run())
    assert not (tmp_path / "out").exists()
    told = f"{head},of_last_period,last_volume\n{row},1,200\n"
    folder = commit_brand(tmp_path / "told", commitments=told, commitment_tiers=tiers)
    commitments_folder(folder, tmp_path / "out", WISH, run=Run())
    assert rows(tmp_path / "out" / "prices.csv")[0]["next_volume"] == "260"


def test_growth_over_pooled_brands_needs_the_past_of_each(tmp_path: Path) -> None:
    """A sister whose history begins within the period before would make the aim too low."""
    head, row = COMMITMENTS.splitlines()
    grows = f"{head},of_last_period\n{row.replace('2026-04-01,2026-06-30', '2026-05-01,2026-05-31')},1\n"
    brand = commit_brand(tmp_path / "brand", commitments=grows, commitment_tiers=TIERS.replace("300", "130"))
    lines = history(17).splitlines(keepends=True)
    wish = replace(WISH, replays=0)
    alone, pooled = [], []
    for name, sister_history in (("whole", history(17)), ("late", lines[0] + "".join(lines[-40:]))):
        sister = commit_brand(
            tmp_path / name / "sister", commitments=None, commitment_tiers=None, history=sister_history
        )
        if name == "late":
            with pytest.raises(InvalidProblem, match="the history of b begins on 2026-04-27: give last_volume"):
                commitments_folder(brand, tmp_path / name / "out", wish, run=Run(), others=(sister,))
            continue
        commitments_folder(brand, tmp_path / name / "alone", wish, run=Run())
        commitments_folder(brand, tmp_path / name / "out", wish, run=Run(), others=(sister,))
        alone.append(int(rows(tmp_path / name / "alone" / "prices.csv")[0]["next_volume"]))
        pooled.append(int(rows(tmp_path / name / "out" / "prices.csv")[0]["next_volume"]))
    assert abs(pooled[0] - 2 * alone[0]) <= 1  # rounded up once each


def test_nothing_to_plan_is_told(tmp_path: Path) -> None:
    folder = commit_brand(tmp_path / "brand", history=HISTORY, commitments=None, commitment_tiers=None)
    told = commitments_folder(folder, tmp_path / "out", WISH, run=Run())
    assert told["notices"] == ["There is no commitments.csv."]
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Nothing to plan" in page
    assert "Known before Mon 4 May 2026" in page
    assert rows(tmp_path / "out" / "shares.csv") == []


def test_an_empty_history_and_one_that_ends_early_are_told(tmp_path: Path) -> None:
    folder = commit_brand(tmp_path / "empty", history=HISTORY)
    told = commitments_folder(folder, tmp_path / "none", WISH, run=Run())
    assert told["notices"] == ["No parcel was placed in the months before: there is nothing to plan by."]
    folder = commit_brand(tmp_path / "early", history=history(14))
    told = commitments_folder(folder, tmp_path / "out", WISH, run=Run())
    assert "['The last 21 days before the day asked for have no parcel;" in str(told["notices"])


def test_a_folder_counts_once_and_contracts_of_others_are_told(brand: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidProblem, match="named twice"):
        commitments_folder(brand, tmp_path / "out", WISH, run=Run(), others=(brand.parent / "." / "brand",))
    assert not (tmp_path / "out").exists()
    sister = commit_brand(tmp_path / "sister")
    told = commitments_folder(brand, tmp_path / "out", replace(WISH, replays=0), run=Run(), others=(sister,))
    assert told["notices"] == ["Commitments of other folders are not planned: 1. Put them into the first one."]


def test_services_named_alike_on_two_accounts_are_two(brand: Path, out: Path, tmp_path: Path) -> None:
    """The contract of one account counts nothing of the other, and each lane keeps to the accounts of its brand."""
    services = (brand / "services.csv").read_text(encoding="utf-8").replace("pony-std,pony,north", "pony-std,pony,east")
    other = commit_brand(tmp_path / "other", services=services, commitments=None, commitment_tiers=None)
    past = past_parcels([read_folder(brand), read_folder(other)], AS_OF)
    north, east = past.names.index("pony-std@pony/north"), past.names.index("pony-std@pony/east")
    assert past.names[1] == "mule-std"  # of one account: by itself
    went = past.went_by.tolist()
    assert went.count(north) == went.count(east) > 0
    assert not (past.parcels.eligible[:, north] & past.parcels.eligible[:, east]).any()
    pooled = tmp_path / "pooled"
    commitments_folder(brand, pooled, WISH, run=Run(), others=(other,))
    assert rows(pooled / "prices.csv")[0]["booked"] == rows(out / "prices.csv")[0]["booked"]
    shares = [one for one in rows(pooled / "shares.csv") if one["service"] == "pony-std"]
    assert {one["account"] for one in shares if one["commitment_price"] != "0"} == {"north"}
    prices = rows(pooled / "commitment_prices.csv")
    assert [one["service"] for one in prices] == ["pony-std"]  # once, of this folder's account


def test_no_two_services_are_told_by_one_name(brand: Path) -> None:
    """Codes may hold what a name is joined by; lanes are told apart by names."""
    (one, *_) = read_folder(brand).tariff.services
    several = [("x", "a/b", ""), ("x", "a", "b"), ("x", "c", ""), ("x@c", "d", ""), ("y", "a", "b")]
    services = [replace(one, service=code, carrier=carrier, account=account) for code, carrier, account in several]
    assert names_of(services) == ("x@a/b#1", "x@a/b#2", "x@c#3", "x@c#4", "y")


def test_a_service_that_brands_have_different_is_to_each_its_own_and_told(brand: Path, tmp_path: Path) -> None:
    """Express to one brand and standard to another: no parcel of the first is slowed down by the second, nor unseen."""
    services = (brand / "services.csv").read_text(encoding="utf-8")
    faster = services.replace("pony-std,pony,north,Pony,standard", "pony-std,pony,north,Our pony,express")
    assert faster != services
    mine = {"commitments": None, "commitment_tiers": None, "history": history(17, 20, seed=2)}
    other = commit_brand(tmp_path / "other", 17, services=faster, **mine)
    for folders in ([brand, other], [other, brand]):
        past = past_parcels(list(map(read_folder, folders)), AS_OF)
        pony, mule = past.names.index("pony-std"), past.names.index("mule-std")
        express = np.array([past.lanes[lane].speed == "express" for lane in past.parcels.lane])
        went = past.went_by == pony
        assert (went & express).any()
        assert (went & ~express).any()
        assert not past.parcels.eligible[went & express, mule].any()
        assert past.parcels.eligible[went & ~express, mule].all()
        assert past.differing == ("pony-std of pony north (speed)",)
    told = commitments_folder(brand, tmp_path / "out", replace(WISH, replays=0), run=Run(), others=(other,))
    said = "Brands differ about pony-std of pony north (speed): the parcels of each go by its own tariff."
    assert told["notices"] == [said]
    assert said in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    many = replace(past, differing=tuple("abcdefg"))
    assert differing_words(many) == (
        "Brands differ about a; b; c; d; e and 2 more: the parcels of each go by its own tariff.",
    )
    named = services.replace("north,Pony,", "north,Our pony,")
    alike = commit_brand(tmp_path / "alike", 17, services=named, **mine)
    assert past_parcels([read_folder(brand), read_folder(alike)], AS_OF).differing == ()


def without_pony(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if "pony-std" not in line)


def test_a_parcel_that_went_by_no_service_of_its_brand_is_another_brands_only_where_one_is_meant(
    brand: Path, tmp_path: Path
) -> None:
    services = (brand / "services.csv").read_text(encoding="utf-8")
    east, west = (services.replace("pony-std,pony,north", f"pony-std,pony,{name}") for name in ("east", "west"))
    others = [
        commit_brand(tmp_path / name, services=text, history=HISTORY, commitments=None, commitment_tiers=None)
        for name, text in (("east", east), ("west", west))
    ]
    zones, rates, collections = (
        without_pony((brand / f"{name}.csv").read_text(encoding="utf-8")) for name in ("zones", "rates", "collections")
    )
    left = read_folder(
        commit_brand(
            tmp_path / "left",
            services=without_pony(services),
            commitments=None,
            commitment_tiers=None,
            zones=zones,
            rates=rates,
            collections=collections,
        )
    )
    one, both = (past_parcels([left, *map(read_folder, others[:count])], AS_OF) for count in (1, 2))
    went = one.went_by == one.names.index("pony-std")
    assert went.any()
    assert (both.went_by[went] == -1).all()  # east or west: it is not known
    assert (both.went_by[~went] == one.went_by[~went]).all()


def test_the_period_before_is_months_where_it_is_months() -> None:
    assert Span(date(2026, 4, 1), date(2026, 6, 30)).before == Span(date(2026, 1, 1), date(2026, 3, 31))
    assert Span(date(2026, 1, 1), date(2026, 1, 31)).before == Span(date(2025, 12, 1), date(2025, 12, 31))
    assert Span(date(2026, 5, 4), date(2026, 5, 10)).before == Span(date(2026, 4, 27), date(2026, 5, 3))
    assert months_before(date(2026, 3, 31), 1) == date(2026, 2, 28)
    assert months_before(date(2026, 5, 4), 6) == date(2025, 11, 4)


def test_a_simulation_tries_nothing_and_says_so(tmp_path: Path) -> None:
    """Not even where its scenario has taken away the service that would be tried."""
    folder, gone = commit_brand(tmp_path / "brand"), tmp_path / "gone.toml"
    (folder / "explore.csv").write_text("service,share,most_extra\npony-std,0.5,9.00\n")
    gone.write_text('[[service]]\nservice = "pony-std"\nremoved = true\n')
    told = simulated(folder, tmp_path / "out", gone)
    assert told["trials_left_out"] == 1
