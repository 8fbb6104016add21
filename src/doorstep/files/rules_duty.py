"""What must hold between the cells of duties.csv, and between it and the territories."""

from __future__ import annotations

from doorstep.domain.holds import KNOWN_TERRITORIES
from doorstep.files.codes import COUNTRIES
from doorstep.files.rules import Rule, Tables, have, sound_rows


def check_ends(tables: Tables) -> None:
    """A destination or an origin is a country or a territory that is known."""
    read, territories = tables.get("duties"), tables.get("territories")
    if read is None or (territories is not None and not (territories.complete and territories.has("territory"))):
        return
    named = set(KNOWN_TERRITORIES) if territories is None else set(territories.texts["territory"])
    told = "territories.csv" if territories is not None else ", ".join(KNOWN_TERRITORIES)
    for column in ("destination", "origin"):
        if read.has(column):
            finding = read.rule(column)
            for row, end in sound_rows(read, column):
                if end and end not in COUNTRIES and end not in named:
                    finding.add(row, end, f"is neither a country code of ISO 3166-1 nor a territory of {told}")


def check_levies(tables: Tables) -> None:
    """What only a tax can have is not given to a duty."""
    read = tables.get("duties")
    if read is None or not have(read, "levy"):
        return
    for column, said in (("with_duty", "1"), ("ioss_up_to", "")):
        if read.has(column):
            finding = read.rule(column)
            texts = dict(zip(read.rows, read.texts[column], strict=True))
            for row, levy, value in sound_rows(read, "levy", column):
                if levy == "duty" and value is not None and value is not False:
                    finding.add(row, texts[row] or said, "is of a tax; leave it empty for a duty")


def check_limits(tables: Tables) -> None:
    """A row that holds up to a value asks for something below it."""
    read = tables.get("duties")
    if read is None or not (read.has("value_up_to") and read.has("de_minimis")):
        return
    finding = read.rule("de_minimis")
    texts = dict(zip(read.rows, read.texts["de_minimis"], strict=True))
    for row, most, free in sound_rows(read, "value_up_to", "de_minimis"):
        if most is not None and free is not None and free > most:
            finding.add(row, texts[row], "is more than value_up_to, so that the row never asks for anything")


DUTY_RULES: tuple[Rule, ...] = (check_ends, check_levies, check_limits)
