"""Rows of commitments that have passed every rule, made into the nouns of the domain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import starmap
from typing import Any

from doorstep.domain.commitment import Commitment, DatedCommitmentPrice, Tier
from doorstep.files.table import Columns


def commitments(tables: Mapping[str, Columns]) -> tuple[Commitment, ...]:
    """Join each commitment with its tiers, the lowest first; none where the folder has no such file."""
    tiers: dict[str, list[Tier]] = {}
    refuses = set()
    for name, volume, amount in _rows(tables, "commitment_tiers", "commitment from_volume amount"):
        tiers.setdefault(name, []).append(Tier(volume, amount or 0))
        if amount is None:
            refuses.add(name)
    whose = "commitment carrier account service kind measure per starts_on ends_on"
    more = "fixed of_last_period last_volume"
    rows = zip(_rows(tables, "commitments", whose), _rows(tables, "commitments", more), strict=True)
    return tuple(Commitment(*(*head, _rising(tiers[head[0]]), *tail, head[0] in refuses)) for head, tail in rows)


def _rising(tiers: list[Tier]) -> tuple[Tier, ...]:
    return tuple(sorted(tiers, key=lambda one: one.from_volume_micros))


def prices(tables: Mapping[str, Columns]) -> tuple[DatedCommitmentPrice, ...]:
    """The rows of a folder, none where it has no such file."""
    names = "carrier service price valid_from valid_to"
    return tuple(starmap(DatedCommitmentPrice, _rows(tables, "commitment_prices", names)))


def _rows(tables: Mapping[str, Columns], table: str, names: str) -> Iterator[Any]:
    if table in tables:
        yield from zip(*(tables[table].values[name] for name in names.split()), strict=True)
