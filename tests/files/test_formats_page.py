"""docs/formats.md says what the code does, neither less nor more."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest
from tests.files.test_plan_out import DECISION

from doorstep.documents.report.rounds_map import REASONS
from doorstep.domain.decision import FLIP_KINDS, AtBorder, Flip, FlipUnit, Trial, Weight
from doorstep.domain.fleet import Ride
from doorstep.domain.money import Currency
from doorstep.domain.parcel import Injection
from doorstep.domain.rounds import Measure
from doorstep.files.carriers_out import PAIR_COLUMNS as PAIRS_OF_CARRIERS
from doorstep.files.cartons_out import CHOSEN_COLUMNS, CURVE_COLUMNS
from doorstep.files.columns import Table
from doorstep.files.customers_out import (
    COHORT_COLUMNS,
    FAVOURITE_COLUMNS,
    PAIR_COLUMNS,
    PLACE_COLUMNS,
    REASON_COLUMNS,
    WORTH_COLUMNS,
)
from doorstep.files.explore_out import COLUMNS as EXPLORE_COLUMNS
from doorstep.files.pack_out import PARCEL_COLUMNS, UNPACKED_COLUMNS
from doorstep.files.package import markdown
from doorstep.files.plan_out import (
    INJECTION_COLUMNS,
    PLACEMENT_COLUMNS,
    PLAN_COLUMNS,
    UNPLANNED_COLUMNS,
    decision_record,
    flip_record,
)
from doorstep.files.plan_rounds_out import ROUND_COLUMNS, ROUTE_COLUMNS
from doorstep.files.rates_out import DUTY_COLUMNS, RATE_COLUMNS
from doorstep.files.route_day_out import CHANGE_COLUMNS
from doorstep.files.route_instance import NoticeCode
from doorstep.files.route_out import NOT_SERVED_COLUMNS, NOTICE_COLUMNS, round_columns, route_columns
from doorstep.files.route_slots_out import SLOT_COLUMNS
from doorstep.files.schema import TABLES
from doorstep.files.schema_customers import CUSTOMER_TABLES
from doorstep.files.schema_pack import PACK_TABLES
from doorstep.files.schema_rate import RATE_TABLES
from doorstep.files.schema_route import ROUTE_TABLES
from doorstep.files.schema_route_day import DAY_TABLES, SLOT_TABLES
from doorstep.files.values_out import COLUMNS as VALUE_COLUMNS

MEASURES = (Measure("weight_g", "g"), Measure("volume_cm3", "cm3"))
PAGE = (Path(__file__).resolve().parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
INPUT = PAGE[PAGE.index("## In: a brand folder") : PAGE.index("## Out: ")]


def test_every_file_and_column_is_on_the_page_and_nothing_else() -> None:
    tables = INPUT[INPUT.index("### ") :].strip()
    assert tables == "\n".join(markdown(table) for table in TABLES).strip(), (
        "docs/formats.md has fallen behind doorstep.files.schema: put markdown(table) of each table there"
    )


def test_what_pack_reads_is_on_the_page() -> None:
    section = PAGE[PAGE.index("## Out: `doorstep pack ") :]
    tables = section[section.index("### ") : section.index("Refused as well:")].strip()
    assert tables == "\n".join(markdown(table) for table in PACK_TABLES).strip()


def test_what_rate_reads_is_on_the_page() -> None:
    section = PAGE[PAGE.index("## Out: `doorstep rate ") :]
    tables = section[section.index("### ") : section.index("Refused as well:")].strip()
    assert tables == "\n".join(markdown(table) for table in RATE_TABLES).strip()


def test_what_is_read_of_customers_is_on_the_page() -> None:
    section = PAGE[PAGE.index("## Out: `doorstep insight customers ") :]
    tables = section[section.index("### ") : section.index("Refused as well:")].strip()
    assert tables == "\n".join(markdown(table) for table in CUSTOMER_TABLES).strip()


def test_what_route_reads_is_on_the_page() -> None:
    section = PAGE[PAGE.index("## Rounds: STOPS.csv") :]
    tables = section[section.index("### ") : section.index("Refused as well:")].strip()
    assert tables == "\n".join(markdown(table) for table in ROUTE_TABLES).strip()
    codes = set(re.findall(r"^\| ([a-z]+_[a-z_]+) \| ", section[: section.index("### Instances")], re.MULTILINE))
    columns = {column.name for table in ROUTE_TABLES for column in table.columns}
    assert codes - columns == set(get_args(NoticeCode)) - {"diagonal"}


@pytest.mark.parametrize(("command", "tables"), [("replan", DAY_TABLES), ("slots", SLOT_TABLES)])
def test_what_is_read_of_a_day_under_way_is_on_the_page(command: str, tables: tuple[Table, ...]) -> None:
    section = PAGE[PAGE.index(f"## Out: `doorstep {command} ") :]
    told = section[section.index("### ") : section.index("Refused as well:")].strip()
    assert told == "\n".join(markdown(table) for table in tables).strip()


@pytest.mark.parametrize(
    ("file", "columns"),
    [
        ("plan.csv", PLAN_COLUMNS),
        ("placements.csv", PLACEMENT_COLUMNS),
        ("unplanned.csv", UNPLANNED_COLUMNS),
        ("parcels.csv", PARCEL_COLUMNS),
        ("unpacked.csv", UNPACKED_COLUMNS),
        ("chosen.csv", CHOSEN_COLUMNS),
        ("curve.csv", CURVE_COLUMNS),
        ("FILE", RATE_COLUMNS),
        ("routes.csv", route_columns(MEASURES)),
        ("rounds.csv", round_columns(MEASURES)),
        ("unserved.csv", NOT_SERVED_COLUMNS),
        ("left.csv", NOT_SERVED_COLUMNS),
        ("notices.csv", NOTICE_COLUMNS),
        ("routes.csv", (*route_columns(MEASURES), "on_board", "under_way", "locked")),
        ("changes.csv", CHANGE_COLUMNS),
        ("slots.csv", SLOT_COLUMNS),
        ("worth.csv", WORTH_COLUMNS),
        ("reasons.csv", REASON_COLUMNS),
        ("places.csv", PLACE_COLUMNS),
        ("favourites.csv", FAVOURITE_COLUMNS),
        ("pairs.csv", PAIR_COLUMNS),
        ("pairs.csv", PAIRS_OF_CARRIERS),
        ("cohorts.csv", COHORT_COLUMNS),
        ("values.csv", VALUE_COLUMNS),
        ("explore.csv", EXPLORE_COLUMNS),
    ],
)
def test_every_column_written_is_on_the_page(file: str, columns: tuple[str, ...]) -> None:
    rows = re.findall(rf"^\| {re.escape(file)} \| (.*) \|$", PAGE, re.MULTILINE)
    assert columns in [tuple(row.split(", ")) for row in rows]  # two commands may each write a file of one name


def test_every_reason_and_key_of_rounds_is_on_the_page() -> None:
    section = PAGE[PAGE.index("## Rounds: STOPS.csv") : PAGE.index("## Out: `doorstep promise fit ")]
    told = {name for row in re.findall(r"^\| ([\w, ]+) \|", section, re.MULTILINE) for name in row.split(", ")}
    known = {"cost", "objective", "lower_bound", "gap_pct", "on_time", "peak_memory_mb", "seconds", "data_version"}
    assert set(REASONS) | known <= told | set(get_args(NoticeCode))


def test_the_columns_of_linehauls_are_on_the_page() -> None:
    section = PAGE[PAGE.index("- Where there is a linehauls.csv") :]
    section = section[: section.index("- placements")]
    assert all(column in section for column in INJECTION_COLUMNS)


def test_the_rounds_of_a_plan_are_on_the_page() -> None:
    section = PAGE[PAGE.index("### routes.csv, rounds.csv") : PAGE.index("### unplanned.csv: reasons")]
    stops, rounds = re.findall(r"^\| r\w+\.csv, a row for each \w+ \| (.+) \|$", section, re.MULTILINE)
    assert tuple(stops.replace(" (the parcel)", "").split(", ")) == ROUTE_COLUMNS
    assert tuple(rounds.split(", ")) == ROUND_COLUMNS


def test_every_key_of_a_decision_is_on_the_page() -> None:
    section = PAGE[PAGE.index("### decisions.jsonl") : PAGE.index("### summary.json")]
    border = AtBorder("DDP", 1, 2, "because")
    injection = Injection("night", "south", datetime(2024, 5, 2, 9, 0, tzinfo=UTC), 1)
    at = datetime(2024, 5, 2, 9, 0, tzinfo=UTC)
    ride = Ride(round=1, vehicle="v1", trip=1, position=1, arrives_at=at, leaves_at=at, cost_minor=1)
    chosen = replace(DECISION.chosen[0], at_border=border, injection=injection, ride=ride)
    record = decision_record(replace(DECISION, chosen=(chosen,)), Currency("EUR"))
    keys = re.findall(r"^\| (\w+) \|", section, re.MULTILINE)
    told = [key for key in keys if key not in ("key", "kind", *FLIP_KINDS)]
    assert told == list(record)
    assert keys[-len(FLIP_KINDS[1:]) :] == list(FLIP_KINDS[1:])
    inner = {key for part in ("rejected", "chosen") for key in record[part][0]} | set(record["flip"])
    whole = Flip("c", "1", "t", "stock", 1, "units", "s", "k", "v", "2024-05-02")
    inner |= {"flips", *flip_record(whole), *get_args(FlipUnit)} - {""}
    inner |= set(record["chosen"][0]["cost_parts"]) | set(record["chosen"][0]["at_border"])
    inner |= set(record["chosen"][0]["injection"]) | set(record["chosen"][0]["ride"])
    weighed = decision_record(replace(DECISION, weights=(Weight("mug", 1),)), Currency("EUR"))
    inner |= {"weights", *weighed["weights"][0], "lower_bound", "flip"}
    sharing = replace(DECISION, chosen=(replace(chosen, orders=("o1", "o2")),), shared_with=("o2",))
    shared = decision_record(sharing, Currency("EUR"))
    inner |= (set(shared) - set(record)) | (set(shared["chosen"][0]) - set(record["chosen"][0]))
    trying = decision_record(replace(DECISION, trial=Trial("a", "b", 1, 1)), Currency("EUR"))
    inner |= {"trial", *trying["trial"]}
    assert set(re.findall(r"`(\w+)`", section)) == inner


def test_the_columns_of_duty_are_on_the_page() -> None:
    assert f"- {', '.join(DUTY_COLUMNS)}: " in PAGE
