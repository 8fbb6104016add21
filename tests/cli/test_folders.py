from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.run import TEA_SHOP, doorstep, process
from tests.files.tiny_brand import edited, write_tiny


def test_check_counts_what_a_good_folder_holds() -> None:
    done = doorstep("check", TEA_SHOP)
    assert done.returncode == 0
    assert "no fault; 3 products, 2 sites, 2 services, 2 cartons, 4 orders" in done.stdout
    told = json.loads(doorstep("check", TEA_SHOP, "--json").stdout)
    assert told["fault_count"] == 0
    assert told["orders"] == 4


def test_check_lists_every_fault_with_its_place(tmp_path: Path) -> None:
    folder = write_tiny(tmp_path / "brand", **edited("surcharges", "percent,12.5", "percent,much"), stock=None)
    done = doorstep("check", folder)
    assert done.returncode == 2
    assert "surcharges.csv" in done.stderr
    assert "much" in done.stderr
    assert "stock.csv" in done.stderr
    assert "2 faults; nothing was done" in done.stderr
    told = json.loads(doorstep("check", folder, "--json").stdout)
    assert told["fault_count"] == 2
    assert {(fault["file"], fault["column"], fault["value"]) for fault in told["faults"]} >= {
        ("surcharges.csv", "amount", "much")
    }


def test_the_first_thousand_of_many_faults_are_shown_and_all_are_counted(tmp_path: Path) -> None:
    lines = ["order,line,sku,quantity,unit_price"]
    lines += [f"o1,{n},mug,{'none' if n % 60 == 0 else 1},1" for n in range(90_000)]
    folder = write_tiny(tmp_path / "brand", order_lines="\n".join(lines) + "\n")
    done = doorstep("check", folder)
    assert done.returncode == 2
    assert done.stderr.count("order_lines.csv") == 1_000
    assert "... and 500 more" in done.stderr
    assert "1,500 faults" in done.stderr


def test_new_writes_a_folder_to_fill_in_and_overwrites_nobodys_work(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    assert doorstep("new", folder).returncode == 0
    assert (folder / "README.md").exists()
    assert (folder / "orders.csv").read_text().startswith("order,")
    (folder / "sites.csv").write_text("mine\n")
    refused = doorstep("new", folder)
    assert refused.returncode == 1
    assert (folder / "sites.csv").read_text() == "mine\n"


def test_demo_brands_of_equal_seeds_are_equal(tmp_path: Path) -> None:
    for name, seed in (("one", 3), ("two", 3), ("other", 4)):
        told = json.loads(process("demo-brand", tmp_path / name, "--orders", 40, "--seed", seed, "--json").stdout)
        assert told["orders"] == 40
    one, two, other = ((tmp_path / name / "orders.csv").read_bytes() for name in ("one", "two", "other"))
    assert one == two != other
    assert doorstep("check", tmp_path / "one").returncode == 0


@pytest.mark.parametrize("words", [["--orders", "0"], ["--orders", "-5"], ["--orders", "many"], ["--seed", "-1"]])
def test_numbers_out_of_reach_are_refused(words: list[str], tmp_path: Path) -> None:
    done = doorstep("demo-brand", tmp_path / "brand", *words)
    assert done.returncode == 2
    assert words[0] in done.stderr
    assert not (tmp_path / "brand").exists()


@pytest.mark.data
def test_olist_is_imported_and_its_week_planned(data_root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "olist"
    done = doorstep("import", "olist", data_root / "olist", folder, "--sites", 3, "--as-of", "2018-03-01")
    assert done.returncode == 0, done.stderr
    for told in ("customers", "stock:", "fitted to", "the month after", "weight alone", "plan its first week:"):
        assert told in done.stdout
    week = ("--from", "2018-03-01", "--to", "2018-03-08")
    planned = doorstep("plan", folder, "--out", tmp_path / "plan", *week, "--json")
    assert planned.returncode in (0, 3), planned.stderr
    summary = json.loads(planned.stdout)
    assert summary["planned"] > 250
    assert summary["lower_bound"] <= summary["objective"] <= summary["baseline_objective"]


def test_an_import_from_nowhere_is_refused(tmp_path: Path) -> None:
    done = doorstep("import", "olist", tmp_path / "nothing", tmp_path / "brand", "--sites", 3, "--as-of", "2018-03-01")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "brand").exists()
