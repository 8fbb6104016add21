"""Daily rates: one file for each service, tables of pounds by zones side by side and below one another.

A row that says Zones begins a table; those below it with a weight have a price for each zone. What follows under other
headings (several packages at once, boxes of a fixed price) is not the price of a parcel.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from doorstep.files.importers.tariff_folder import Findings, read_text

_YEAR = re.compile(r"(20\d\d) Rates")
_WEIGHT = re.compile(r"(\d{1,3})(?:\.0)?(?: Lbs\.?)?")
_PRICE = re.compile(r"\d{1,6}(?:\.\d{1,4})?")
_ZONE = re.compile(r"\d{1,3}(?:/\d{1,3})*")
_LARGE = re.compile(r"Dimensional Weight of More Than 150 Lbs\.")
_OTHER = re.compile(r"Multiple-Package|Shipments|More Than|\bBox\b|KG", re.IGNORECASE)
KINDS = {"Domestic": "", "Export": "export", "Import Freight Collect": "import"}
_DOCUMENTS = "Letter / Document"
_PAGE = ("DAILY RATES", "Non-document", _DOCUMENTS)


@dataclass(slots=True)
class Sheet:
    """What a service asks, by zone."""

    file: str
    title: str = ""
    kind: str = "Domestic"
    documents: bool = False
    year: int = 0
    prices: dict[str, dict[int, str]] = field(default_factory=dict)  # zone -> pounds -> price
    letters: dict[str, str] = field(default_factory=dict)  # zone -> price of an envelope
    per_pound: dict[str, str] = field(default_factory=dict)  # zone -> beyond the last weight, by volume

    @property
    def domestic(self) -> bool:
        return self.kind == "Domestic"


@dataclass(slots=True)
class _Block:
    """A table that begins at a column."""

    zones: list[tuple[int, list[str]]]  # column, names; one column may stand for several zones
    part: str = "parcels"  # what its rows price; a heading above the next table says so of that, too
    next_part: str = "parcels"


def read_sheets(source: Path, findings: Findings) -> list[Sheet]:
    """Read the sheets of a folder, or a single one; the faults of all go to the findings."""
    try:
        paths = sorted(source.glob("*.csv")) if source.is_dir() else [source]
    except OSError as error:
        findings.fault(source.name, 0, "", f"cannot be read: {error.strerror or error}")
        return []
    if not paths:
        findings.fault(source.name, 0, "", "holds no sheet of rates: no file ends in .csv")
    texts = [(path.name, text) for path in paths if (text := read_text(path, findings)) is not None]
    sheets = [sheet for name, text in texts if (sheet := _sheet(name, text, findings)) is not None]
    known: dict[tuple[str, str, bool], str] = {}
    for sheet in sheets:
        other = known.setdefault((sheet.title, sheet.kind, sheet.documents), sheet.file)
        if other != sheet.file:
            findings.fault(sheet.file, 0, sheet.title, f"is in {other} as well")
    return sheets


def _sheet(file: str, text: str, findings: Findings) -> Sheet | None:
    sheet = Sheet(file)
    blocks: dict[int, _Block] = {}
    for number, cells in enumerate(csv.reader(text.splitlines()), start=1):
        row = [cell.strip() for cell in cells]
        if not any(row):
            continue
        starts = [at for at, cell in enumerate(row) if cell == "Zones"]
        for at, after in zip(starts, [*starts[1:], len(row)], strict=False):
            part = blocks[at].next_part if at in blocks else "parcels"
            blocks[at] = _Block(_zones(sheet, row, at + 1, after, number, findings), part)
        if starts or not _heading(sheet, row, number, findings):
            _prices(sheet, blocks, row, number, findings)
    missing = [] if sheet.title else ["no title of a service such as UPS Ground"]
    missing += [] if sheet.year else ["no year, as in 2010 Rates"]
    missing += [] if sheet.prices else ["no row of Zones with prices by pounds below it"]
    for what in missing:
        findings.fault(file, 0, "", f"has {what}: is it a sheet of daily rates?")
    return None if missing else sheet


def _heading(sheet: Sheet, row: list[str], number: int, findings: Findings) -> bool:
    """Take what a row says of the whole sheet; whether that is all that it says."""
    told = [cell for cell in row if cell]
    for cell in told:
        if year := _YEAR.fullmatch(cell):
            if sheet.year not in (0, int(year[1])):
                findings.fault(sheet.file, number, cell, f"is not the year of the rows above, {sheet.year}")
            sheet.year = int(year[1])
        elif cell in KINDS:
            sheet.kind = cell
        elif cell.startswith("UPS ") and not sheet.title:
            sheet.title = cell
        elif cell == _DOCUMENTS:
            sheet.documents = True
    known = (*KINDS, *_PAGE, sheet.title)
    return all(cell in known or _YEAR.fullmatch(cell) or cell.isupper() for cell in told)


def _zones(
    sheet: Sheet, row: list[str], start: int, end: int, number: int, findings: Findings
) -> list[tuple[int, list[str]]]:
    """Names of the zones of a table; a spreadsheet has made 202 into 202.0."""
    found = []
    for column in range(start, end):
        name = row[column].removesuffix(".0")
        if _ZONE.fullmatch(name):
            found.append((column, name.split("/")))
        elif name:
            findings.fault(sheet.file, number, row[column], "is no zone")
    return found


def _prices(sheet: Sheet, blocks: dict[int, _Block], row: list[str], number: int, findings: Findings) -> None:
    under_zones = set[int]()
    for at, block in sorted(blocks.items()):
        label = row[at] if at < len(row) else ""
        under_zones |= {column for column, _ in block.zones}
        if label == "Zones":
            continue
        if _LARGE.fullmatch(label):
            block.part = "large"
        elif _OTHER.search(label) and not label.startswith("Pak"):
            block.part = block.next_part = "other"
        cells = [(names, row[column]) for column, names in block.zones if column < len(row) and row[column]]
        if cells:
            _line(sheet, block, label, cells, number, findings)
        elif label and _WEIGHT.fullmatch(label):
            findings.leave(sheet.file, number, label, "has no price in any zone")
    labels = set(blocks)
    for column, cell in enumerate(row):
        if cell and column not in under_zones | labels and _PRICE.fullmatch(cell):
            findings.fault(sheet.file, number, cell, "stands under no zone")


def _line(
    sheet: Sheet, block: _Block, label: str, cells: list[tuple[list[str], str]], number: int, findings: Findings
) -> None:
    """Take the prices of one label of a table."""
    for _, cell in cells:
        if not _PRICE.fullmatch(cell):
            findings.fault(sheet.file, number, cell, f"is no price of {label}")
            return
    weight = _WEIGHT.fullmatch(label)
    if block.part == "parcels" and weight:
        for zone, price in _by_zone(cells):
            known = sheet.prices.setdefault(zone, {}).setdefault(int(weight[1]), price)
            if known != price:
                findings.fault(sheet.file, number, price, f"is another price of {label} in zone {zone} than {known}")
        missing = [names for column, names in block.zones if names not in [one for one, _ in cells]]
        for names in missing:
            why = "has no price in a zone that has others: the price of the next weight applies"
            findings.leave(sheet.file, number, f"{label}, zone {'/'.join(names)}", why, "altered")
    elif block.part == "parcels" and label == "Letter":
        sheet.letters |= dict(_by_zone(cells))
    elif block.part == "large" and label == "Price Per Pound":
        sheet.per_pound |= dict(_by_zone(cells))
    else:
        findings.leave(sheet.file, number, label, _why(block, label))


def _why(block: _Block, label: str) -> str:
    if label.startswith("Pak "):
        return "is the price of goods in the carrier's own bag, which neither size nor weight tells"
    if block.part == "other":
        return "is the price of several packages at once, or of the carrier's own box; parcels are rated one by one"
    return "is neither a weight nor a known heading"


def _by_zone(cells: list[tuple[list[str], str]]) -> Iterator[tuple[str, str]]:
    for names, cell in cells:
        for name in names:
            yield name, format(Decimal(cell), "f")
