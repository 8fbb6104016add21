"""The packer beside others on the same orders and cartons: fewest boxes, then least carton volume.

python -m benchmarks.pack.compare --peer-python peers/bin/python [--orders N] [--sets real,olist,olist_tsu]

Every placement of everybody goes through one check; an answer that is invalid or leaves units counts as a loss.
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
from benchmarks.pack import own, peers
from benchmarks.pack.scores import Answer, score
from benchmarks.pack.sets import OrderSet, order_set
from benchmarks.pack.tables import OUR_BEST, OUR_CHEAPEST, OUR_DEFAULT, Row, aims, losses, quality, speed

from doorstep.domain.units import PPM
from doorstep.kernels.pack.problem import EFFORT

ROOT = Path(__file__).resolve().parents[2]
SETS = ("real", "olist", "olist_geometric", "olist_tsu", "containers")
TIMED = ("quick", "usual")
LARGE = "containers"


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer-python", type=Path, default=Path("peers/bin/python"), help="of the peers' environment")
    parser.add_argument("--peers", default=",".join(peers.ALL), help="empty: none")
    parser.add_argument("--orders", type=int, default=1_000, help="of each set")
    parser.add_argument("--loads", type=int, default=20, help="of the set of containers")
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--support", type=float, default=0.0, help="share of a base that must rest on something")
    parser.add_argument("--effort", default=",".join(EFFORT))
    parser.add_argument("--cap", type=float, default=60.0, help="CPU seconds of a peer on a set")
    parser.add_argument("--own-cap", type=float, default=600.0, help="CPU seconds of an effort of ours on a set")
    parser.add_argument("--keep", type=Path, help="folder of the peers' answers: written, and read by later runs")
    return parser.parse_args()


def row_of(name: str, orders: OrderSet, answers: list[Answer], support_ppm: int, is_own: bool) -> Row:
    """Judge the answers."""
    scores = [score(orders, load, answer, support_ppm) for load, answer in enumerate(answers)]
    for load, one in enumerate(scores):
        if not one.good and (is_own or one.faults):
            print(f"{name}, order {load}: {one.unpacked} units left; {'; '.join(one.faults[:3])}", file=sys.stderr)
    return Row(name, answers, scores, own=is_own)


def own_rows(orders: OrderSet, given: argparse.Namespace, support_ppm: int) -> list[Row]:
    """One row per effort, and one that is after the least cost."""
    rows = []
    problem, efforts = own.boxes_first(orders), [name for name in given.effort.split(",") if name]
    for effort in efforts:
        ran = own.run(problem, effort, support_ppm, given.own_cap)
        row = row_of(f"doorstep {effort}", orders, ran.answers, support_ppm, is_own=True)
        times = own.one_by_one(problem, effort, support_ppm) if effort in TIMED and orders.name != LARGE else None
        rows.append(Row(row.name, row.answers, row.scores, own=True, proven=ran.proven, times=times))
        print(f"{orders.name}: {row.name} done", file=sys.stderr)
    if "usual" in efforts:
        ran = own.run(own.cheapest(orders), "usual", support_ppm, given.own_cap)
        row = row_of(OUR_CHEAPEST, orders, ran.answers, support_ppm, is_own=True)
        rows.append(Row(row.name, row.answers, row.scores, own=True, ranked=False))
    return rows


def peer_rows(orders: OrderSet, given: argparse.Namespace, support_ppm: int) -> list[Row]:
    """One row per peer that can pack this set under this rule."""
    rows = []
    for name in [name for name in given.peers.split(",") if name]:
        why = peers.cannot(name, orders, given.support)
        if why:
            print(f"{orders.name}: {name} is left out, it {why}")
            continue
        kept = None if given.keep is None else given.keep / _file(name, orders, given)
        answers = peers.answers(name, given.peer_python, orders, given.support, given.cap, kept)
        rows.append(row_of(name, orders, answers, support_ppm, is_own=False))
        print(f"{orders.name}: {name} done", file=sys.stderr)
        missing = orders.orders.loads - len(answers)
        if missing:
            print(f"{orders.name}: {name} did not come to {missing:,} orders within {given.cap:g} CPU seconds")
        errors = [answer.error for answer in answers if answer.error]
        if errors:
            print(f"{orders.name}: {name} gave up on {len(errors)} orders: {errors[0]}")
    return rows


def _file(name: str, orders: OrderSet, given: argparse.Namespace) -> str:
    return f"{name}-{orders.name}-{orders.orders.loads}-{given.seed}-{given.support:g}-{given.cap:g}.jsonl"


def machine(given: argparse.Namespace) -> str:
    """What all of this ran on."""
    load = os.getloadavg()[0]
    others = peers.versions(given.peer_python) if given.peers else "no peers"
    return (
        f"{time.strftime('%Y-%m-%d')}, {platform.machine()}, {os.cpu_count()} cores, load {load:.1f}, Python "
        f"{platform.python_version()}, numpy {np.__version__}, numba {numba.__version__}; {others}; "
        f"seed {given.seed}, support {given.support:g}; CPU seconds"
    )


def main() -> None:
    """Run all sets and print their tables, then the aims."""
    given = options()
    root = Path(os.environ.get("DOORSTEP_DATA", ROOT.parent / "shared" / "data"))
    if not (root / "MANIFEST.csv").exists():
        sys.exit(f"no public data at {root}: set DOORSTEP_DATA")
    print(machine(given), flush=True)
    support_ppm, verdicts = round(given.support * PPM), []
    for name in given.sets.split(","):
        orders = order_set(name, root, given.loads if name == LARGE else given.orders, given.seed)
        units = orders.orders.load_units().mean()
        print(f"\n### {name}\n\n{orders.note}; {units:.1f} units an order.")
        print(f"First call, reading or filling the cache of compiled code: {own.warm(orders, support_ppm):.1f} CPU s.")
        rows = [*own_rows(orders, given, support_ppm), *peer_rows(orders, given, support_ppm)]
        loads = orders.orders.loads
        print("", *quality(rows, loads), "", *speed(rows), sep="\n", flush=True)
        verdicts += aims(name, rows, orders.orders.load_units().tolist())
        for row in rows:
            if row.name in (OUR_DEFAULT, OUR_BEST):
                print(*losses(row, rows), sep="\n", file=sys.stderr)
    print("\n### Aims\n", *verdicts, f"\nload at the end {os.getloadavg()[0]:.1f}", sep="\n")


if __name__ == "__main__":
    main()
