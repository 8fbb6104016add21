"""Cost parts: a bar and its figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from markupsafe import Markup

from doorstep.documents.report.tally import PARTS, part_minor
from doorstep.documents.report.wording import amount, percent
from doorstep.documents.svg import element, linked, picture
from doorstep.domain.money import Currency
from doorstep.domain.parcel import CostParts

WIDTH = 360


@dataclass(frozen=True, slots=True)
class Part:
    key: str
    name: str
    minor: int
    share: str


@dataclass(frozen=True, slots=True)
class Costs:
    bar: Markup
    parts: tuple[Part, ...]  # those that are not zero
    total_minor: int
    currency: str


def costs(parts: CostParts, currency: str) -> Costs:
    shares = _shares([parts])
    total = parts.total_minor
    return Costs(_bar(shares, 300, 10), shares, total, currency)


def costs_picture(
    all_parts: Iterable[CostParts], currency: Currency, to: Callable[[str], str]
) -> tuple[Markup, str, tuple[Part, ...]]:
    """Draw what an average parcel costs, part by part; with a sentence and the figures. `to` leads from a part on."""
    listed = list(all_parts)
    shares = _shares(listed)
    total = sum(part.minor for part in shares)
    largest = max(shares, key=lambda part: part.minor, default=None)
    each = amount(currency, round(total / len(listed))) if listed else amount(currency, 0)
    takeaway = f"A parcel costs {each} on average"
    takeaway += (
        f"; {largest.name.lower()} makes {percent(largest.minor / total, 0)} of it." if largest and total else "."
    )
    drawn: list[Markup] = [element("g", *_rects(shares, WIDTH, 34), transform="translate(0 20)")]
    for row, part in enumerate(shares):
        y, of_one = 82 + row * 20, amount(currency, round(part.minor / len(listed)))
        written = (
            element("rect", x=0, y=y - 9, width=10, height=10, class_=f"part-{part.key}"),
            element("text", part.name, x=16, y=y, class_="label"),
            element("text", of_one, x=250, y=y, class_="label number end"),
            element("text", part.share, x=WIDTH, y=y, class_="label end"),
        )
        drawn.append(linked(to(part.key), f"{part.name}: {of_one}, {part.share}", *written))
    drawing = picture(WIDTH, 196, "What a parcel costs", takeaway, drawn, "parts", role="group")
    return drawing, takeaway, shares


def _shares(listed: list[CostParts]) -> tuple[Part, ...]:
    sums = [(key, name, sum(part_minor(parts, key) for parts in listed)) for key, name in PARTS]
    whole = sum(minor for _, _, minor in sums)
    return tuple(
        Part(key, name, minor, percent(minor / whole, 0) if whole else "") for key, name, minor in sums if minor
    )


def _bar(shares: tuple[Part, ...], width: int, height: int) -> Markup:
    return element(
        "svg",
        *_rects(shares, width, height),
        viewBox=f"0 0 {width} {height}",
        preserveAspectRatio="none",
        class_="cost-bar",
        aria_hidden="true",
    )


def _rects(shares: tuple[Part, ...], width: int, height: int) -> list[Markup]:
    whole = sum(part.minor for part in shares if part.minor > 0)
    drawn, x = [], 0.0
    for part in shares:
        if part.minor <= 0:
            continue
        wide = width * part.minor / whole
        drawn.append(element("rect", x=x, y=0, width=max(0.5, wide - 1), height=height, class_=f"part-{part.key}"))
        x += wide
    return drawn
