"""The fast mode through the command line: seconds, memory, and its error against the full mode.

python -m benchmarks.simulate.fast [--orders N ...] [--whole N] [--days N] [--workers W] [--folders DIR]

Instances: orders drawn from the public Olist data, or, without it, the demonstration brand. Each is simulated in the
fast mode, which is held against the full one on some of its days; those of at most --whole orders are simulated in both
modes over all days as well, since errors of days may add up or cancel.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.simulate.run import doorstep, make


def main() -> None:
    """Print a row of each instance, and one more where both modes serve all days."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, nargs="*", default=[20_000, 100_000, 1_000_000])
    parser.add_argument("--whole", type=int, default=20_000)
    parser.add_argument("--days", type=int, default=4, help="on which the fast mode is held against the full one")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--folders", type=Path, help="keep the brand folders here and use them again")
    options = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, {options.workers} workers, wall seconds of the whole command")
    with tempfile.TemporaryDirectory() as made:
        folders = options.folders or Path(made)
        folders.mkdir(parents=True, exist_ok=True)
        for orders in options.orders:
            folder = make(folders, orders)
            words: list[object] = ["--out", Path(made) / "out", "--force", "--json", "--workers", options.workers]
            told = json.loads(doorstep("simulate", folder, "--fast", "--fast-days", options.days, *words))
            print(sampled(orders, told), flush=True)
            if orders <= options.whole:
                both = json.loads(doorstep("simulate", folder, "--policy", "plan,fast", *words))
                print(whole(both), flush=True)


def sampled(orders: int, told: dict[str, Any]) -> str:
    """Lay a run out."""
    fast = told["fast"]
    parts = [
        f"{orders:9,} orders {told['seconds']:7.1f} s ({told['seconds_reading']:.1f} reading)",
        f"{told['peak_memory_mb']:6,.0f} MB {fast['classes']:7,} classes {fast['by_table']:6.1%} by table",
        f"{fast['orders']:,} orders of {len(fast['days'])} days in both modes",
    ]
    for name in ("objective", "cost_per_order", "expected_on_time"):
        one, full = fast["differences"][name], fast["full"][name]
        ends = "" if one["interval"] is None else " ({:+.4g} to {:+.4g})".format(*one["interval"])
        parts.append(f"{name} {full:,.4g} {one['value']:+.4g}{ends}")
    return "; ".join(parts)


def whole(told: dict[str, Any]) -> str:
    """Lay both modes over all days out."""
    full, fast = told["policies"]["plan"], told["policies"]["fast"]
    words = [f"{name} {full[name]:,.6g} -> {fast[name]:,.6g}" for name in ("objective", "cost_per_order", "planned")]
    return f"          all days, full -> fast: {'; '.join(words)}"


if __name__ == "__main__":
    main()
