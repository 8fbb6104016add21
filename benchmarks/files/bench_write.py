"""How long the files of a plan of a hundred thousand parcels take to be written.

Run: python benchmarks/files/bench_write.py [--parcels 100000]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from doorstep.domain.decision import Choice, Decision, Rejected
from doorstep.domain.money import Currency
from doorstep.domain.parcel import Content, CostParts, Parcel, Placement
from doorstep.files.output import output_folder
from doorstep.files.plan_out import write_decisions, write_plan, write_summary

COST = CostParts(80, 35, 420, 12, 0, 3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, default=100_000)
    count = parser.parse_args().parcels
    with tempfile.TemporaryDirectory() as place:
        started, busy = time.perf_counter(), time.process_time()
        with output_folder(Path(place, "plan")) as folder:
            write_plan(folder, parcels(count), [], Currency("EUR"))
            for _ in write_decisions(folder, decisions(count), Currency("EUR")):
                pass
            write_summary(folder, {"orders": count})
        seconds, busy = time.perf_counter() - started, time.process_time() - busy
        size = sum(entry.stat().st_size for entry in Path(place, "plan").iterdir()) / 1e6
    print(f"{count} parcels, {count} decisions, {size:.0f} MB: {seconds:.2f} s ({busy:.2f} s of processor)")


def parcels(count: int) -> Iterator[Parcel]:
    """Two units each."""
    ship_at, promised_by = datetime(2024, 5, 2, 17, tzinfo=UTC), date(2024, 5, 4)
    for n in range(count):
        order = f"o{n}"
        yield Parcel(
            f"p{n}",
            (order,),
            "ber",
            "S",
            "std",
            780,
            800,
            ship_at,
            promised_by,
            987_650,
            COST,
            (Content(order, "1", "mug", 2),),
            (Placement(order, "mug", 1, 0, 0, 0, 100, 90, 80), Placement(order, "mug", 2, 100, 0, 0, 100, 90, 80)),
        )


def decisions(count: int) -> Iterator[Decision]:
    """Twenty alternatives each."""
    chosen = (Choice("ber", "S", "std", "2024-05-02", "2024-05-04", 987_650, COST, ("mug",)),)
    rejected = tuple(Rejected(f"muc, carton S, service std-{n}", 700 + n, "") for n in range(20))
    for n in range(count):
        yield Decision(f"o{n}", chosen, 550, rejected, None, 550, True, True, "ab" * 32, 1)


if __name__ == "__main__":
    main()
