"""What a dry run says is the difference of two plans, and the folder is left as it was."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from doorstep.domain.errors import InputRefused
from doorstep.files.demo import demo_brand
from doorstep.files.folder import read_folder
from doorstep.flows.plan_folder import Selection, problem_of
from doorstep.flows.rules_check import check_rules
from doorstep.flows.rules_dry_run import as_json, dry_run
from doorstep.kernels.plan.plan import plan
from doorstep.kernels.run import Run

OWN = """
[[rule]]
id = "whole"
kind = "never_split"
countries = ["DE"]
"""
TRIED = """
[[rule]]
id = "candles"
kind = "only_from_sites"
sites = ["venlo"]
categories = ["candles"]
reason = "the wax is kept cool there"

[[rule]]
id = "apart"
kind = "max_parcels"
parcels = 3
"""


@pytest.fixture(scope="module")
def brand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rules") / "brand"
    demo_brand(folder, 60, 6)
    (folder / "rules.toml").write_text(OWN)
    (folder.parent / "tried.toml").write_text(TRIED)
    return folder


def test_a_dry_run_compares_the_rules_in_force_with_others_and_each_that_differs(brand: Path) -> None:
    found = dry_run(brand, brand.parent / "tried.toml", Selection(), Run())
    folder = read_folder(brand)
    in_force = plan(problem_of(folder, folder.orders)).plan.figures
    assert found.before == in_force
    assert [(one.rule, one.what) for one in found.rules] == [
        ("candles", "added"),
        ("apart", "added"),
        ("whole", "removed"),
    ]
    candles, apart, whole = (one.difference for one in found.rules)
    assert candles.changed > 0
    assert candles.objective_minor > 0
    assert all("rule candles: the wax is kept cool there" in one.detail for one in candles.newly_unplanned[:1])
    assert apart.changed == 0
    assert whole.objective_minor < 0 <= whole.splits
    assert found.after.cost_minor - found.before.cost_minor == found.total.cost_minor
    told = as_json(found)
    assert told["rules"][1]["cost_total"] == 0  # type: ignore[index]
    assert (brand / "rules.toml").read_text() == OWN


def test_without_a_file_the_folders_own_rules_are_tried_against_none(brand: Path) -> None:
    found = dry_run(brand, None, Selection(), Run(), each=False)
    assert found.rules == ()
    assert found.after == dry_run(brand, brand.parent / "tried.toml", Selection(), Run(), each=False).before


def test_no_orders_change_nothing(brand: Path) -> None:
    found = dry_run(brand, None, Selection(date(2030, 1, 1)), Run())
    assert (found.before.orders, found.total.changed, found.rules[0].concerned) == (0, 0, 0)


def test_rules_are_told_with_the_orders_they_concern(brand: Path) -> None:
    checked = check_rules(brand, Selection(), Run())
    germans = sum(one.place.country == "DE" for one in read_folder(brand).orders)
    assert [(one.does, one.orders) for one in checked.rules] == [("never split (to DE)", germans)]
    assert germans > 0


def test_a_file_with_faults_is_refused(brand: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text(TRIED.replace("venlo", "venice"))
    with pytest.raises(InputRefused) as refused:
        dry_run(brand, tmp_path / "bad.toml", Selection(), Run())
    assert refused.value.faults[0].file == "bad.toml"
