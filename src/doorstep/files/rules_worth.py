"""What must hold within values.csv."""

from __future__ import annotations

from doorstep.files.rules import Rule, Tables, have, sound_rows


def check_valued_once(tables: Tables) -> None:
    """Nothing is worth two amounts to the same shoppers."""
    read = tables.get("values")
    if read is None or not have(read, "worth", "segment", "country"):
        return
    finding, seen = read.rule("worth"), dict[tuple[str, str, str], int]()
    for row, worth, segment, country in sound_rows(read, "worth", "segment", "country"):
        earlier = seen.setdefault((worth, segment, country), row)
        if earlier != row:
            finding.add(row, worth, f"repeats row {earlier}: two values for the same shoppers")


def check_scatter(tables: Tables) -> None:
    """Shoppers who choose by nothing but worth would need a scatter of 0; nobody does."""
    read = tables.get("values")
    if read is None or not have(read, "worth", "value"):
        return
    finding = read.rule("value")
    for row, worth, value in sound_rows(read, "worth", "value"):
        if worth == "scatter" and value <= 0:
            finding.add(row, f"{value / 1_000_000:g}", "is not above 0, as a scatter is")


WORTH_RULES: tuple[Rule, ...] = (check_valued_once, check_scatter)
