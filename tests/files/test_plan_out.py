from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
import pytest

from doorstep.domain.carriage import Incoterm
from doorstep.domain.decision import AtBorder, Choice, Conflict, Decision, Flip, Rejected, Unplanned
from doorstep.domain.emission import Footprint
from doorstep.domain.money import Currency
from doorstep.domain.parcel import Content, CostParts, Parcel, Placement
from doorstep.files.plan_out import (
    PLACEMENT_COLUMNS,
    PLAN_COLUMNS,
    UNPLANNED_COLUMNS,
    conflicts_text,
    decision_record,
    write_decisions,
    write_plan,
    write_summary,
)

EUR = Currency("EUR")
NO_CARBON = {"co2e_g": None, "co2e_low_g": None, "co2e_high_g": None}
EMITTED = Footprint(103, 306, 512)
COST = CostParts(80, 35, 420, 0, 0, 3)
PARCEL = Parcel(
    parcel="p1",
    orders=("o1", "o2"),
    site="ber",
    carton="S",
    service="std",
    weight_g=780,
    billed_weight_g=800,
    ship_at=datetime(2024, 5, 2, 17, tzinfo=ZoneInfo("Europe/Berlin")),
    promised_by=date(2024, 5, 4),
    on_time_ppm=987_650,
    cost=COST,
    contents=(Content("o1", "1", "mug", 1), Content("o2", "1", "mug", 1)),
    placements=(Placement("o1", "mug", 1, 0, 0, 0, 100, 90, 80), Placement("o2", "mug", 2, 100, 0, 0, 100, 90, 80)),
    footprint=EMITTED,
)
CHOICE = Choice("ber", "S", "std", "2024-05-02", "2024-05-04", 987_650, COST, ("mug",), footprint=EMITTED)
DECISION = Decision(
    order="o1",
    chosen=(CHOICE,),
    cost_minor=538,
    rejected=(
        Rejected("muc S std", 701, "", Footprint(100, 300, 500)),
        Rejected("ber S exp", None, "over max_length_mm"),
    ),
    flip=Flip("freight of muc S std", "-1.64", "muc S std"),
    lower_bound_minor=538,
    exact=True,
    packing_proven=False,
    data_version="ab" * 32,
    seed=7,
)


def write(folder: Path, currency: str = "EUR") -> None:
    unplanned = [Unplanned("o3", "unknown_sku", 'no "lump", none', "add it")]
    write_plan(folder, iter([PARCEL]), iter(unplanned), Currency(currency))
    assert list(write_decisions(folder, iter([DECISION]), Currency(currency))) == [DECISION]
    write_summary(folder, {"orders": 3})


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text, strict=True))


def test_plan_csv_has_the_contracted_columns_and_texts(tmp_path: Path) -> None:
    write(tmp_path)
    (row,) = rows(tmp_path / "plan.csv")
    assert tuple(row) == PLAN_COLUMNS
    assert row == {
        "parcel": "p1",
        "orders": "o1 o2",
        "site": "ber",
        "carton": "S",
        "service": "std",
        "weight_g": "780",
        "billed_weight_g": "800",
        "ship_at": "2024-05-02T17:00:00+02:00",
        "promised_by": "2024-05-04",
        "on_time_probability": "0.987650",
        "pick_cost": "0.80",
        "carton_cost": "0.35",
        "freight": "4.20",
        "surcharges": "0.00",
        "duty_tax": "0.00",
        "lateness_cost": "0.03",
        "cost": "5.38",
        "co2e_g": "306",
        "co2e_low_g": "103",
        "co2e_high_g": "512",
    }


def test_placements_say_how_each_unit_lies(tmp_path: Path) -> None:
    write(tmp_path)
    first, second = rows(tmp_path / "placements.csv")
    assert tuple(first) == PLACEMENT_COLUMNS
    assert list(second.values()) == ["p1", "o2", "mug", "2", "S", "100", "0", "0", "100", "90", "80"]


