"""How old stock is and how long it lasts: positions of every class as bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from doorstep.core.stock.fitness import Kind
from doorstep.documents.report.wording import percent
from doorstep.documents.svg import element, picture

WIDTH, NAMES, ROW = 360, 150, 26
LONGEST = WIDTH - NAMES - 44
AGES: Mapping[Kind, str] = {
    "age_30": "under 30 days", "age_60": "30 to 59 days", "age_90": "60 to 89 days", "age_older": "90 days or more",
}  # fmt: skip
COVERS: Mapping[Kind, str] = {
    "cover_out": "nothing left", "cover_short": "less than the lead time", "cover_near": "1 to 2 lead times",
    "cover_long": "more than 2", "cover_endless": "nothing is taken",
}  # fmt: skip
NAMES_OF: Mapping[Kind, str] = {
    "at_risk": "likely to run out", "dead": "not moved for 90 days",
    **{kind: f"oldest unit {name}" for kind, name in AGES.items()},
    **{kind: f"cover: {name}" for kind, name in COVERS.items()},
}  # fmt: skip
_LOW: frozenset[Kind] = frozenset({"age_older", "cover_out", "cover_short"})  # a person should look at these


@dataclass(frozen=True, slots=True)
class Bar:
    kind: Kind
    name: str
    positions: int


@dataclass(frozen=True, slots=True)
class Chart:
    title: str
    takeaway: str
    drawing: Markup
    bars: tuple[Bar, ...]


def ages(counts: Mapping[Kind, int]) -> Chart:
    old = _share(counts, AGES, ("age_older",))
    return _chart("Age of the oldest unit", f"In {old} of the positions with stock it is 90 days old or more.",
                  counts, AGES, "ages")  # fmt: skip


def covers(counts: Mapping[Kind, int]) -> Chart:
    low = _share(counts, COVERS, ("cover_out", "cover_short"))
    return _chart("Cover against the lead time", f"In {low} of the positions stock ends before new goods can be there.",
                  counts, COVERS, "covers")  # fmt: skip


def _share(counts: Mapping[Kind, int], names: Mapping[Kind, str], of: Sequence[Kind]) -> str:
    whole = sum(counts[kind] for kind in names)
    return percent(sum(counts[kind] for kind in of) / whole, 0) if whole else "0%"


def _chart(title: str, takeaway: str, counts: Mapping[Kind, int], names: Mapping[Kind, str], key: str) -> Chart:
    bars = tuple(Bar(kind, name, counts[kind]) for kind, name in names.items())
    most = max((one.positions for one in bars), default=0) or 1
    drawn = []
    for row, one in enumerate(bars):
        y = row * ROW + 6
        wide = LONGEST * one.positions / most
        drawn.append(element("text", one.name, x=0, y=y + 12, class_="label"))
        if one.positions:
            kind = "bar-low" if one.kind in _LOW else "bar"
            drawn.append(element("rect", x=NAMES, y=y, width=max(1.0, wide), height=16, class_=kind))
        drawn.append(element("text", f"{one.positions:,}", x=NAMES + wide + 6, y=y + 12, class_="label number"))
    return Chart(title, takeaway, picture(WIDTH, len(bars) * ROW + 8, title, takeaway, drawn, key), bars)
