"""A day of 1,000 parcels on the real roads of Porto: python -m benchmarks.route.city --roads DIR [--seconds T]

Needs OSRM's programs (DOORSTEP_OSRM, or `doorstep roads install`) and DOORSTEP_DATA/osm; DIR holds the roads of Porto,
and is built if it is not there. Doors are drawn near roads, denser in the town than around it. A third of the parcels
has a window of three hours. The whole command is run as anybody would, so that its seconds hold everything: starting,
asking for 1,001 x 1,001 ways, searching, explaining, and drawing the rounds along the roads.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np
from benchmarks.route.roads import NEAR_M

from doorstep.flows.roads import roads
from doorstep.plugins.maps.base import Points, RoadMap

ROOT = Path(__file__).resolve().parents[2]
TOWN, SPREAD = (41.158, -8.629), (0.025, 0.035)  # degrees: where most doors are, and how far around
DEPOT = (41.19, -8.66)
VANS = {
    "vehicle": "van", "depot_latitude": DEPOT[0], "depot_longitude": DEPOT[1], "capacity_g": 900_000,
    "shift_from": "08:00", "shift_to": "18:00", "cost_per_km": 0.35, "cost_per_hour": 18, "fixed_cost": 60,
}  # fmt: skip


def main() -> None:
    """Print what the day comes to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--roads", type=Path, required=True)
    parser.add_argument("--parcels", type=int, default=1_000)
    parser.add_argument("--vans", type=int, default=15)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder of the answer; it is removed unless named")
    asked = parser.parse_args()
    load = f"load {os.getloadavg()[0]:.1f}"
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; {load}; {vars(asked)}")
    if not (asked.roads / "roads.json").exists():
        extract = Path(os.environ["DOORSTEP_DATA"]) / "osm" / "porto_portugal.osm.pbf"
        command("roads", "build", extract, "--out", asked.roads)
    with roads(str(asked.roads)) as engine:
        doors = drawn(engine, asked.parcels, asked.seed)
    with tempfile.TemporaryDirectory() as folder:
        one_day(asked, doors, Path(folder))


def one_day(asked: argparse.Namespace, doors: Points, folder: Path) -> None:
    """Write the files, run the command twice: ways unknown, and ways kept from the first time."""
    written(folder, doors, asked.vans, asked.seed)
    print("\n| ways | wall s | rounds | not served | km | hours | cost | windows kept, expected | MB |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    for title in ("asked for", "kept"):
        out = (asked.keep or folder) / title.replace(" ", "-")
        begun = perf_counter()
        command(
            "route", folder / "stops.csv", "--vehicles", folder / "vans.csv", "--roads", asked.roads, "--seconds",
            asked.seconds, "--seed", asked.seed, "--out", out, "--force",
            store=folder / "store.sqlite3",
        )  # fmt: skip
        wall = perf_counter() - begun
        told = json.loads((out / "summary.json").read_text(encoding="utf-8"))
        print(
            f"| {title} | {wall:.1f} | {told['routes']} | {told['unserved']} | {told['distance_m'] / 1000:,.0f} | "
            f"{told['duration_s'] / 3600:,.1f} | "
            f"{told['cost']} | {told['on_time']:.1%} | {told['peak_memory_mb']:.0f} |",
            flush=True,
        )


def command(*words: object, store: Path | None = None) -> None:
    environment = os.environ | ({"DOORSTEP_ROADS_STORE": str(store)} if store else {})
    done = subprocess.run([sys.executable, "-m", "doorstep.cli.main", *map(str, words)], env=environment, cwd=ROOT)
    if done.returncode not in (0, 3):
        sys.exit(f"ended with {done.returncode}: {' '.join(map(str, words))}")


def drawn(engine: RoadMap, count: int, seed: int) -> Points:
    """Doors near roads."""
    rng, kept = np.random.default_rng(seed), np.zeros((0, 2))
    while len(kept) < count:
        tried = rng.normal(TOWN, SPREAD, (2_000, 2))
        kept = np.vstack((kept, tried[engine.snap(tried) <= NEAR_M]))
    return kept[:count].round(5)


def written(folder: Path, doors: Points, vans: int, seed: int) -> None:
    """STOPS.csv and VEHICLES.csv."""
    rng = np.random.default_rng(seed)
    windowed, opens = rng.random(len(doors)) < 1 / 3, rng.integers(8, 16, len(doors))
    weight = rng.integers(200, 8_000, len(doors))
    with (folder / "stops.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["stop", "latitude", "longitude", "service_seconds", "window_from", "window_to", "weight_g"])
        for n, (latitude, longitude) in enumerate(doors.tolist()):
            window = (f"{opens[n]:02}:00", f"{opens[n] + 3:02}:00") if windowed[n] else ("", "")
            rows.writerow((f"p{n}", latitude, longitude, 120, *window, weight[n]))
    with (folder / "vans.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow((*VANS, "count"))
        rows.writerow((*VANS.values(), vans))


if __name__ == "__main__":
    main()
