"""The health of stock in classes, and by pages: which positions are old, short, dead or at risk. A position is a
product at a site."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal, get_args

from doorstep.core.paging import Page, page, read_cursor
from doorstep.core.stock.health import HealthRow
from doorstep.domain.units import PPM

Kind = Literal[
    "at_risk", "dead", "age_30", "age_60", "age_90", "age_older", "cover_out", "cover_short", "cover_near",
    "cover_long", "cover_endless",
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)
AGES: tuple[tuple[Kind, int], ...] = (("age_30", 30), ("age_60", 60), ("age_90", 90))  # less than so many days
RISKY = 0.05  # chance of running out from which a position is at risk


def kinds_of(row: HealthRow) -> set[Kind]:
    """Every class that a position belongs to: one of cover, one of age if anything is there, and the two alarms."""
    found: set[Kind] = {_cover(row)}
    if row.stock_out_risk >= RISKY:
        found.add("at_risk")
    if row.dead:
        found.add("dead")
    if row.oldest_days is not None:
        found.add(next((kind for kind, days in AGES if row.oldest_days < days), "age_older"))
    return found


def count_kinds(rows: Iterable[HealthRow]) -> dict[Kind, int]:
    """Count positions of every class, those without any included."""
    counted = Counter(kind for row in rows for kind in kinds_of(row))
    return {kind: counted[kind] for kind in KINDS}


def paged(rows: Sequence[HealthRow], kind: Kind | None, after: str | None, limit: int) -> Page[HealthRow]:
    """Give the rows of a class, the most endangered first. Raises InvalidCursor."""
    found = sorted((row for row in rows if kind is None or kind in kinds_of(row)), key=_key)
    if after is not None:
        last = read_cursor(after, int, str, str, str)
        found = [row for row in found if _key(row) > last]
    return page(found, limit, lambda row: row, _key)


def _cover(row: HealthRow) -> Kind:
    if row.days_of_cover is None:
        return "cover_endless"
    if not row.available:
        return "cover_out"
    if row.days_of_cover < row.lead_days:
        return "cover_short"
    return "cover_near" if row.days_of_cover < 2 * row.lead_days else "cover_long"


def _key(row: HealthRow) -> tuple[int, str, str, str]:
    return -round(row.stock_out_risk * PPM), row.site, row.sku, row.brand
