"""A stored decision comes out again to the byte, or it is told that it does not, or why it cannot be asked."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import pytest
from tests.cli.run import doorstep

from doorstep.domain.errors import InputRefused
from doorstep.files.demo import demo_brand
from doorstep.flows.plan_folder import Selection, plan_folder
from doorstep.flows.replay_decision import replay_decision
from doorstep.kernels.run import Run


@pytest.fixture(scope="module")
def brand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("replay") / "brand"
    demo_brand(folder, 120, 6)
    return folder


@pytest.fixture(scope="module")
def planned(brand: Path) -> Path:
    out = brand.parent / "plan"
    run = Run(seed=3, iterations=50)
    selection = Selection(first=date(2000, 1, 1))
    plan_folder(brand, out, selection=selection, run=run, stopwatch=lambda: 0.0, documents=False)
    return out


def decisions(out: Path) -> list[bytes]:
    return (out / "decisions.jsonl").read_bytes().splitlines()


def test_planned_orders_come_out_to_the_byte(brand: Path, planned: Path) -> None:
    lines = decisions(planned)
    for line in (lines[0], lines[len(lines) // 2], lines[-1]):
        found = replay_decision(brand, planned, json.loads(line)["order"], Run())
        assert found.same
        assert found.again == line
        assert [flip.change for flip in found.flips] == [one["change"] for one in json.loads(line).get("flips", [])]


def test_an_order_that_was_left_comes_out_with_its_reason(brand: Path, planned: Path) -> None:
    with (planned / "unplanned.csv").open(encoding="utf-8", newline="") as rows:
        left = next(csv.DictReader(rows))
    done = doorstep("replay-decision", brand, planned, left["order"], "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 0
    assert (told["same"], told["stored"], told["again"]) == (True, left, left)


def test_an_answer_that_was_altered_is_told_with_both(brand: Path, planned: Path, tmp_path: Path) -> None:
    line = decisions(planned)[0]
    other = tmp_path / "plan"
    other.mkdir()
    for file in planned.iterdir():
        (other / file.name).write_bytes(file.read_bytes())
    altered = line.replace(b'"exact":true', b'"exact":false')
    assert altered != line
    (other / "decisions.jsonl").write_bytes(altered + b"\n")
    done = doorstep("replay-decision", brand, other, json.loads(line)["order"])
    assert done.returncode == 1
    assert line.decode() in done.stdout
    assert altered.decode() in done.stdout


def test_a_folder_that_changed_is_refused(brand: Path, planned: Path, tmp_path: Path) -> None:
    changed = tmp_path / "brand"
    changed.mkdir()
    for file in brand.iterdir():
        (changed / file.name).write_bytes(file.read_bytes())
    stock = changed / "stock.csv"
    rows = stock.read_text(encoding="utf-8").splitlines()
    stock.write_text("\n".join(rows[:-1]) + "\n", encoding="utf-8")
    with pytest.raises(InputRefused) as refused:
        replay_decision(changed, planned, json.loads(decisions(planned)[0])["order"], Run())
    assert "from other data" in str(refused.value.faults[0])


@pytest.mark.parametrize(
    ("summary", "order", "why"),
    [(None, "nobody", "is no order of this plan"), ("{}", "nobody", "does not tell"), ("[", "nobody", "does not tell")],
)
def test_what_cannot_be_repeated_is_refused(
    brand: Path, planned: Path, tmp_path: Path, summary: str | None, order: str, why: str
) -> None:
    out = tmp_path / "plan"
    out.mkdir()
    for file in planned.iterdir():
        (out / file.name).write_bytes(file.read_bytes())
    if summary is not None:
        (out / "summary.json").write_text(summary, encoding="utf-8")
    done = doorstep("replay-decision", brand, out, order)
    assert done.returncode == 2
    assert why in done.stderr


def test_no_plan_at_all_is_refused(brand: Path, tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as refused:
        replay_decision(brand, tmp_path, "o", Run())
    assert "cannot be read" in str(refused.value.faults[0])


@pytest.mark.parametrize(
    ("file", "old", "new", "why"),
    [
        ("summary.json", '"seed":3', '"seed":-1', "does not tell"),
        ("summary.json", '"now":null', '"now":"2026-01-01T00:00:00"', "does not tell"),
        ("unplanned.csv", "order,reason", "more,order,reason", "longer or shorter"),
        ("unplanned.csv", "order,reason", "order", "longer or shorter"),
    ],
)
def test_a_plan_that_was_tampered_with_is_refused(
    brand: Path, planned: Path, tmp_path: Path, file: str, old: str, new: str, why: str
) -> None:
    out = tmp_path / "plan"
    out.mkdir()
    for one in planned.iterdir():
        (out / one.name).write_bytes(one.read_bytes())
    text = (out / file).read_text(encoding="utf-8").replace(": ", ":", 999_999 if file.endswith("json") else 0)
    assert old in text
    (out / file).write_text(text.replace(old, new), encoding="utf-8")
    done = doorstep("replay-decision", brand, out, "nobody")
    assert done.returncode == 2
    assert why in done.stderr
