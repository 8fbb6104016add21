"""Linehauls on the map and in figures: parcels that go in bulk to a depot, where a local service takes them over."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from doorstep.documents.report.option_words import service_words
from doorstep.documents.report.plan_report import PlanReport
from doorstep.documents.report.tally import Tally
from doorstep.documents.report.wording import count, counted
from doorstep.documents.svg import element

Spot = tuple[float, float]
WIDEST = 4.0  # pixels, of the busiest


@dataclass(frozen=True, slots=True)
class HaulRow:
    """What went by one linehaul."""

    linehaul: str
    site: str
    depot: str
    services: str  # that take over, the busiest first
    parcels: str


def handed_over(tallied: Tally) -> Counter[str]:
    """Parcels by the depot at which a local service takes them over."""
    found: Counter[str] = Counter()
    for (_, _, depot, _), parcels in tallied.hauls.items():
        found[depot] += parcels
    return found


def haul_rows(report: PlanReport, tallied: Tally) -> tuple[HaulRow, ...]:
    """The busiest linehaul first."""
    sites = {one.site: one.name or one.site for one in report.sites}
    named = {one.service: service_words(one.service, one.carrier, one.name) for one in report.services}
    found: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for (linehaul, site, depot, service), parcels in tallied.hauls.items():
        found[linehaul, site, depot][named.get(service, service)] += parcels
    ranked = sorted(found.items(), key=lambda one: (-one[1].total(), one[0]))
    return tuple(
        HaulRow(
            linehaul,
            sites.get(site, site),
            sites.get(depot, depot),
            ", ".join(sorted(by, key=lambda one: (-by[one], one))),
            count(by.total()),
        )
        for (linehaul, site, depot), by in ranked
    )


def haul_lines(
    report: PlanReport, tallied: Tally, spots: Mapping[str, Spot], at: Callable[[float, float], Spot]
) -> list[Markup]:
    """A dashed line for each way from a site to a depot, the wider the more parcels go."""
    sites = {one.site: one.name or one.site for one in report.sites}
    legs: Counter[tuple[str, str]] = Counter()
    for (_, site, depot, _), parcels in tallied.hauls.items():
        if site in spots and depot in spots:
            legs[site, depot] += parcels
    most = max(legs.values(), default=1)
    drawn = []
    for (site, depot), parcels in sorted(legs.items()):
        (x1, y1), (x2, y2) = at(*spots[site]), at(*spots[depot])
        tip = element("title", f"Linehaul from {sites[site]} to {sites[depot]}: {counted(parcels, 'parcel')}")
        wide = max(1.5, WIDEST * parcels / most)
        drawn.append(element("line", tip, x1=x1, y1=y1, x2=x2, y2=y2, stroke_width=wide))
    return drawn
