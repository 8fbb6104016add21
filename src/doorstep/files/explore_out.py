"""Services to be measured, as explore.csv of a brand folder: `doorstep plan` goes by it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from doorstep.domain.exploration import ServiceTrial
from doorstep.domain.units import PPM
from doorstep.files.write import write_csv

COLUMNS = ("service", "share", "most_extra")
MICROS = 1_000_000


def write_explore(folder: Path, trials: Iterable[ServiceTrial]) -> None:
    """Write it, also when there is nothing to measure; money and shares as decimals."""
    rows = ((one.service, _text(one.share_ppm, PPM), _text(one.most_extra_micros, MICROS)) for one in trials)
    write_csv(folder / "explore.csv", COLUMNS, rows)


def _text(number: int, unit: int) -> str:
    return f"{number // unit}.{number % unit:06d}"
