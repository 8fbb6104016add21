"""A brand folder as of today: its orders came in yesterday, whenever it was made, so that something leaves today."""

from __future__ import annotations

import csv
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

ORDERS = "orders.csv"
DATED = {
    ORDERS: ("placed_at", "not_before"),
    "inbound.csv": ("expected_at",),
    "rates.csv": ("valid_from", "valid_to"),
    "surcharges.csv": ("valid_from", "valid_to"),
    "disruptions.csv": ("starts_on", "ends_on", "declared_on"),
    "history.csv": ("placed_at", "approved_at", "handed_over_at", "delivered_at", "promised_by", "ready_by"),
}
WHOLE_WEEKS = ("history.csv",)  # transit is learned by working days, which must stay what they are


def as_of(folder: Path, into: Path, today: date) -> Path:
    """Copy a folder with its dates moved. One whose orders cannot be read is given back: who loads it says why."""
    days = _age(folder / ORDERS, today)
    if days is None:
        return folder
    shutil.rmtree(into, ignore_errors=True)
    shutil.copytree(folder, into, ignore=lambda _, names: [one for one in names if not one.endswith(".csv")])
    for name, columns in DATED.items():
        if (into / name).exists():
            _move(into / name, columns, timedelta(days=days // 7 * 7 if name in WHOLE_WEEKS else days))
    return into


def _age(orders: Path, today: date) -> int | None:
    """By how many days the last order has to move to be of yesterday; None: that cannot be said."""
    try:
        with orders.open(encoding="utf-8-sig", newline="") as rows:
            last = max(datetime.fromisoformat(row["placed_at"]).date() for row in csv.DictReader(rows))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return (today - last).days - 1


def _move(file: Path, columns: tuple[str, ...], by: timedelta) -> None:
    with file.open(encoding="utf-8-sig", newline="") as rows:
        read = csv.DictReader(rows)
        names, kept = list(read.fieldnames or ()), list(read)
    for row in kept:
        for column in columns:
            if row.get(column):
                row[column] = _moved(row[column], by)
    with file.open("w", encoding="utf-8", newline="") as out:
        written = csv.DictWriter(out, names, lineterminator="\n")
        written.writeheader()
        written.writerows(kept)


def _moved(text: str, by: timedelta) -> str:
    try:
        return (datetime.fromisoformat(text) + by).isoformat() if len(text) > len("2026-01-01") else _day(text, by)
    except (ValueError, OverflowError):
        return text  # whoever loads it says what is wrong


def _day(text: str, by: timedelta) -> str:
    return (date.fromisoformat(text) + by).isoformat()
