"""The import: pairs of ZIP areas read, put into ranges, and laid beside the prices of a folder.

USPS publishes zones and prices apart; only zones are read here. Prices are those of a folder of one's own, whose
rates.csv names the zones 1 to 9.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from doorstep.files.content import Unreadable, find
from doorstep.files.faults import Faults
from doorstep.files.folder import read_tables
from doorstep.files.importers.tariff_folder import (
    ALTERED,
    ZONE_COLUMNS,
    Findings,
    Row,
    TariffImport,
    read_table,
    write_tariff_folder,
)
from doorstep.files.importers.zip_ranges import Span, zone_rows
from doorstep.files.schema_carriage import RATES, SERVICES, SURCHARGES, ZONES
from doorstep.files.schema_demand import BRAND
from doorstep.files.schema_rate import TARIFF_TABLES
from doorstep.kernels.run import Progress, silent

COLUMNS = ("origin_zip", "dest_zip", "zone")
_SAME_NDC = "same_ndc"
_AREA, _ZONE = re.compile(r"\d{3}"), re.compile(r"[1-9]")
STAGE, STAGES = "importing", 3
Lanes = Mapping[int, Mapping[Span, str]]  # area of origin -> destination -> zone


def import_usps_zones(
    source: Path,
    prices: Path,
    folder: Path,
    origins: tuple[str, ...] = (),
    progress: Progress = silent,
    force: bool = False,
) -> TariffImport:
    """Lay the zones of USPS beside the prices of a folder.

    Parameters
    ----------
    source
        A table of pairs: origin_zip, dest_zip, zone, and same_ndc, which no price here depends on.
    prices
        A folder with services.csv and rates.csv, and what else a tariff has, but no zones.csv.
    folder
        What is written: the files of `prices`, and zones.csv for each of its services.
    origins
        ZIP codes, or their first three digits, that parcels leave from; none: all of the table.

    Raises
    ------
    InputRefused
        With every fault of the table and of the prices, before anything is written.
    OutputRefused
        The folder cannot be written.
    """
    findings = Findings()
    progress(STAGE, 0, STAGES)
    lanes = _lanes(source, findings)
    progress(STAGE, 1, STAGES)
    priced, copied = _prices(prices, findings)
    wanted = _of_origins(lanes, origins, source.name, findings)
    findings.refuse_if_any()
    zones = list(_zones(wanted, priced, source.name, findings))
    progress(STAGE, 2, STAGES)
    zoned = {row[0] for row in zones}
    report = TariffImport(
        layout="USPS zones by three-digit ZIP areas",
        sources=(source.name, prices.name),
        services=len(priced),
        zones=len(zones),
        rates=sum(map(len, priced.values())),
        without_zones=tuple(service for service in priced if service not in zoned),
        untold=tuple(findings.untold),
    )
    tables = {"zones": (ZONE_COLUMNS, zones)}
    write_tariff_folder(folder, tables, report, force, (source, prices), copied)
    progress(STAGE, STAGES, STAGES)
    return report


def _lanes(source: Path, findings: Findings) -> Lanes:
    """Read the pairs; two zones for one pair are a fault."""
    table = read_table(source, COLUMNS, findings)
    if table is None:
        return {}
    found: dict[int, dict[Span, str]] = {}
    picks, same = [table.head.index(column) for column in COLUMNS], 0
    for number, row in table.rows:
        start, end, zone = (row[pick] for pick in picks)
        if not (_AREA.fullmatch(start) and _AREA.fullmatch(end) and _ZONE.fullmatch(zone)):
            why = "is not two areas of three digits and a zone from 1 to 9"
            findings.fault(source.name, number, f"{start} {end} {zone}", why)
            continue
        same += _SAME_NDC in table.head and row[table.head.index(_SAME_NDC)] == "True"
        if found.setdefault(int(start), {}).setdefault(Span(3, int(end), int(end)), zone) != zone:
            findings.fault(source.name, number, f"{start} {end}", "has another zone in a row above")
    if same:
        why = f"says True in {same:,} rows: no price of a tariff depends on it"
        findings.leave(source.name, 1, _SAME_NDC, why)
    return found


def _prices(folder: Path, findings: Findings) -> tuple[dict[str, set[str]], tuple[Path, ...]]:
    """Zones that each service has prices for, and the files to take over."""
    wanted = tuple(table for table in (BRAND, *TARIFF_TABLES) if table is not ZONES)
    faults, copied = Faults(), []
    needed = (SERVICES, RATES, SURCHARGES)
    try:
        present = tuple(table for table in wanted if table in needed or find(folder, table.file))
        if find(folder, ZONES.file) is not None:
            findings.fault(ZONES.file, 0, "", f"is in {folder.name} already, and would be lost; take it away first")
        copied = [path for table in present if (path := find(folder, table.file)) is not None]
    except Unreadable as error:
        findings.fault(folder.name, error.row, "", error.why)
        return {}, ()
    tables, _ = read_tables(folder, present, faults, silent)
    faults.refuse_if_any()
    zones: dict[str, set[str]] = {service: set() for service in tables["services"].values["service"]}
    for service, zone in zip(tables["rates"].values["service"], tables["rates"].values["zone"], strict=True):
        zones.setdefault(service, set()).add(zone)
    return zones, tuple(copied)


def _of_origins(lanes: Lanes, origins: tuple[str, ...], file: str, findings: Findings) -> Lanes:
    """The pairs of the origins asked for; an origin without any is a fault."""
    for origin in origins:
        if lanes and int(origin[:3]) not in lanes:
            findings.fault(file, 0, origin, f"has no zones: of {len(lanes):,} areas none is {origin[:3]}")
    areas = {int(origin[:3]) for origin in origins}
    return {area: zones for area, zones in lanes.items() if not origins or area in areas}


def _zones(lanes: Lanes, priced: Mapping[str, set[str]], file: str, findings: Findings) -> Iterator[Row]:
    areas = sorted({end for zones in lanes.values() for end in zones})
    missing = sum(len(areas) - len(zones) for zones in lanes.values())
    if missing:
        why = f"{missing:,} pairs of {len(lanes):,} origins and {len(areas):,} destinations are not in it: not served"
        findings.leave(file, 0, "", why, ALTERED)
    for service, known in priced.items():
        unpriced: dict[str, int] = {}
        kept = []
        for area, zones in sorted(lanes.items()):
            for zone in zones.values():
                if zone not in known:
                    unpriced[zone] = unpriced.get(zone, 0) + 1
            kept.append((Span(3, area, area), {end: zone for end, zone in zones.items() if zone in known}))
        for zone, count in sorted(unpriced.items()):
            findings.leave(file, 0, f"{service} zone {zone}", f"has no price in rates.csv: {count:,} pairs not served")
        yield from zone_rows(service, kept)
