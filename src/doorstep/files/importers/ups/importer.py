"""The import: charts and sheets read, joined by the names of services, written as a tariff."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from doorstep.files.importers.measures import CM3_PER_IN3, G_PER_LB, divisor_cm3_per_kg, grams, millimetres
from doorstep.files.importers.tariff_folder import (
    DIVISOR_COLUMNS,
    RATE_COLUMNS,
    SERVICE_COLUMNS,
    SURCHARGE_COLUMNS,
    ZONE_COLUMNS,
    Findings,
    Row,
    TariffImport,
    write_tariff_folder,
)
from doorstep.files.importers.ups.charts import Chart, read_charts
from doorstep.files.importers.ups.sheets import KINDS, Sheet, read_sheets
from doorstep.files.importers.zip_ranges import Span, zone_rows
from doorstep.kernels.run import Progress, silent

ASSUMPTIONS = Path(__file__).with_name("assumptions.toml")
CARRIER = "ups"
STAGE, STAGES = "importing", 4
_LETTER = (
    "is the price of a letter in the carrier's own envelope, which neither size nor weight tells;"
    " --letters makes it a service"
)


@dataclass(frozen=True, slots=True)
class _Priced:
    """A service, and what it asks: the prices of a sheet, or those of its envelopes."""

    service: str
    sheet: Sheet
    letter: bool


def import_ups(
    charts: Path,
    rates: Path,
    folder: Path,
    origins: tuple[str, ...] = (),
    letters: bool = False,
    any_day: bool = False,
    progress: Progress = silent,
    force: bool = False,
) -> TariffImport:
    """Turn zone charts and daily rates into a tariff.

    Parameters
    ----------
    charts, rates
        A zip file or folder with the charts; a folder with the sheets, or one sheet.
    folder
        What is written.
    origins
        ZIP codes, or their first three digits, that parcels leave from; none: all that have a chart.
    letters
        Make the prices of envelopes services of their own.
    any_day
        Let the prices hold on all days, and not only in their year.

    Raises
    ------
    InputRefused
        With every fault of the source, before anything is written.
    OutputRefused
        The folder cannot be written.
    """
    findings = Findings()
    assumed = tomllib.loads(ASSUMPTIONS.read_text(encoding="utf-8"))
    progress(STAGE, 0, STAGES)
    read = read_charts(charts, findings)
    progress(STAGE, 1, STAGES)
    sheets = read_sheets(rates, findings)
    wanted = _of_origins(read, origins, charts.name, findings)
    findings.refuse_if_any()
    priced = list(_services(sheets, letters, findings))
    progress(STAGE, 2, STAGES)
    zones = list(_zones(wanted, priced, sheets, findings))
    rows = [row for one in priced for row in _rates(one, assumed, any_day)]
    report = _report(charts, rates, priced, zones, len(rows), findings)
    tables = {
        "services": (SERVICE_COLUMNS, [_service(one, assumed) for one in priced]),
        "zones": (ZONE_COLUMNS, zones),
        "rates": (RATE_COLUMNS, rows),
        "surcharges": (SURCHARGE_COLUMNS, []),
        "divisors": (DIVISOR_COLUMNS, [row for one in priced for row in _divisors(one, assumed)]),
    }
    progress(STAGE, 3, STAGES)
    write_tariff_folder(folder, tables, report, force, (charts, rates), (ASSUMPTIONS,))
    progress(STAGE, STAGES, STAGES)
    return report


def _of_origins(charts: list[Chart], origins: tuple[str, ...], file: str, findings: Findings) -> list[Chart]:
    """The charts of the origins asked for; an origin without one is a fault."""
    if not origins or not charts:
        return charts
    found: dict[str, Chart] = {}
    for origin in origins:
        of = next((one for one in charts if one.origin.first <= int(origin[:3]) <= one.origin.last), None)
        if of is None:
            first, last = min(one.origin.first for one in charts), max(one.origin.last for one in charts)
            why = (
                f"has no chart for parcels that leave there; the charts are of some areas from {first:03} to {last:03}"
            )
            findings.fault(file, 0, origin, why)
        else:
            found[of.file] = of
    return list(found.values())


def service_id(sheet: Sheet) -> str:
    """An id from the title: UPS 2nd Day Air A.M. is ups-2nd-day-air-am."""
    words = (sheet.title, KINDS[sheet.kind], "documents" if sheet.documents else "")
    plain = " ".join(filter(None, words)).lower().replace(".", "")
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _services(sheets: list[Sheet], letters: bool, findings: Findings) -> Iterator[_Priced]:
    for sheet in sheets:
        yield _Priced(service_id(sheet), sheet, False)
        if sheet.letters and letters:
            yield _Priced(f"{service_id(sheet)}-letter", sheet, True)
        elif sheet.letters:
            findings.leave(sheet.file, 0, "Letter", _LETTER)


def _zones(charts: list[Chart], priced: list[_Priced], sheets: list[Sheet], findings: Findings) -> Iterator[Row]:
    """Zones of the services that a column of the charts is of."""
    columns = sorted({column for chart in charts for column in chart.zones})
    titles = {f"UPS {column}": column for column in columns}
    for title, column in titles.items():
        if not any(sheet.domestic and sheet.title == title for sheet in sheets):
            for chart in charts:
                findings.leave(chart.file, 0, column, "has no sheet of rates: its zones have no prices")
    for sheet in sheets:
        if not sheet.domestic or sheet.title not in titles:
            why = "has prices, but no chart has its zones: add rows to zones.csv before anything can go by it"
            findings.leave(sheet.file, 0, service_id(sheet), why)
    for one in priced:
        if one.sheet.domestic and one.sheet.title in titles:
            known = one.sheet.letters if one.letter else one.sheet.prices
            lanes = [(chart.origin, _known(chart, titles[one.sheet.title], known, findings)) for chart in charts]
            yield from zone_rows(one.service, lanes)


def _known(chart: Chart, column: str, prices: dict[str, Any], findings: Findings) -> dict[Span, str]:
    """The zones of a chart that have prices."""
    zones = chart.zones.get(column, {})
    for zone in sorted(set(zones.values()) - set(prices)):
        findings.leave(chart.file, 0, f"{column} zone {zone}", "is a zone without prices in the sheet")
    return {span: zone for span, zone in zones.items() if zone in prices}


def _service(one: _Priced, assumed: dict[str, Any]) -> Row:
    limits, sheet = assumed["limits"], one.sheet
    speed, least, most = assumed["days"]["services"].get(sheet.title, assumed["days"]["other"])
    name = sheet.title + {"": "", "export": " (export)", "import": " (import)"}[KINDS[sheet.kind]]
    name += " documents" if sheet.documents else ""
    weight, length = grams(Fraction(limits["max_weight_lb"]), pounds=True), str(limits["max_length_in"])
    if one.letter:
        name, length = f"{name} letter", assumed["letter"]["max_length_in"]
        weight = grams(Fraction(assumed["letter"]["max_weight_oz"], 16), pounds=True)
    return (
        one.service,
        CARRIER,
        name,
        speed,
        "home",
        weight,
        millimetres(length, inches=True),
        millimetres(str(limits["max_length_and_girth_in"]), inches=True),
        0 if one.letter or sheet.title == "UPS Ground" else _divisor(sheet, assumed),
        assumed["days"]["working_days"],
        least,
        most,
    )


def _divisor(sheet: Sheet, assumed: dict[str, Any]) -> int:
    return divisor_cm3_per_kg(
        assumed["volume"]["domestic_in3_per_lb" if sheet.domestic else "international_in3_per_lb"]
    )


def _divisors(one: _Priced, assumed: dict[str, Any]) -> Iterator[Row]:
    """By ground only large parcels are charged by volume: those of the least volume or more."""
    if one.sheet.title == "UPS Ground" and not one.letter:
        least = int(assumed["volume"]["ground_from_in3"] * CM3_PER_IN3)  # whole cm3: the half one below is charged, too
        yield one.service, "over_volume_cm3", least, _divisor(one.sheet, assumed), 1


def _rates(one: _Priced, assumed: dict[str, Any], any_day: bool) -> Iterator[Row]:
    year = one.sheet.year
    tail = (assumed["prices"]["currency"], *(("", "") if any_day else (f"{year}-01-01", f"{year}-12-31")))
    if one.letter:
        weight = grams(Fraction(assumed["letter"]["max_weight_oz"], 16), pounds=True)
        yield from ((one.service, zone, weight, price, *tail) for zone, price in sorted(one.sheet.letters.items()))
        return
    for zone, prices in sorted(one.sheet.prices.items()):
        every = prices | dict(_beyond(one.sheet, zone, assumed))
        for pounds, price in sorted(every.items()):
            yield one.service, zone, grams(Fraction(pounds), pounds=True), price, *tail


def _beyond(sheet: Sheet, zone: str, assumed: dict[str, Any]) -> Iterator[tuple[int, str]]:
    """Prices by pound beyond the last weight, as far as the volume of the largest parcel reaches."""
    if zone not in sheet.per_pound:
        return
    whole = assumed["limits"]["max_length_and_girth_in"]
    edge = Fraction(whole, 6)  # of the largest parcel a third of the sum is its length, and each side a sixth
    volume_g = Fraction(whole, 3) * edge * edge * CM3_PER_IN3 * 1000 / _divisor(sheet, assumed)
    for pounds in range(max(sheet.prices[zone]) + 1, int(volume_g / G_PER_LB) + 2):
        yield pounds, format(pounds * Decimal(sheet.per_pound[zone]), "f")


def _report(
    charts: Path, rates: Path, priced: list[_Priced], zones: list[Row], count: int, findings: Findings
) -> TariffImport:
    zoned = {row[0] for row in zones}
    without = tuple(one.service for one in priced if one.service not in zoned)
    return TariffImport(
        layout="UPS zone charts and daily rates",
        sources=(charts.name, rates.name),
        services=len(priced),
        zones=len(zones),
        rates=count,
        without_zones=without,
        untold=tuple(findings.untold),
    )
