"""Zone charts: one file for each group of origins, a row for each range of destinations, a column for each service.

Below the rows stand notes, to which cells such as [2] refer: postcodes of Hawaii and Alaska with zones of their own.
"""

from __future__ import annotations

import csv
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from doorstep.files.content import MAX_BYTES, Unreadable, decode
from doorstep.files.importers.tariff_folder import Findings
from doorstep.files.importers.zip_ranges import Span

ORIGINS = re.compile(r"For shipments originating in ZIP Codes (\d{3})-01 to (\d{3})-99\b")
_BY_ORIGIN = b"For shipments originating in ZIP Codes"
_HEAD = "Dest. ZIP"
_DESTINATION = re.compile(r"(\d{1,3})(?:-(\d{3}))?")
_ZONE = re.compile(r"\d{1,3}")
_NOTE = re.compile(r"\[(\d)\]")
_EXCEPTIONS = re.compile(r"(?:\[(\d)\] )?For (Hawaii|Alaska), the following Postal Codes are (.*?)[:.]?")
_ZONE_OF = re.compile(r"Zone (\d+) for ([A-Za-z0-9 .]+?)(?:,| and |$)")
NOT_SERVED = "-"


@dataclass(slots=True)
class Chart:
    """What a chart says: for each service the zone of each destination."""

    file: str
    origin: Span
    zones: dict[str, dict[Span, str]] = field(default_factory=dict)  # by the heading of the service's column


def read_charts(source: Path, findings: Findings) -> list[Chart]:
    """Read the charts of a zip file or folder; the faults of all go to the findings."""
    charts = []
    for name, content in _files(source, findings):
        if _BY_ORIGIN not in content:
            why = (
                "is no zone chart by origin: a chart of Alaska or Hawaii, whose prices are in no sheet, or another file"
            )
            findings.leave(name, 0, "", why)
            continue
        try:
            charts.append(_chart(name, decode(content), findings))
        except Unreadable as error:
            findings.fault(name, error.row, "", error.why)
    if not charts and not findings.faults:
        findings.fault(source.name, 0, "", f"holds no zone chart: no file says {_BY_ORIGIN.decode()}")
    return [chart for chart in charts if chart is not None and not _repeated(chart, charts, findings)]


def _files(source: Path, findings: Findings) -> Iterator[tuple[str, bytes]]:
    """Names and contents, by name."""
    try:
        if source.is_dir():
            for path in sorted(source.glob("*.csv")):
                yield path.name, path.read_bytes()
            return
        with zipfile.ZipFile(source) as packed:
            members = sorted((one for one in packed.infolist() if not one.is_dir()), key=lambda one: one.filename)
            if sum(one.file_size for one in members) > MAX_BYTES:
                findings.fault(source.name, 0, "", f"is larger than {MAX_BYTES} bytes unpacked")
                return
            for one in members:
                yield one.filename, packed.read(one)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
        findings.fault(source.name, 0, "", f"is not a whole zip file ({error})")
    except OSError as error:
        findings.fault(source.name, 0, "", f"cannot be read: {error.strerror or error}")


def _repeated(chart: Chart, charts: list[Chart | None], findings: Findings) -> bool:
    """Whether a chart before it speaks of the same origins; that is a fault."""
    for other in charts:
        if other is None or other.file >= chart.file:
            continue
        if other.origin.first <= chart.origin.last and chart.origin.first <= other.origin.last:
            first, last = chart.origin.text()
            findings.fault(chart.file, 0, f"{first}-{last or first}", f"has a chart in {other.file} as well")
            return True
    return False


def _chart(file: str, text: str, findings: Findings) -> Chart | None:
    rows = [[cell.strip() for cell in row] for row in csv.reader(text.splitlines())]
    said = next((found for row in rows if row and (found := ORIGINS.match(" ".join(row)))), None)
    head = next((number for number, row in enumerate(rows) if row and row[0] == _HEAD), None)
    if said is None or head is None:
        why = "does not say its origins as ZIP Codes 010-01 to 011-99" if said is None else f"has no row {_HEAD}"
        findings.fault(file, 0, "", why)
        return None
    chart = Chart(file, Span(3, int(said[1]), int(said[2])))
    services = [name for name in rows[head][1:] if name]
    if not services:
        findings.fault(file, head + 1, "", f"names no service beside {_HEAD}")
        return None
    chart.zones = {service: {} for service in services}
    noted = _destinations(chart, services, rows, head + 1, findings)
    _exceptions(chart, rows, noted, findings)
    return chart


