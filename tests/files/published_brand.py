"""A small brand folder in which durations are in force."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from doorstep.files.demo import demo_brand
from doorstep.flows.promise_fit import Fitted, FitWish, promise_fit
from doorstep.kernels.run import Run

NOW = datetime(2026, 11, 1, tzinfo=UTC)
EARLIER = datetime(2026, 10, 1, tzinfo=UTC)  # the history ends with the 14th


def published_brand(folder: Path, orders: int = 40, seed: int = 6) -> Fitted:
    """Make a demonstration folder, and publish what was known on the first of its last month."""
    demo_brand(folder, orders, seed)
    return fitted(folder, EARLIER)


def fitted(folder: Path, as_of: datetime | None = None, dry_run: bool = False) -> Fitted:
    return promise_fit(folder, FitWish(as_of, by="ann", dry_run=dry_run), run=Run(), now=NOW)
