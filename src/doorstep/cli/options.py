"""Options that several commands share, and how their values are read."""

from __future__ import annotations

import re
from datetime import date, datetime
from math import isfinite
from pathlib import Path
from typing import Annotated

import typer

LARGEST_SEED = 2**63 - 1
LARGEST_COUNT = 10_000_000
LARGEST_AMOUNT = 10**9  # major units
MOST_WORKERS = 256


def day(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.isoformat() != text:  # 20261015 and 2026-W42-4 are dates as well, but not ours
        raise typer.BadParameter(f"{text!r} is not a date; write YYYY-MM-DD, as in 2026-10-15")
    return found


def instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise typer.BadParameter(f"{text!r} is not an instant with an offset; write 2026-10-15T12:00:00+02:00")
    return found


def seed_number(seed: int) -> int:
    return _at_most(seed, LARGEST_SEED)


def finite(seconds: float) -> float:
    """Seconds that end: Python takes `nan` for a number, and no clock ever shows it."""
    if not isfinite(seconds):
        raise typer.BadParameter(f"{seconds} is no number of seconds")
    return seconds


def some(count: int | None) -> int | None:
    return None if count is None else _at_most(count, LARGEST_COUNT)


def _at_most(number: int, most: int) -> int:
    if number > most:
        raise typer.BadParameter(f"{number} is more than {most:,}")
    return number


def folder(text: str) -> Path:
    """An empty shell variable means no folder, and not the one we stand in."""
    if not text.strip():
        raise typer.BadParameter("is empty; name a folder, or . for this one")
    return Path(text)


def support_share(text: str) -> str:
    return _decimal(text, 1)


def price(text: str | None) -> str | None:
    return None if text is None else _decimal(text, 1000)


def amount(text: str | None) -> str | None:
    """Money that may be as much as the files take."""
    return None if text is None else _decimal(text, LARGEST_AMOUNT)


def _decimal(text: str, most: int) -> str:
    """A decimal from 0 to `most`, of at most 6 decimals, as it was written."""
    match = re.fullmatch(r"([0-9]{1,10})(?:\.([0-9]{1,6}))?", text)
    if not match or int(match[1]) * 10**6 + int((match[2] or "0").ljust(6, "0")) > most * 10**6:
        raise typer.BadParameter(f"{text!r} is not a decimal from 0 to {most}, such as 0.8")
    return text


def currency_code(text: str) -> str:
    from doorstep.files.codes import CURRENCIES

    if text and text not in CURRENCIES:
        raise typer.BadParameter(f"{text!r} is not a currency code of ISO 4217 such as EUR")
    return text


BrandFolder = Annotated[Path, typer.Argument(metavar="FOLDER", parser=folder, help="The brand folder.")]
NewFolder = Annotated[Path, typer.Argument(metavar="FOLDER", help="The brand folder to make.")]
Seed = Annotated[int, typer.Option(metavar="S", min=0, callback=seed_number, help="Equal seeds give equal results.")]
Force = Annotated[bool, typer.Option("--force", help="Replace the folder, whatever it holds.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON, and draw no progress bars.")]
