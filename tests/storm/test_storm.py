"""The storm in its short form: real processes killed, a real PostgreSQL crashed, a carrier and a receiver that fail."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from scripts import postgres

ROOT = Path(__file__).resolve().parents[2]
ORDERS, SEED, EVERY_S, WORKERS, CRASHES = 6, 5, 12.0, 2, 1
IN_A_PROCESS = """
import json, sys
from pathlib import Path
from benchmarks.storm.run import storm

if __name__ == "__main__":
    after = storm(*json.loads(sys.argv[1])[:4], Path(sys.argv[2]), json.loads(sys.argv[1])[4])
    print(json.dumps({"lost": dict(after.lost), "havoc": dict(after.havoc), "orders": after.orders,
                      "webhooks": after.webhooks, "down_s": max(after.gaps, default=0), "said": after.said()}))
"""


def test_nothing_is_lost_and_nothing_done_twice(tmp_path: Path) -> None:
    """Django is set up once in a process, for one database; so the storm has a process of its own."""
    if postgres.find() is None:
        pytest.skip("needs PostgreSQL: make test finds or installs it")
    asked = json.dumps([ORDERS, SEED, EVERY_S, WORKERS, CRASHES])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run(
        [sys.executable, "-c", IN_A_PROCESS, asked, str(tmp_path)],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    after = json.loads(done.stdout.splitlines()[-1])
    assert after["orders"] == ORDERS
    assert after["havoc"]["database crashed"] == CRASHES, after["said"]
    assert {name: count for name, count in after["lost"].items() if count} == {}, after["said"]
    assert after["havoc"].get("server killed", 0) + after["havoc"].get("worker killed", 0) > 0, after["said"]
    assert after["webhooks"] > 10 * ORDERS
    assert after["down_s"] < 60, after["said"]
