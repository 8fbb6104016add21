"""Public instances by the name of their set, with the best costs that are known."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from doorstep.files.route_in import read_instance
from doorstep.files.route_instance import Convention, Instance

MOST_WRITTEN = 10**8
"""A best cost beyond is in units of the problem already; some of the mixed fleets are."""


@dataclass(frozen=True)
class Set:
    """Where the files of a set are, how they measure, and where their best costs stand.

    `factor` turns a best cost as written into units of the problem; 0: written under another convention.
    """

    folder: str
    table: str = ""  # of the best costs
    column: str = "bks_cost"
    factor: int = 1
    convention: Convention = ""


SETS = {
    "X": Set("routing_cvrp/X", "routing_cvrp"),
    "AGS": Set("routing_cvrp/AGS", "routing_cvrp"),
    "Solomon": Set("routing_vrptw/Solomon_100", "routing_vrptw", "bks", 1, "dimacs"),
    "GH200": Set("routing_vrptw/GH200", "routing_vrptw", "bks", 0, "dimacs"),
    "GH400": Set("routing_vrptw/GH400", "routing_vrptw", "bks", 0, "dimacs"),
    "GH600": Set("routing_vrptw/GH600", "routing_vrptw", "bks", 0, "dimacs"),
    "GH800": Set("routing_vrptw/GH800", "routing_vrptw", "bks", 0, "dimacs"),
    "GH1000": Set("routing_vrptw/GH1000", "routing_vrptw", "bks", 10, "dimacs"),
    "ORTEC": Set("routing_ortec"),
    "MDVRPTW": Set("routing_mdvrptw", "routing_mdvrptw", convention="exact"),
    "HFVRP": Set("routing_hfvrp", "routing_hfvrp", factor=100_000, convention="exact"),
    "Dethloff": Set("routing_vrpspd/DETHLOFF", "routing_vrpspd", "bks", 10_000),
    "Gehring": Set("routing_vrpspd/GEHRING", "routing_vrpspd", "bks", 1_000),
    "Salhi": Set("routing_vrpspd/SALHI", "routing_vrpspd", "bks", 0),
    "LiLim": Set("routing_pdptw_lilim", convention="dimacs"),
}


@dataclass(frozen=True)
class Case:
    """One instance of a set. `best` is the best cost known, in units of the problem; None: nobody says."""

    of: str
    name: str
    path: Path
    best: int | None

    def read(self) -> Instance:
        """Read the instance."""
        return read_instance(self.path, convention=SETS[self.of].convention)


def cases(name: str, root: Path, wanted: str = "*") -> list[Case]:
    """The instances of a set whose names match one of the patterns, joined by commas; `every:5` takes each fifth."""
    given = SETS[name]
    best = dict(_best(root, given))
    found = []
    for path in sorted((root / given.folder).iterdir()):
        short = path.name.removesuffix(".gz")
        short, _, ending = short.rpartition(".")
        if ending not in ("sol", "csv", "") and path.is_file() and short:
            found.append(Case(name, short, path, best.get(short)))
    if wanted.startswith("every:"):
        return found[:: int(wanted.removeprefix("every:"))]
    patterns = wanted.split(",")
    return [case for case in found if any(fnmatch(case.name, pattern) for pattern in patterns)]


def _best(root: Path, given: Set) -> Iterator[tuple[str, int]]:
    if not given.table or not given.factor:
        return
    with (root / given.table / "bks.csv").open(newline="") as rows:
        for row in csv.DictReader(rows):
            in_set = row.get("set") in (None, Path(given.folder).name)
            if in_set and row[given.column]:
                cost = float(row[given.column])
                yield row["instance"], round(cost if cost > MOST_WRITTEN else cost * given.factor)
