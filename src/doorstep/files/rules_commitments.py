"""What must hold within and between commitments.csv, commitment_tiers.csv and commitment_prices.csv."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from doorstep.domain.commitment import REBATE_KINDS
from doorstep.files.rules import Rule, Tables, have, sound_rows
from doorstep.files.table import Columns

MOST_PERCENT_MICROS = 100_000_000
MOST_GROWTH_MICROS = 1_000_000_000
WHOLE_MICROS = 1_000_000


def check_periods(tables: Tables) -> None:
    """A period ends when it began, or later."""
    read = tables.get("commitments")
    if read is None or not have(read, "starts_on", "ends_on"):
        return
    finding = read.rule("ends_on")
    for row, start, end in sound_rows(read, "starts_on", "ends_on"):
        if end < start:
            finding.add(row, end.isoformat(), f"is before starts_on, which is {start}")


def check_whose(tables: Tables) -> None:
    """An account and a service are of the carrier they stand with."""
    offers = tables.get("services")
    if offers is None or not offers.complete or not have(offers, "service", "carrier"):
        return
    pairs = set(zip(offers.values["service"], offers.values["carrier"], strict=True))
    accounts = set(zip(offers.values["account"], offers.values["carrier"], strict=True))
    for name in ("commitments", "commitment_prices"):
        read = tables.get(name)
        if read is None or not read.has("carrier"):
            continue
        for column, known in (("service", pairs), ("account", accounts)):
            if not read.has(column):
                continue
            finding = read.rule(column)
            named = {one for one, _ in known}
            for row, carrier, one in sound_rows(read, "carrier", column):
                if one in named - {""} and (one, carrier) not in known:
                    finding.add(row, one, f"is not of {carrier}")


def check_kinds(tables: Tables) -> None:
    """Amounts go with what is counted, save where all units are rebated; only misses are paid for once."""
    read = tables.get("commitments")
    if read is None or not have(read, "kind", "measure", "per"):
        return
    per, fixed = read.rule("per"), read.rule("fixed")
    for row, kind, measure, of in sound_rows(read, "kind", "measure", "per"):
        if kind != "all_units" and measure != of:
            per.add(row, of, f"is not {measure}, which {kind} counts; only all_units may differ")
    for row, kind, amount in sound_rows(read, "kind", "fixed"):
        if amount and kind in REBATE_KINDS:
            fixed.add(row, str(amount // WHOLE_MICROS), f"is paid by nobody: {kind} is a rebate")
    last = read.rule("last_volume")
    for row, relative, volume in sound_rows(read, "of_last_period", "last_volume"):
        if volume is not None and not relative:
            last.add(row, str(volume // WHOLE_MICROS), "is not used: of_last_period is 0")


def check_tiers(tables: Tables) -> None:
    """Each commitment has tiers; a minimum and a cap have one; rebates do not fall; percents end at 100."""
    read, tiers = tables.get("commitments"), tables.get("commitment_tiers")
    if read is None or not have(read, "commitment", "kind", "per"):
        return
    if tiers is None or not tiers.complete or not have(tiers, "commitment", "from_volume", "amount"):
        if tiers is None and read.rows:
            read.rule("commitment").add(0, "", "has rows, and there is no commitment_tiers.csv")
        return
    kinds = {name: (row, kind, per) for row, name, kind, per in sound_rows(read, "commitment", "kind", "per")}
    found: dict[str, list[tuple[int, int, int | None]]] = {}
    for row, name, volume, amount in sound_rows(tiers, "commitment", "from_volume", "amount"):
        found.setdefault(name, []).append((volume, row, amount))
    missing = read.rule("commitment")
    for name, (row, _, _) in kinds.items():
        if name not in found:
            missing.add(row, name, "has no row in commitment_tiers.csv")
    for name, rows in found.items():
        if name in kinds:
            _check_amounts(tiers, sorted(rows), *kinds[name][1:])


def check_growth(tables: Tables) -> None:
    """A growth clause asks for no more than tenfold: what is larger was meant as parcels."""
    read, tiers = tables.get("commitments"), tables.get("commitment_tiers")
    if read is None or tiers is None or not have(read, "commitment", "of_last_period"):
        return
    grow = {name for _, name, relative in sound_rows(read, "commitment", "of_last_period") if relative}
    finding = tiers.rule("from_volume")
    if have(tiers, "commitment", "from_volume"):
        for row, name, volume in sound_rows(tiers, "commitment", "from_volume"):
            if name in grow and volume > MOST_GROWTH_MICROS:
                finding.add(row, _text(volume), "is more than 1000 percent of the period before")


def _check_amounts(tiers: Columns, rows: list[tuple[int, int, int | None]], kind: str, per: str) -> None:
    volume_of, amount_of = tiers.rule("from_volume"), tiers.rule("amount")
    before = 0
    for number, (volume, row, amount) in enumerate(rows):
        if number and kind not in REBATE_KINDS:
            volume_of.add(row, _text(volume), f"is a second tier; a {kind} has one")
        if amount is None:
            if kind != "cap":
                amount_of.add(row, "", f"is empty; only a cap takes no more, and this is a {kind}")
            continue
        if kind in REBATE_KINDS and amount < before:
            amount_of.add(row, _text(amount), f"is less than that of the tier below, {_text(before)}")
        if per == "spend" and kind in REBATE_KINDS and amount > MOST_PERCENT_MICROS:
            amount_of.add(row, _text(amount), "is more than 100 percent")
        before = amount


def check_priced_once(tables: Tables) -> None:
    """On no day has a carrier, or a service, two prices."""
    read = tables.get("commitment_prices")
    if read is None or not read.has("carrier"):
        return
    finding, seen = read.rule("valid_from"), dict[tuple[str, str], list[tuple[date, date, int]]]()
    for row, carrier, service, first, last in _prices(read):
        start, end = first or date.min, last or date.max
        if end < start:
            read.rule("valid_to").add(row, end.isoformat(), f"is before valid_from, which is {start}")
        earlier = seen.setdefault((carrier, service), [])
        again = next((other for begun, ended, other in earlier if begun <= end and start <= ended), None)
        if again is not None:
            finding.add(row, "" if first is None else first.isoformat(), f"repeats row {again}: two prices on one day")
        earlier.append((start, end, row))


def _prices(read: Columns) -> Iterator[tuple[Any, ...]]:
    return sound_rows(read, "carrier", "service", "valid_from", "valid_to")


def _text(micros: int) -> str:
    return f"{micros / WHOLE_MICROS:.6f}".rstrip("0").rstrip(".")


COMMITMENT_RULES: tuple[Rule, ...] = (
    check_periods,
    check_whose,
    check_kinds,
    check_tiers,
    check_growth,
    check_priced_once,
)
