"""What each road engine costs, and how far the great circle is off: python -m benchmarks.route.roads --graphs DIR

Needs OSRM's programs (DOORSTEP_OSRM, or `doorstep roads install`) and the extracts in DOORSTEP_DATA/osm. Graphs that
DIR holds already are used as they are. A Valhalla at --valhalla URL is measured on the places of --valhalla-on.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
from pathlib import Path
from statistics import fmean
from time import perf_counter, process_time

import numpy as np

from doorstep.plugins.maps.base import NEVER, Points, RoadMap, Settings
from doorstep.plugins.maps.crow import crow_m
from doorstep.plugins.maps.haversine.calibration import (
    BAND_FROM_M,
    PPM,
    Band,
    Calibration,
    Fit,
    Samples,
    calibrate,
    deviations,
    error_of,
)
from doorstep.plugins.maps.haversine.engine import HaversineMap
from doorstep.plugins.maps.kept import Kept
from doorstep.plugins.maps.osrm import graph
from doorstep.plugins.maps.osrm.embedded import EmbeddedOsrm, installed_in
from doorstep.plugins.maps.osrm.executables import found
from doorstep.plugins.maps.registry import open_map
from doorstep.plugins.maps.store import Store

# Latitudes and longitudes within which places are drawn.
BOXES = {
    "porto_portugal": (40.99, 41.39, -8.77, -8.37),
    "heidelberg": (49.31, 49.51, 8.35, 9.05),
    "porto_alegre_br": (-30.11, -29.99, -51.26, -51.14),
    "andorra": (42.43, 42.65, 1.42, 1.78),
    "liechtenstein": (47.05, 47.27, 9.48, 9.63),
}
FITTED = ("porto_portugal", "heidelberg", "porto_alegre_br")
NEAR_M = 50  # to a road: places where doors are
PLACES, OF_A_BAND, FURTHEST_M = 700, 4_000, 30_000


def main() -> None:
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--graphs", type=Path, required=True)
    told.add_argument("--only", nargs="*", default=list(BOXES))
    told.add_argument("--valhalla", default="")
    told.add_argument("--valhalla-on", default="porto_portugal", choices=BOXES)
    told.add_argument("--valhalla-pid", type=int, default=0, help="of a Valhalla on this machine, for its CPU seconds")
    told.add_argument("--calibrate-only", action="store_true")
    told.add_argument("--quick", action="store_true", help="build no second graph of Porto")
    asked = told.parse_args()
    data = Path(os.environ["DOORSTEP_DATA"]) / "osm"
    graphs = {name: asked.graphs / name for name in asked.only}
    print("\n| extract | MB | algorithm | build s | CPU s | graph MB |\n|---|--:|---|--:|--:|--:|")
    for name, folder in graphs.items():
        built(data / f"{name}.osm.pbf", "ch", folder)
    if not asked.quick:
        graphs["porto_portugal, mld"] = asked.graphs / "porto-mld"
        built(data / "porto_portugal.osm.pbf", "mld", graphs["porto_portugal, mld"])
    samples = {}
    print("\n| engine | roads | 100 x 100 s | 300 x 300 s | 1,000 x 1,000 s | a way through 100 s |")
    print("|---|---|--:|--:|--:|--:|")
    for name, folder in graphs.items():
        with_engine = EmbeddedOsrm(Settings(str(folder), executables=os.environ.get("DOORSTEP_OSRM", "")))
        try:
            places = drawn(with_engine, BOXES[name.partition(",")[0]], 1_000)
            if "porto_portugal" in name and not asked.calibrate_only:
                measured(f"OSRM {with_engine.graph.algorithm.upper()}", name, with_engine, places)
            if name == "porto_portugal" and not asked.calibrate_only:
                measured_kept(with_engine, places)
                measured("great circle", name, HaversineMap(), places)
            if name == asked.valhalla_on and asked.valhalla:
                other = open_map("valhalla", Settings(asked.valhalla, timeout_s=600))
                measured("Valhalla", name, other, places[:300], asked.valhalla_pid)
            if name in BOXES:
                samples[name] = sampled(with_engine, places[:PLACES])
        finally:
            with_engine.close()
    calibrated(samples)


def built(extract: Path, algorithm: str, folder: Path) -> None:
    if not (folder / graph.ROADS_FILE).exists():
        folder.mkdir(parents=True, exist_ok=True)
        begun, before = perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        graph.build(found(os.environ.get("DOORSTEP_OSRM", ""), installed_in()), extract, "car", algorithm, folder)
        after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter() - begun
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        (folder / "built.txt").write_text(f"{wall:.1f} | {cpu:.1f}", encoding="utf-8")
    size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
    took = (folder / "built.txt").read_text(encoding="utf-8")
    print(f"| {extract.name} | {extract.stat().st_size / 1e6:.1f} | {algorithm} | {took} | {size:.0f} |", flush=True)


def drawn(engine: RoadMap, box: tuple[float, float, float, float], count: int) -> Points:
    """Draw places near roads, evenly over the box otherwise; so more of them where roads are dense."""
    draw, kept = np.random.default_rng(1), np.zeros((0, 2))
    while len(kept) < count:
        tried = np.column_stack((draw.uniform(*box[:2], 2_000), draw.uniform(*box[2:], 2_000)))
        kept = np.vstack((kept, tried[engine.snap(tried) <= NEAR_M]))
    return kept[:count]


def measured(engine_name: str, name: str, engine: RoadMap, places: Points, pid: int = 0) -> None:
    """Wall seconds, and CPU seconds of us and the engine behind them: others work on this machine as well."""
    engine.matrix(places[:2], places[:2])
    pid = engine.routed.pid if isinstance(engine, EmbeddedOsrm) else pid
    cells = []
    for count in (100, 300, 1_000):
        if len(places) < count:
            cells.append("")
            continue
        begun, before = perf_counter(), cpu_of(pid)
        engine.matrix(places[:count], places[:count])
        cells.append(f"{perf_counter() - begun:.2f} ({cpu_of(pid) - before:.2f})")
    begun, before = perf_counter(), cpu_of(pid)
    engine.path(places[:100])
    cells.append(f"{perf_counter() - begun:.2f} ({cpu_of(pid) - before:.2f})")
    print(f"| {engine_name} | {name} | {' | '.join(cells)} |", flush=True)


def cpu_of(pid: int) -> float:
    """Seconds that this process has used, and that one, if any."""
    own = process_time()
    if not pid:
        return own
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return own + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measured_kept(engine: EmbeddedOsrm, places: Points) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "roads.sqlite3")
        for title, count in (("kept, first time", 999), ("kept, one stop more", 1_000), ("kept, known", 1_000)):
            begun, before = perf_counter(), cpu_of(engine.routed.pid)
            kept = Kept(engine, store)
            kept.matrix(places[:count], places[:count])
            took = f"{perf_counter() - begun:.2f} ({cpu_of(engine.routed.pid) - before:.2f})"
            print(f"| {title} ({kept.asked:,} pairs asked) | porto_portugal | | | {took} | |", flush=True)
        print(f"| its file: {store.path.stat().st_size / 1e6:.1f} MB | | | | | |")


def sampled(engine: RoadMap, places: Points) -> Samples:
    """As many ways of each band, so that the many long ones do not speak for the short ones."""
    told = engine.matrix(places, places)
    crow = crow_m(places[:, None, :], places[None, :, :])
    good = np.flatnonzero((told.distance_m.ravel() < NEVER) & (crow.ravel() >= 50) & (crow.ravel() < FURTHEST_M))
    chosen, draw = [], np.random.default_rng(2)
    for start, end in zip(BAND_FROM_M, (*BAND_FROM_M[1:], np.inf), strict=True):
        within = good[(crow.ravel()[good] >= start) & (crow.ravel()[good] < end)]
        chosen.append(draw.permutation(within)[:OF_A_BAND])
    rows = draw.permutation(np.concatenate(chosen))
    return Samples(crow.ravel()[rows], told.distance_m.ravel()[rows], told.duration_s.ravel()[rows])


def calibrated(samples: dict[str, Samples]) -> None:
    print("\n| fitted to | ways | bands: from m, detour, s/km | one pair | metres off | seconds off", end="")
    print(" | one pair: metres | seconds |")
    print("|---|--:|---|---|--:|--:|--:|--:|")
    for name, one in samples.items():
        told(name, calibrate(one, name))
    of = [samples[name] for name in FITTED if name in samples]
    if len(of) < len(FITTED):
        return
    shipped = averaged([calibrate(one, "").calibration for one in of])
    print("\nThe mean of the three, which ships, on each:\n")
    for name, one in samples.items():
        print(f"| {name} | " + " | ".join(shown(error_of(of)) for of in deviations(shipped, one.kept())) + " |")
    print(shipped)


def averaged(calibrations: list[Calibration]) -> Calibration:
    """Each city counts the same: put together, the long ways of a fast one would speak for the slow ones."""
    bands = tuple(
        Band(of[0].from_m, round(fmean(one.detour_ppm for one in of)), round(fmean(one.seconds_per_km for one in of)))
        for of in zip(*(one.bands for one in calibrations), strict=True)
    )
    detour = round(fmean(one.detour_ppm for one in calibrations))
    pace = round(fmean(one.seconds_per_km for one in calibrations))
    return Calibration(bands, detour, pace, ", ".join(FITTED))


def told(name: str, fit: Fit) -> None:
    of = fit.calibration
    bands = "; ".join(f"{band.from_m:,}: {band.detour_ppm / PPM:.3f}, {band.seconds_per_km}" for band in of.bands)
    errors = (fit.distance, fit.duration, fit.plain_distance, fit.plain_duration)
    print(
        f"| {name} | {fit.samples:,} | {bands} | {of.detour_ppm / PPM:.3f}, {of.seconds_per_km} | "
        + " | ".join(shown(error) for error in errors)
        + " |",
        flush=True,
    )


def shown(error: object) -> str:
    median, most, bias = (getattr(error, name) / 10_000 for name in ("median_ppm", "most_ppm", "bias_ppm"))
    return f"{median:.1f}%, {most:.0f}%, {bias:+.1f}%"


if __name__ == "__main__":
    main()
