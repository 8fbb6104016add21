"""The example runs as a reader would run it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from doorstep.files.demo import demo_brand

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "plan_a_folder.py"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(EXAMPLE), *arguments], capture_output=True, text=True, check=False)


def test_it_plans_a_brand_of_its_own_and_tells_one_order_in_words() -> None:
    done = run()
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    name, _, counts = lines[0].partition(": ")
    assert name == "Hearth & Harbour"
    planned, total, parcels = (int(word) for word in counts.split() if word.isdigit())
    assert 0 < planned < total == 300
    assert parcels >= planned
    amounts = {line.split("  ")[0]: float(line.split()[-2]) for line in lines if line.endswith("EUR")}
    assert amounts["cost of the planned orders"] > 0
    bound, objective = amount_after(lines, "no plan can be below"), amount_after(lines, "with the unplanned ones")
    assert bound <= objective <= amount_after(lines, "nearest site, then cheapest")
    assert any(line.startswith("order HH-") for line in lines)
    assert any("at the door by 2026-10-" in line for line in lines)
    assert any(line.startswith("  not ") for line in lines)


def amount_after(lines: list[str], label: str) -> float:
    (line,) = [line for line in lines if line.startswith(label)]
    return float(line.removeprefix(label).split()[0])


def test_it_plans_the_folder_that_it_is_given(tmp_path: Path) -> None:
    demo_brand(tmp_path / "mine", orders=20, seed=3)
    done = run(str(tmp_path / "mine"))
    assert done.returncode == 0, done.stderr
    assert "of 20 orders" in done.stdout
