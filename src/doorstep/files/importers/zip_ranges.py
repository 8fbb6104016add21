"""Zones between three-digit ZIP areas, written with as few rows as the formats need: by ranges on both sides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from doorstep.files.importers.tariff_folder import Row

PUERTO_RICO = ((6, 7), (9, 9))  # three-digit areas; addresses there may name the country US or PR


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Prefixes of one length, from the first to the last."""

    digits: int
    first: int
    last: int

    def text(self) -> tuple[str, str]:
        """The prefix that it begins with, and the one that it ends with; empty: the same."""
        first, last = (f"{number:0{self.digits}}" for number in (self.first, self.last))
        return first, "" if first == last else last


def joined(spans: Iterable[Span]) -> list[Span]:
    """Put spans that touch together; they are apart or equal."""
    found: list[Span] = []
    for span in sorted(set(spans)):
        before = found[-1] if found else None
        if before and before.digits == span.digits and before.last + 1 == span.first:
            found[-1] = Span(span.digits, before.first, span.last)
        else:
            found.append(span)
    return found


def joined_zones(zones: Mapping[Span, str]) -> list[tuple[Span, str]]:
    """Put neighbouring destinations of one zone together."""
    by_zone: dict[str, list[Span]] = {}
    for span, zone in zones.items():
        by_zone.setdefault(zone, []).append(span)
    return sorted((span, zone) for zone, spans in by_zone.items() for span in joined(spans))


def zone_rows(service: str, lanes: Iterable[tuple[Span, Mapping[Span, str]]]) -> Iterator[Row]:
    """Rows of zones.csv for what a service asks from each origin: destination -> zone."""
    origins: dict[tuple[Span, str], list[Span]] = {}
    for origin, zones in lanes:
        for line in joined_zones(zones):
            origins.setdefault(line, []).append(origin)
    for (end, zone), spans in sorted(origins.items()):
        for start in joined(spans):
            for country, part in _countries(end):
                yield (service, "US", *start.text(), country, *part.text(), zone)


def _countries(end: Span) -> Iterator[tuple[str, Span]]:
    """The destination in the United States, and the part of it that is Puerto Rico once more under its own code."""
    yield "US", end
    if end.digits == 3:
        for first, last in PUERTO_RICO:
            begins, ends = max(first, end.first), min(last, end.last)
            if begins <= ends:
                yield "PR", Span(3, begins, ends)
