"""The import: rows read, put together by service and zone for parcels that leave one country, written as a tariff."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from doorstep.domain.errors import Fault, InputRefused
from doorstep.files.codes import COUNTRIES
from doorstep.files.importers.karrio.source import Line, read_lines
from doorstep.files.importers.measures import grams
from doorstep.files.importers.tariff_folder import (
    ALTERED,
    EXCHANGE_COLUMNS,
    RATE_COLUMNS,
    SERVICE_COLUMNS,
    SURCHARGE_COLUMNS,
    ZONE_COLUMNS,
    Findings,
    Row,
    TariffImport,
    write_tariff_folder,
)
from doorstep.files.schema_carriage import MAX_SIDE_MM, MAX_WEIGHT_G
from doorstep.kernels.run import Progress, silent

ASSUMPTIONS = Path(__file__).with_name("assumptions.toml")
STAGE, STAGES = "importing", 2
Ladder = dict[int, Line]  # up to so many grams -> the row that prices it


def import_karrio(
    sources: tuple[Path, ...],
    folder: Path,
    origin: str,
    exchange: Mapping[str, str] | None = None,
    progress: Progress = silent,
    force: bool = False,
) -> TariffImport:
    """Turn services files into a tariff for parcels that leave the country `origin`.

    `exchange` says what a unit of a currency is worth in that of the tariff: the one that has no such rate. Raises
    InputRefused with every fault before anything is written, and OutputRefused when the folder cannot be written.
    """
    findings = Findings()
    assumed = tomllib.loads(ASSUMPTIONS.read_text(encoding="utf-8"))
    progress(STAGE, 0, STAGES)
    pounds = tuple(assumed["units"]["pounds_and_inches"])
    lines = [line for source in sources for line in read_lines(source, pounds, findings)]
    findings.refuse_if_any()
    services = _services(lines, origin, findings)
    made = {service: _Zones(service, rows, origin, findings) for service, rows in services.items()}
    made = {service: zones for service, zones in made.items() if zones.ladders}
    if not made:
        why = f"has no price for parcels that leave {origin}"
        raise InputRefused((Fault(", ".join(source.name for source in sources), 0, "", "", why),), 1)
    currencies = {line.currency for zones in made.values() for line in zones.lines()}
    others = _exchange(currencies, exchange or {})
    least = grams(assumed["weight"]["from_nothing_kg"], pounds=False)
    tables: dict[str, tuple[tuple[str, ...], list[Row]]] = {
        "services": (SERVICE_COLUMNS, [_service(one, assumed, findings) for one in made.values()]),
        "zones": (ZONE_COLUMNS, [row for one in made.values() for row in one.rows()]),
        "rates": (RATE_COLUMNS, [row for one in made.values() for row in _rates(one, least, findings)]),
        "surcharges": (SURCHARGE_COLUMNS, []),
    }
    if others:
        tables["exchange_rates"] = (EXCHANGE_COLUMNS, others)
    report = TariffImport(
        layout="karrio services files",
        sources=tuple(source.name for source in sources),
        services=len(made),
        zones=len(tables["zones"][1]),
        rates=len(tables["rates"][1]),
        without_zones=(),
        untold=tuple(findings.untold),
    )
    progress(STAGE, 1, STAGES)
    write_tariff_folder(folder, tables, report, force, sources, (ASSUMPTIONS,))
    progress(STAGE, STAGES, STAGES)
    return report


def _services(lines: list[Line], origin: str, findings: Findings) -> dict[str, list[Line]]:
    """The rows of each service that have a price and are of a carrier that collects in `origin`."""
    services: dict[str, list[Line]] = {}
    homes = _homes(lines)
    for file in sorted(file for file, home in homes.items() if not home):
        findings.leave(file, 0, "", f"does not tell where the carrier is at home: taken as one of {origin}", ALTERED)
    for line in lines:
        home = homes[line.file]
        if home and origin not in home:
            why = f"is of a carrier at home in {' '.join(sorted(home))}: parcels leave {origin}"
            findings.leave(line.file, line.row, f"{line.code}, {line.label}", why)
        elif line.price:
            services.setdefault(f"{line.carrier}:{line.code}", []).append(line)
        else:
            findings.leave(line.file, line.row, f"{line.code}, {line.label}", "has no price, or the price 0")
    return services


def _homes(lines: list[Line]) -> dict[str, set[str]]:
    """Where the carrier of each file is at home: the countries that its domestic rows name; none: not told."""
    homes: dict[str, set[str]] = {line.file: set() for line in lines}
    for line in lines:
        if line.domestic and not line.international:
            homes[line.file] |= set(line.countries)
    return homes


def _exchange(currencies: set[str], exchange: Mapping[str, str]) -> list[Row]:
    """Rates of exchange of the currencies in use. Raises InputRefused when more than one currency has none."""
    own = sorted(currencies - set(exchange))
    if len(own) != 1:
        why = (
            f"several currencies, {', '.join(own)}: give all but one a rate of exchange"
            if own
            else f"{', '.join(sorted(currencies))} all have rates of exchange: the tariff needs a currency of its own"
        )
        raise InputRefused((Fault("exchange", 0, "", "", why),), 1)
    return [(currency, exchange[currency]) for currency in sorted(currencies & set(exchange))]


class _Zones:
    """What a service asks from one country: zone -> prices by weight, and which zone each country is in."""

    def __init__(self, service: str, lines: list[Line], origin: str, findings: Findings) -> None:
        self.service, self.first, self.origin = service, lines[0], origin
        self.ladders: dict[str, Ladder] = {}
        self.zone_of: dict[str, str] = {}
        names: dict[tuple[str, tuple[str, ...]], str] = {}
        reached: dict[str, list[str]] = {}
        for line in lines:
            ends = _reached(line, origin)
            if not ends:
                why = f"is for parcels within another country than {origin}"
                findings.leave(line.file, line.row, f"{line.code}, {line.label}", why)
                continue
            zone = _named(names, line)
            if self._take(zone, line, findings):
                reached.setdefault(zone, ends)
        named = {zone for (_, countries), zone in names.items() if countries}
        for zone, ends in sorted(reached.items(), key=lambda one: one[0] not in named):  # everywhere comes last
            self._assign(zone, ends, zone in named, findings)
        self.ladders = {zone: prices for zone, prices in self.ladders.items() if zone in set(self.zone_of.values())}

    def _take(self, zone: str, line: Line, findings: Findings) -> bool:
        up_to = MAX_WEIGHT_G if line.up_to_g is None else min(line.up_to_g, MAX_WEIGHT_G)
        known = self.ladders.setdefault(zone, {}).setdefault(up_to, line)
        if known is not line:
            why = f"has the zone and greatest weight of row {known.row}, which is kept"
            findings.leave(line.file, line.row, f"{line.code}, {line.label}", why)
        return known is line

    def _assign(self, zone: str, ends: list[str], named: bool, findings: Findings) -> None:
        taken = [country for country in ends if self.zone_of.setdefault(country, zone) != zone]
        if taken and named:
            line = next(iter(self.ladders[zone].values()))
            why = "has countries that another zone of the service has as well, and keeps"
            findings.leave(line.file, line.row, f"{line.code}, {line.label}: {' '.join(taken)}", why)

    def lines(self) -> list[Line]:
        return [line for prices in self.ladders.values() for line in prices.values()]

    def rows(self) -> Iterator[Row]:
        for country, zone in sorted(self.zone_of.items()):
            yield (self.service, self.origin, "", "", country, "", "", zone)


def _reached(line: Line, origin: str) -> list[str]:
    """Countries that a row is for when parcels leave `origin`; neither flag, or both: home and abroad."""
    listed = line.countries or tuple(sorted(COUNTRIES))
    everywhere = line.domestic == line.international
    home, abroad = everywhere or line.domestic, everywhere or line.international
    return [country for country in listed if (home if country == origin else abroad)]


def _named(names: dict[tuple[str, tuple[str, ...]], str], line: Line) -> str:
    """A zone is a label and its countries; a second one of the same label is numbered."""
    key = (line.label, line.countries)
    if key not in names:
        label = line.label or "everywhere"
        again = sum(known == line.label for known, _ in names)
        names[key] = f"{label} {again + 1}" if again else label
    return names[key]


def _rates(zones: _Zones, least_g: int, findings: Findings) -> Iterator[Row]:
    for zone, prices in sorted(zones.ladders.items()):
        reached = least_g
        for up_to, line in sorted(prices.items()):
            if line.from_g > reached:
                why = "begins above the weights before it: lighter parcels pay this price as well"
                findings.leave(line.file, line.row, f"{line.code}, {line.label}: from {line.from_g} g", why, ALTERED)
            reached = up_to
            yield zones.service, zone, up_to, line.price, line.currency, "", ""


def _service(zones: _Zones, assumed: dict[str, Any], findings: Findings) -> Row:
    lines, first = zones.lines(), zones.first
    told = [line.days for line in lines if line.days]
    if len(set(told)) > 1:
        why = "has a transit for each zone: the service takes from the shortest to the longest"
        findings.leave(first.file, first.row, first.code, why, ALTERED)
    least, most = (min(one for one, _ in told), max(one for _, one in told)) if told else assumed["days"]["untold"]
    limits = [line.sides_mm for line in lines if line.sides_mm]
    length = max((max(sides) for sides in limits), default=MAX_SIDE_MM)
    girth = max((2 * sum(sides) - max(sides) for sides in limits), default=None)
    if any(len(sides) < 3 for sides in limits):
        girth = None
    if limits:
        why = "limits each side: only the longest one, and it with twice the other two, are limited"
        findings.leave(first.file, first.row, first.code, why, ALTERED)
    speeds = assumed["speed"]
    speed = speeds["untold"]
    if told:
        slow = "standard" if most <= speeds["standard_up_to_days"] else "economy"
        speed = "express" if most <= speeds["express_up_to_days"] else slow
    heaviest = max(up_to for prices in zones.ladders.values() for up_to in prices)
    head = (zones.service, first.carrier, first.name, speed, assumed["place"]["delivers_to"])
    return *head, heaviest, length, girth, 0, assumed["days"]["working_days"], least, most
