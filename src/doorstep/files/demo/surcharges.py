"""What the invented carriers charge on top. Fuel comes last: it is a percentage of all that stands before it."""

from __future__ import annotations

from doorstep.files.demo.tabular import Row, Table

SURCHARGE_COLUMNS = (
    "service", "surcharge", "when", "threshold", "kind", "amount", "sequence", "valid_from", "valid_to",
)  # fmt: skip
PEAK_FROM, PEAK_TO = "2026-11-16", "2026-12-31"

# surcharge, when, threshold, kind, amount, sequence
_FUEL_LAST = 9
_CHARGES: dict[str, tuple[tuple[str, str, str, str, str, int], ...]] = {
    "meridian-economy": (
        ("remote area", "remote", "", "fixed", "5.90", 1),
        ("long parcel", "over_length_mm", "1000", "fixed", "4.90", 2),
        ("fuel", "always", "", "percent", "12.5", _FUEL_LAST),
    ),
    "meridian-standard": (
        ("private address", "residential", "", "fixed", "0.35", 1),
        ("remote area", "remote", "", "fixed", "6.50", 2),
        ("long parcel", "over_length_mm", "1200", "fixed", "7.90", 3),
        ("bulky parcel", "over_girth_mm", "2400", "fixed", "6.90", 4),
        ("heavy parcel", "over_weight_g", "25000", "fixed", "4.50", 5),
        ("signature", "signature", "", "fixed", "1.80", 6),
        ("fuel", "always", "", "percent", "12.5", _FUEL_LAST),
    ),
    "meridian-express": (
        ("private address", "residential", "", "fixed", "0.95", 1),
        ("remote area", "remote", "", "fixed", "12.00", 2),
        ("saturday delivery", "saturday", "", "fixed", "6.50", 3),
        ("long parcel", "over_length_mm", "1200", "fixed", "9.90", 4),
        ("fuel", "always", "", "percent", "16.75", _FUEL_LAST),
    ),
    "meridian-point": (
        ("remote area", "remote", "", "fixed", "4.50", 1),
        ("fuel", "always", "", "percent", "12.5", _FUEL_LAST),
    ),
    "linden-standard": (
        ("island", "remote", "", "fixed", "3.90", 1),
        ("bulky goods", "over_length_mm", "1000", "fixed", "4.90", 2),
        ("signature", "signature", "", "fixed", "1.50", 3),
        ("saturday delivery", "saturday", "", "fixed", "2.90", 4),
        ("toll and energy", "always", "", "percent", "4", _FUEL_LAST),
    ),
    "azur-standard": (
        ("island", "remote", "", "fixed", "7.20", 1),
        ("long parcel", "over_length_mm", "1000", "fixed", "5.50", 2),
        ("signature", "signature", "", "fixed", "1.20", 3),
        ("saturday delivery", "saturday", "", "fixed", "3.50", 4),
        ("fuel", "always", "", "percent", "9.8", _FUEL_LAST),
    ),
    "azur-point": (
        ("island", "remote", "", "fixed", "5.00", 1),
        ("fuel", "always", "", "percent", "9.8", _FUEL_LAST),
    ),
    "titan-freight": (
        ("private address", "residential", "", "fixed", "6.00", 1),
        ("island", "remote", "", "fixed", "45.00", 2),
        ("oversize", "over_length_mm", "2400", "fixed", "18.00", 3),
        ("fuel", "always", "", "percent", "14", _FUEL_LAST),
    ),
}


def surcharges_table() -> Table:
    rows: list[Row] = [(service, *charge, "", "") for service, charges in _CHARGES.items() for charge in charges]
    rows.append(("meridian-standard", "peak season", "always", "", "fixed", "0.45", 7, PEAK_FROM, PEAK_TO))
    return SURCHARGE_COLUMNS, rows