def test_unplanned_csv_quotes_what_needs_it(tmp_path: Path) -> None:
    write(tmp_path)
    (row,) = rows(tmp_path / "unplanned.csv")
    assert tuple(row) == UNPLANNED_COLUMNS
    assert row["detail"] == 'no "lump", none'


def test_conflicts_are_told_by_group() -> None:
    told = conflicts_text(
        [
            Conflict("stock", "a", "b", 1, True),
            Conflict("rule", "c", "d", 1, False),
            Conflict("zone", "e", "f", 2, False),
        ]
    )
    assert told == "stock: a -> b; rule: c -> d (not enough by itself) | zone: e -> f (not enough by itself)"
    assert conflicts_text([]) == ""


def test_what_is_owed_at_a_border_is_told_with_who_pays() -> None:
    def told(incoterm: Incoterm) -> object:
        choice = replace(DECISION.chosen[0], at_border=AtBorder(incoterm, 120, 345, "by a rule"))
        return decision_record(replace(DECISION, chosen=(choice,)), EUR)["chosen"][0]["at_border"]

    owed = {"duty": 1.2, "tax": 3.45, "why": "by a rule"}
    assert told("DDP") == {"incoterm": "DDP", "paid_by": "sender", **owed}
    assert told("DAP") == {"incoterm": "DAP", "paid_by": "receiver", **owed}


def test_a_decision_is_one_line_of_json(tmp_path: Path) -> None:
    write(tmp_path)
    (line,) = (tmp_path / "decisions.jsonl").read_bytes().splitlines()
    assert orjson.loads(line) == {
        "order": "o1",
        "chosen": [
            {
                "site": "ber",
                "carton": "S",
                "service": "std",
                "ship_date": "2024-05-02",
                "promised_by": "2024-05-04",
                "on_time_probability": 0.98765,
                "cost_parts": {
                    "pick_cost": 0.8,
                    "carton_cost": 0.35,
                    "freight": 4.2,
                    "surcharges": 0.0,
                    "duty_tax": 0.0,
                    "lateness_cost": 0.03,
                    "cost": 5.38,
                },
                "skus": ["mug"],
                "co2e_g": 306,
                "co2e_low_g": 103,
                "co2e_high_g": 512,
            }
        ],
        "cost": 5.38,
        "rejected": [
            {
                "option": "muc S std",
                "cost": 7.01,
                "constraint": "",
                "co2e_g": 300,
                "co2e_low_g": 100,
                "co2e_high_g": 500,
            },
            {"option": "ber S exp", "cost": None, "constraint": "over max_length_mm", **NO_CARBON},
        ],
        "flip": {"change": "freight of muc S std", "amount": "-1.64", "to": "muc S std"},
        "lower_bound": 5.38,
        "exact": True,
        "packing_proven": False,
        "currency": "EUR",
        "data_version": "ab" * 32,
        "seed": 7,
    }


def test_a_shared_decision_names_the_others_and_what_all_of_them_cost() -> None:
    assert not {"shared_with", "cost_together"} & set(decision_record(DECISION, EUR))
    mine = replace(CHOICE, orders=("o1", "o2"))
    told = decision_record(replace(DECISION, chosen=(mine, CHOICE), shared_with=("o2",), together_minor=901), EUR)
    assert (told["shared_with"], told["cost_together"]) == (["o2"], 9.01)
    assert (told["chosen"][0]["orders"], "orders" in told["chosen"][1]) == (["o1", "o2"], False)


@pytest.mark.parametrize(("currency", "cost", "number"), [("JPY", "538", 538), ("KWD", "0.538", 0.538)])
def test_amounts_have_the_digits_of_the_currency(tmp_path: Path, currency: str, cost: str, number: float) -> None:
    write(tmp_path, currency)
    assert rows(tmp_path / "plan.csv")[0]["cost"] == cost
    assert orjson.loads((tmp_path / "decisions.jsonl").read_bytes())["cost"] == number


def test_the_summary_bears_our_mark(tmp_path: Path) -> None:
    write(tmp_path)
    assert orjson.loads((tmp_path / "summary.json").read_bytes()) == {"orders": 3, "written_by": "doorstep"}