def _destinations(
    chart: Chart, services: list[str], rows: list[list[str]], start: int, findings: Findings
) -> dict[tuple[str, str], list[Span]]:
    """Read the rows of destinations; return where cells refer to a note: (note, service) -> destinations."""
    noted: dict[tuple[str, str], list[Span]] = {}
    seen: dict[int, int] = {}
    for number, row in enumerate(rows[start:], start=start + 1):
        found = _DESTINATION.fullmatch(row[0]) if row else None
        if found is None:
            if row and row[0] and not _told_below(row[0]):
                findings.fault(chart.file, number, row[0], "is neither a range of ZIP areas nor a note")
            continue
        span = Span(3, int(found[1]), int(found[2] or found[1]))
        twice = next((seen[area] for area in range(span.first, span.last + 1) if area in seen), None)
        if twice is not None or span.last < span.first:
            why = f"is in row {twice} as well" if twice is not None else "ends before it begins"
            findings.fault(chart.file, number, row[0], why)
            continue
        seen |= dict.fromkeys(range(span.first, span.last + 1), number)
        for service, cell in zip(services, [*row[1:], *[""] * len(services)], strict=False):
            if _ZONE.fullmatch(cell):
                chart.zones[service][span] = cell
            elif note := _NOTE.fullmatch(cell):
                noted.setdefault((note[1], service), []).append(span)
                if not _explained(note[1], service, rows):
                    why = "is no zone but refers to another list of prices"
                    findings.leave(chart.file, number, f"{row[0]} {service}", why)
            elif cell != NOT_SERVED:
                findings.fault(chart.file, number, cell, "is neither a zone, nor -, nor a note such as [2]", service)
    return noted


def _told_below(cell: str) -> bool:
    return bool(re.match(r"\[\d\] ", cell) or _EXCEPTIONS.fullmatch(cell) or re.fullmatch(r"\d{5}", cell))


def _explained(note: str, service: str, rows: list[list[str]]) -> bool:
    """Whether a note gives zones of a service for postcodes."""
    told = (found for row in rows if row and (found := _EXCEPTIONS.fullmatch(row[0])) and found[1] == note)
    return any(service == known for found in told for _, known in _ZONE_OF.findall(found[3]))


def _exceptions(
    chart: Chart, rows: list[list[str]], noted: dict[tuple[str, str], list[Span]], findings: Findings
) -> None:
    """Give the postcodes listed in the notes their zones, for the services whose cells refer to the note."""
    note, zones = "", dict[str, str]()
    for number, row in enumerate(rows, start=1):
        found = _EXCEPTIONS.fullmatch(row[0]) if row else None
        if found:
            note = found[1] or note
            zones = {service: zone for zone, service in _ZONE_OF.findall(found[3])}
            if not zones or not set(zones) <= set(chart.zones):
                findings.fault(chart.file, number, row[0], "does not say which zone for which service of the chart")
        elif row and re.fullmatch(r"\d{5}", row[0]):
            for postcode in filter(None, row):
                _except(chart, number, postcode, note, zones, noted, findings)
        elif row and row[0].startswith("["):
            note, zones = "", {}


def _except(
    chart: Chart,
    number: int,
    postcode: str,
    note: str,
    zones: dict[str, str],
    noted: dict[tuple[str, str], list[Span]],
    findings: Findings,
) -> None:
    if not re.fullmatch(r"\d{5}", postcode) or not zones:
        findings.fault(chart.file, number, postcode, "is no postcode of a note")
        return
    span, area = Span(5, int(postcode), int(postcode)), int(postcode[:3])
    for service, zone in zones.items():
        if not any(one.first <= area <= one.last for one in noted.get((note, service), ())):
            why = "is listed in a note to which the row of its area does not refer"
            findings.leave(chart.file, number, f"{postcode} {service}", why)
        elif chart.zones[service].setdefault(span, zone) != zone:
            findings.fault(chart.file, number, postcode, f"has two zones for {service}")
