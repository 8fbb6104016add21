"""What must hold within a row of disruptions.csv."""

from __future__ import annotations

from doorstep.domain.disruption import AREA_LENGTH
from doorstep.files.rules import Rule, Tables, have, sound_rows
from doorstep.files.table import Columns

WHOM = ("country", "site", "carrier", "service")


def check_span(tables: Tables) -> None:
    """It ends when it began, or later."""
    read = tables.get("disruptions")
    if read is None or not have(read, "starts_on", "ends_on"):
        return
    finding = read.rule("ends_on")
    for row, start, end in sound_rows(read, "starts_on", "ends_on"):
        if end < start:
            finding.add(row, end.isoformat(), f"is before starts_on, which is {start}")


def check_place(tables: Tables) -> None:
    """It concerns somebody, an area has its country, and is one that transit is known by."""
    read = tables.get("disruptions")
    if read is None:
        return
    if have(read, *WHOM):
        finding = read.rule("service")
        for row, *whom in sound_rows(read, *WHOM):
            if not any(whom):
                finding.add(row, "", f"is empty, and so are {', '.join(WHOM[:-1])}: say whom it concerns")
    _check_area(read)


def _check_area(read: Columns) -> None:
    for name in ("region", "postcode_prefix"):
        finding = read.rule(name)
        for row, country, area in sound_rows(read, "country", name):
            if area and not country:
                finding.add(row, area, "is without its country")
            if name == "postcode_prefix" and len(area.replace(" ", "")) > AREA_LENGTH:
                finding.add(row, area, f"is longer than {AREA_LENGTH} characters: transit is known by such areas")


def check_excuse(tables: Tables) -> None:
    """An excuse has a reason."""
    read = tables.get("disruptions")
    if read is None:
        return
    finding = read.rule("reason")
    for row, reason, excuses in sound_rows(read, "reason", "excuses"):
        if excuses and not reason.strip():
            finding.add(row, reason, "is empty; what excuses needs a reason")


DISRUPTION_RULES: tuple[Rule, ...] = (check_span, check_place, check_excuse)
