"""Parcels by site and service, shaded by how many."""

from __future__ import annotations

from dataclasses import dataclass

from doorstep.documents.report.plan_report import PlanReport
from doorstep.documents.report.tally import Tally
from doorstep.documents.report.wording import count

LEVELS = 5  # shades
SERVICES_SHOWN = 10


@dataclass(frozen=True, slots=True)
class LaneRow:
    site: str
    name: str
    cells: tuple[tuple[str, int], ...]  # text and shade
    total: str


@dataclass(frozen=True, slots=True)
class Lanes:
    services: tuple[str, ...]
    rows: tuple[LaneRow, ...]
    totals: tuple[str, ...]


def lanes(report: PlanReport, tallied: Tally) -> Lanes | None:
    """The busiest services as columns, the rest together in a last one. None: no parcel."""
    if not tallied.lanes:
        return None
    by_service: dict[str, int] = {}
    for (_, service), parcels in tallied.lanes.items():
        by_service[service] = by_service.get(service, 0) + parcels
    ranked = sorted(by_service, key=lambda s: (-by_service[s], s))
    shown, rest = ranked[:SERVICES_SHOWN], ranked[SERVICES_SHOWN:]
    most = max(tallied.lanes.values())
    names = {site.site: site.name for site in report.sites}
    rows = []
    for site in sorted(tallied.sites, key=lambda s: (-tallied.sites[s].parcels, s)):
        numbers = [tallied.lanes.get((site, service), 0) for service in shown]
        if rest:
            numbers.append(sum(tallied.lanes.get((site, service), 0) for service in rest))
        cells = tuple((count(n) if n else "·", -(-n * LEVELS // most) if n <= most else LEVELS) for n in numbers)
        rows.append(LaneRow(site, names.get(site, ""), cells, count(tallied.sites[site].parcels)))
    totals = [by_service[service] for service in shown]
    if rest:
        totals.append(sum(by_service[service] for service in rest))
    heads = (*shown, f"{len(rest)} others") if rest else tuple(shown)
    return Lanes(heads, tuple(rows), tuple(count(n) for n in (*totals, sum(by_service.values()))))
