"""What the demonstration brand's customers said and took is read, checked and learned from."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from doorstep.domain.errors import InputRefused
from doorstep.files.check_folder import check_folder
from doorstep.files.customers_in import read_customers
from doorstep.files.demo import demo_brand
from doorstep.files.demo.voices import QUOTES
from doorstep.kernels.learn.customers import learn_customers
from doorstep.kernels.learn.customers_problem import CustomersProblem


@pytest.fixture(scope="module")
def brand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("voices") / "brand"
    demo_brand(folder, 20, seed=1)
    return folder


def test_something_is_learned_of_them(brand: Path) -> None:
    read = read_customers(brand)
    at = datetime(2026, 10, 15, tzinfo=UTC)
    told = learn_customers(CustomersProblem(at, read.orders, read.history, read.shown, read.replies, read.contacts))
    assert told.wants.quotes == told.wants.randomised == QUOTES
    assert told.wants.left > 0
    worth = {one.group: one.worth["day_sooner"] for one in told.wants.groups if one.kind == "segment"}
    assert worth["first order"].low < 0.75 / 0.7 < worth["first order"].high
    assert worth["regular"].low < 0.4 / 0.7 < worth["regular"].high
    assert told.voice.unmatched_answers == told.voice.unmatched_contacts == 0
    wished = {one.standing: one.wishes["faster"].value or 0.0 for one in told.voice.wished}
    assert wished["broken"] > wished["kept"]
    assert {one.reason for one in told.voice.reasons} == {"where_is_it", "damaged"}
    assert max(one.answered_at for one in read.replies) < at
    assert max(one.contacted_at for one in read.contacts) < at


def test_a_check_names_their_faults_beside_the_others(brand: Path) -> None:
    assert check_folder(brand).orders
    survey, orders = brand / "survey.csv", brand / "orders.csv"
    texts = survey.read_text(), orders.read_text()
    try:
        survey.write_text(texts[0].replace("cheaper", "dearer", 1))
        with pytest.raises(InputRefused) as one:
            check_folder(brand)
        assert [(fault.file, fault.column, fault.value) for fault in one.value.faults] == [
            ("survey.csv", "wish", "dearer")
        ]
        orders.write_text(texts[1].replace("DE", "Germany", 1))
        with pytest.raises(InputRefused) as both:
            check_folder(brand)
        assert {fault.file for fault in both.value.faults} == {"orders.csv", "survey.csv"}
    finally:
        survey.write_text(texts[0])
        orders.write_text(texts[1])
