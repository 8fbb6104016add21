"""A contract about volumes as tests have it: a minimum of a carrier's parcels in the last quarter of 2026."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from typing import Any

from doorstep.domain.commitment import Commitment, Tier

QUARTER = Commitment(
    "post-q4", "Postbird", "", "", "minimum", "parcels", "parcels", date(2026, 10, 1), date(2026, 12, 31),
    (Tier(10_000_000, 2_000_000),),
)  # fmt: skip


def contract(**changed: Any) -> Commitment:
    """Give that contract, or one that differs from it."""
    return replace(QUARTER, **changed)


def said(one: Commitment = QUARTER) -> dict[str, Any]:
    """Say it as a program does."""
    days = {"starts_on": one.starts_on.isoformat(), "ends_on": one.ends_on.isoformat()}
    return {**asdict(one), **days, "tiers": [asdict(tier) for tier in one.tiers]}
