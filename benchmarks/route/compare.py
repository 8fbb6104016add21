"""Rounds of the product beside those of other engines: same wall seconds, same cores, one verifier.

python -m benchmarks.route.compare --set X --instances X-n303-k21,X-n502-k39 --seconds 30 --seeds 5 --engines own,pyvrp

The seconds count from the birth of each process: start-up, reading and set-up are in them. Whoever has not answered
some seconds after is killed. An answer is judged by the verifier and its cost reckoned anew; an instance without a
valid answer is shown and counted.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from pathlib import Path

from benchmarks.peer_versions import versions_of
from benchmarks.route.runs import OWN, PEERS, Terms, run, warm
from benchmarks.route.sets import SETS, cases
from benchmarks.route.tables import Row, per_engine, per_instance

ROOT = Path(__file__).resolve().parents[2]
HOW_TO = """No routing engines to compare with at {path}. Make their environment:
    python3 -m venv peers && peers/bin/pip install -r benchmarks/route/peers.txt
and name it: --peer-python peers/bin/python"""


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", default="X", choices=sorted(SETS))
    parser.add_argument("--instances", default="*", help="patterns of names, joined by commas; every:5: each fifth")
    parser.add_argument("--seconds", type=float, default=30.0, help="wall time of each process, start-up included")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--engines", default="own,pyvrp", help=f"of {', '.join([*OWN, *PEERS])}")
    parser.add_argument("--cores", type=int, default=1)
    parser.add_argument("--grace", type=float, default=5.0, help="seconds after which a process is killed")
    parser.add_argument("--peer-python", type=Path, default=Path(sys.executable), help="of the peers' environment")
    parser.add_argument("--out", type=Path, help="file of JSON lines, added to; what stands there is not run again")
    return parser.parse_args()


def main() -> None:
    """Run all, one after another, and print the tables."""
    given = options()
    root = Path(os.environ.get("DOORSTEP_DATA", ROOT.parent / "shared" / "data"))
    if not (root / "MANIFEST.csv").exists():
        sys.exit(f"no public data at {root}: set DOORSTEP_DATA")
    engines = given.engines.split(",")
    if unknown := set(engines) - {*OWN, *PEERS}:
        sys.exit(f"no engine {', '.join(sorted(unknown))}")
    chosen = cases(given.set, root, given.instances)
    if not chosen:
        sys.exit(f"no instance of {given.set} is called {given.instances}")
    print(machine(given, engines), flush=True)
    terms = Terms(given.seconds, given.cores, given.grace, str(given.peer_python))
    done = _done(given.out)
    rows: list[Row] = []
    for engine in OWN.keys() & set(engines):
        print(f"{engine} compiled: {warm(chosen[0], chosen[0].read().problem, engine, terms).wall_s:.0f} s", flush=True)
    for case in chosen:
        problem = case.read().problem
        for seed in range(given.seeds):
            for engine in engines:
                key = (given.set, case.name, engine, seed, given.seconds, given.cores)
                row = done.get(key) or run(case, problem, engine, seed, terms).record()
                if key not in done:
                    _keep(given.out, row)
                rows.append(row)
                why = f": {row['why'][0]}" if row["why"] else ""
                print(f"{case.name} {engine} {seed}: {row['status']} {row['cost']}{why}", file=sys.stderr, flush=True)
    print("", *per_instance(rows), "", *per_engine(rows), f"\nload at the end {os.getloadavg()[0]:.1f}", sep="\n")


def machine(given: argparse.Namespace, engines: list[str]) -> str:
    """What all of this ran on."""
    others = "no peers"
    if any(engine in PEERS for engine in engines):
        others = versions_of(given.peer_python, ("pyvrp", "ortools", "pyvroom"), HOW_TO)
    return (
        f"{given.set}, {given.seconds:g} s, {given.cores} of {os.cpu_count()} cores, {given.seeds} seeds; "
        f"{time.strftime('%Y-%m-%d')}, {platform.machine()}, load {os.getloadavg()[0]:.1f}, "
        f"Python {platform.python_version()}; {others}"
    )


def _done(out: Path | None) -> dict[tuple[object, ...], Row]:
    if out is None or not out.exists():
        return {}
    rows: list[Row] = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    names = ("set", "instance", "engine", "seed", "seconds", "cores")
    return {tuple(row[name] for name in names): row for row in rows}


def _keep(out: Path | None, row: Row) -> None:
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        with out.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
