"""Other programs that rate, each in a process of its own in an environment of their own, on the same tariff."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.peer_versions import versions_of
from benchmarks.rate.instance import DESTINATIONS, STEPS
from benchmarks.rate.plain import cheapest

from doorstep.kernels.rate import Parcels, TariffTables

PROCESS = Path(__file__).with_name("peer_process.py")
ALL = ("pandas", "karrio_country", "karrio_zones")
HOW_TO = """No programs to compare with at {path}. Make their environment:
    python3 -m venv peers && peers/bin/pip install -r benchmarks/rate/peers.txt
and name it: --peer-python peers/bin/python"""
SAYS = """What each one says of the tariff:
- Doorstep: every price of every service, or why there is none; all rules.
- numpy, pandas: the cheapest price alone, zones resolved before; one divisor, five charges, no discount, minimum,
  areas, signature, insurance, groups or dates.
- karrio, by country: a price by weight for the whole country, and fuel. It has no origins and no prefixes, no weight by
  volume in the choice of a price, no conditions of surcharges, no minimum, no dates.
- karrio, by postcode: as before, with each zone a list of whole postcodes: those of the parcels rated and of no others.
Parcels in brackets: so many were rated within the limit of CPU seconds, the figure is theirs."""


@dataclass(frozen=True)
class Told:
    """What a peer did: parcels rated and CPU seconds, the sum of the cheapest prices, and words about it."""

    parcels: int
    cpu_s: float
    cheapest_sum: int
    note: str


def versions(python: Path) -> str:
    """Names and versions of the programs that are installed there."""
    return versions_of(python, ("pandas", "karrio", "karrio-generic", "numpy"), HOW_TO)


def ask(peer: str, python: Path, tables: TariffTables, parcels: list[Parcels], cap_s: float) -> Told:
    """Let a peer rate the parcels from the first on, as many as it manages within its CPU seconds."""
    with tempfile.TemporaryDirectory(prefix="doorstep-rate-") as folder:
        file = Path(folder) / "task.npz"
        _write(file, tables, parcels)
        task = json.dumps({"peer": peer, "cap_s": cap_s, "arrays": str(file)})
        one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        ran = subprocess.run(
            [python, PROCESS], input=task, capture_output=True, text=True, check=False, env=os.environ | one_thread
        )
    if ran.returncode:
        return Told(0, 0.0, 0, f"stopped with {ran.returncode}: {ran.stderr[-500:]}")
    return Told(**json.loads(ran.stdout.splitlines()[-1]))


def agrees(told: Told, tables: TariffTables, parcels: list[Parcels]) -> bool:
    """Whether a peer that finds the cheapest price finds those of plain numpy."""
    best = np.concatenate([cheapest(tables, some) for some in parcels])[: told.parcels]
    return told.cheapest_sum == int(best[best < np.iinfo(np.int64).max].sum())


def _write(file: Path, tables: TariffTables, parcels: list[Parcels]) -> None:
    """The tariff as plain arrays, zones resolved, prices of the first period; and the parcels."""
    ladders, lanes = tables.ladders, tables.lanes
    first = ladders.start[ladders.of[:, 0]]
    joined: dict[str, Any] = {
        name: np.concatenate([getattr(some, name) for some in parcels])
        for name in ("origin", "destination", "weight_g", "size_mm", "residential")
    }
    np.savez(
        file,
        **joined,
        code=lanes.code,
        origin_class=lanes.origin_class,
        destination_class=lanes.destination_class,
        zone_of_lane=lanes.zone,
        price_minor=ladders.price_minor[first[:, None] + np.arange(STEPS)],
        divisor=np.array([offer.dim_divisor_cm3_per_kg for offer in tables.services]),
        max_weight_g=np.array([offer.max_weight_g for offer in tables.services]),
        max_length_mm=np.array([offer.max_length_mm for offer in tables.services]),
        postcode=np.array([int(place.postcode) for place in tables.destinations[:DESTINATIONS]]),
    )
