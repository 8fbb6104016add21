"""Speed and quality of the packer on real orders and on baskets of real products.

python -m benchmarks.pack.run [--baskets N] [--seed S] [--support PPM] [--check N]
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from pathlib import Path

import numba
import numpy as np
from benchmarks.pack.instances import head, olist_baskets, real_orders

from doorstep.kernels.pack.check import check
from doorstep.kernels.pack.fit import fit
from doorstep.kernels.pack.layout import place_all
from doorstep.kernels.pack.problem import FITS, NO, FitProblem, PackParams

ROOT = Path(__file__).resolve().parents[2]


def measure(name: str, problem: FitProblem, params: PackParams, checked: int, seed: int) -> None:
    """Print one row: verdicts of every load in every carton, and the layouts of the smallest cartons."""
    started = time.process_time()
    verdict = fit(problem, params).verdict
    packed = time.process_time() - started
    volume = problem.carton_inner_mm.prod(axis=1)
    size = np.where(verdict == FITS, volume, volume.max() + 1)
    one_box = (verdict == FITS).any(axis=1)
    pairs = np.stack((np.flatnonzero(one_box), size.argmin(axis=1)[one_box]), axis=1)
    started = time.process_time()
    layouts = place_all(problem, pairs, params)
    placed = time.process_time() - started
    # A choice is proven when every smaller carton was proven not to hold the load.
    smaller = volume[None, :] < size.min(axis=1)[:, None]
    proven = ((verdict == NO) | ~smaller).all(axis=1)
    picked = np.random.default_rng(seed).permutation(len(pairs))[:checked]
    invalid = sum(
        bool(check(problem, int(pairs[at, 0]), int(pairs[at, 1]), layouts[int(at)], params.support_ppm))
        for at in picked
    )
    shares = " ".join(f"{(verdict == kind).mean():8.4%}" for kind in (NO, FITS, 2))
    print(
        f"{name:24} {problem.loads:7,} {problem.load_units().mean():6.2f} {problem.loads / packed:10,.0f} "
        f"{len(pairs) / max(placed, 1e-9):10,.0f} {one_box.mean():8.3%} {proven.mean():8.3%} {shares} "
        f"{size.min(axis=1)[one_box].sum() / 1e9:10,.2f} {invalid:4}/{len(picked):,}"
    )


def main() -> None:
    """Run all sets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--baskets", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--support", type=int, default=0, help="ppm")
    parser.add_argument("--check", type=int, default=2_000, help="layouts verified per set")
    options = parser.parse_args()
    root = Path(os.environ.get("DOORSTEP_DATA", ROOT.parent / "shared" / "data"))
    if not (root / "MANIFEST.csv").exists():
        sys.exit(f"no public data at {root}: set DOORSTEP_DATA")
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, numpy {np.__version__}, "
        f"numba {numba.__version__}; seed {options.seed}; one process, CPU seconds"
    )
    real = real_orders(root)
    started = time.process_time()
    place_all(head(real, 1), np.argwhere(fit(head(real, 1)).verdict == FITS))
    print(f"first call (compiles once, then reads its cache): {time.process_time() - started:.1f} s")
    print(
        f"{'set':24} {'loads':>7} {'units':>6} {'loads/s':>10} {'layouts/s':>10} {'one box':>8} {'proven':>8} "
        f"{'NO':>8} {'FITS':>8} {'UNPROVEN':>8} {'box m3':>10} invalid"
    )
    mixed = olist_baskets(root, 30_000, options.seed, single_share=0.8)
    baskets = olist_baskets(root, options.baskets, options.seed)
    usual = PackParams(support_ppm=options.support)
    measure("real orders", real, usual, options.check, options.seed)
    measure("baskets", baskets, usual, options.check, options.seed)
    measure("baskets, 80% one unit", mixed, usual, options.check, options.seed)
    for exact_units, exact_nodes, passes in ((1, 1, 1), (1, 1, 6), (4, 1_000, 12), (8, 20_000, 12)):
        effort = PackParams(exact_units, exact_nodes, passes, support_ppm=options.support)
        measure(f"baskets, effort {exact_units}/{exact_nodes}/{passes}", baskets, effort, options.check, options.seed)


if __name__ == "__main__":
    main()
