"""Windows out: which to offer a shopper, what each costs and how sure it is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from doorstep.domain.slots import Offer, instant_text
from doorstep.domain.units import PPM
from doorstep.files.write import write_csv

SLOT_COLUMNS = (
    "stop", "rank", "window_from", "window_to", "offered", "cost", "on_time_probability", "others_lose", "profit",
    "vehicle", "begins", "why",
)  # fmt: skip


def write_slots(folder: Path, offers: Iterable[Offer], origin: datetime | None) -> None:
    """Write slots.csv into a folder: of each shopper every window, the best first."""
    write_csv(folder / "slots.csv", SLOT_COLUMNS, (_row(one, origin) for one in offers))


def _row(one: Offer, origin: datetime | None) -> tuple[object, ...]:
    cost, profit = (None if amount is None else f"{amount / PPM:.2f}" for amount in (one.cost, one.profit))
    sure, others = (None if ppm is None else f"{ppm / PPM:.6f}" for ppm in (one.on_time_ppm, one.others_ppm))
    begins = None if one.begins_s is None else instant_text(one.begins_s, origin)
    return (
        one.stop, one.rank, instant_text(one.from_s, origin), instant_text(one.to_s, origin), one.offered, cost, sure,
        others, profit, one.vehicle, begins, one.why,
    )  # fmt: skip
