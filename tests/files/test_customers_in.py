"""What a folder tells of its customers is read whole, or refused with every fault."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from doorstep.domain.errors import Fault, InputRefused
from doorstep.files.customers_in import read_customers

BRAND = "brand,name,currency,country,on_time_target,late_cost,unplanned_cost\nb,B,EUR,DE,0.95,5,40\n"
HEAD = "quote,customer,segment,country,shown_at,option,price,days,taken,propensity,order\n"
SOUND = """q1,k1,calm,DE,2026-01-01T10:00:00Z,economy,3.5,4,0,0.5,o1
q1,k1,calm,DE,2026-01-01T10:00:00Z,express,7.9,1,1,0.5,o1
q2,,,FR,2026-01-02T10:00:00+01:00,economy,3.5,4,0,,
"""


def folder_of(path: Path, **files: str) -> Path:
    for name, text in {"brand": BRAND, **files}.items():
        (path / f"{name}.csv").write_text(text, encoding="utf-8")
    return path


def faults_of(path: Path) -> list[tuple[str, int, str, str]]:
    with pytest.raises(InputRefused) as refused:
        read_customers(path)
    faults: tuple[Fault, ...] = refused.value.faults
    return [(one.file, one.row, one.column, one.why) for one in faults]


def test_what_is_sound_is_read(tmp_path: Path) -> None:
    survey = "order,answered_at,wish,satisfied\no1,2026-01-05T10:00:00Z,faster,\n"
    contacts = "contact,contacted_at,reason,order,outcome\nc1,2026-01-04T10:00:00Z,where_is_it,o1,explained\n"
    read = read_customers(folder_of(tmp_path, choices=HEAD + SOUND, survey=survey, contacts=contacts))
    first, second, third = read.shown
    assert (first.price_micros, first.days, first.taken, first.propensity, first.order) == (
        3_500_000,
        4,
        False,
        0.5,
        "o1",
    )
    assert second.taken
    assert (third.customer, third.propensity, third.sampled_at, third.co2e_g) == ("", 1.0, 1.0, None)
    assert read.replies[0].satisfied is None
    assert read.contacts[0].outcome == "explained"
    assert read.orders == ()


def test_packed_files_are_the_same(tmp_path: Path) -> None:
    plain = read_customers(folder_of(tmp_path, choices=HEAD + SOUND))
    (tmp_path / "choices.csv").unlink()
    (tmp_path / "choices.csv.gz").write_bytes(gzip.compress((HEAD + SOUND).encode()))
    packed = read_customers(tmp_path)
    assert (packed.shown, packed.data_version) == (plain.shown, plain.data_version)


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    wrong = """q1,k1,calm,DE,2026-01-01T10:00:00Z,economy,3.5,4,1,0.5,o1
q1,k2,calm,FR,2026-01-01T10:00:00Z,express,7.9,1,1,0.4,o1
q1,k1,calm,DE,2026-01-01T10:00:00Z,express,-1,1,0,0.5,o1
q2,,,DE,2026-01-02,economy,3.5,4,0,0,
q3,,,DE,2026-01-02T10:00:00Z,economy,3.5,4,0,,o9
q4,,,DE,2026-01-02T10:00:00Z,economy,3.5,4,1,,o1
"""
    survey = "order,answered_at,wish\no1,2026-01-05T10:00:00Z,better\no1,2026-01-05T10:00:00Z,faster\n"
    found = faults_of(folder_of(tmp_path, choices=HEAD + wrong, survey=survey))
    assert found == [
        ("choices.csv", 3, "customer", "is not what row 2 says of quote q1"),
        ("choices.csv", 3, "country", "is not what row 2 says of quote q1"),
        ("choices.csv", 3, "taken", "is the second of quote q1, after row 2"),
        ("choices.csv", 3, "propensity", "is not what row 2 says of quote q1"),
        ("choices.csv", 4, "option", "repeats row 3: quote, option must be unique"),
        ("choices.csv", 4, "price", "is not between 0 and 1000000000"),
        ("choices.csv", 5, "shown_at", "is not an instant of ISO 8601 such as 2024-05-01T09:30:00+02:00"),
        ("choices.csv", 5, "propensity", "is not between 1e-06 and 1"),
        ("choices.csv", 6, "order", "came of quote q3, of which no option was taken"),
        ("choices.csv", 7, "order", "came of quote q1 already, in row 2"),
        ("survey.csv", 2, "wish", "is not one of cheaper, faster, as_it_was"),
        ("survey.csv", 3, "order", "repeats row 2: order must be unique"),
    ]


def test_orders_need_no_other_file(tmp_path: Path) -> None:
    orders = "order,channel,placed_at,customer,country,region,city,postcode\no1,web,2026-01-01T10:00:00Z,k,DE,,,\n"
    lines = "order,line,sku,quantity,unit_price\no1,1,mug,2,4.50\n"
    read = read_customers(folder_of(tmp_path, orders=orders, order_lines=lines))
    assert read.orders[0].lines[0].unit_price_micros == 4_500_000


def test_hostile_text_is_a_fault_or_a_text(tmp_path: Path) -> None:
    rows = 'q1,k,"<script>",DE,2026-01-01T10:00:00Z,"=cmd()",1e9,4,1,1,\nq1,k,x\ny\n'
    found = faults_of(folder_of(tmp_path, choices=HEAD + rows))
    assert [(row, why.split(",")[0]) for _, row, _, why in found] == [
        (2, "is not a decimal number such as 12.50"),
        (3, "has 3 cells"),
        (4, "has 1 cells"),
    ]
