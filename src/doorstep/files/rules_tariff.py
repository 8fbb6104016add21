"""What must hold between the rows and files of a tariff: its prices, when they hold, and where."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from doorstep.files.rules import SHARED_RULES, Rule, Tables, have, sound_rows
from doorstep.files.rules_commitments import COMMITMENT_RULES
from doorstep.files.rules_disruptions import DISRUPTION_RULES
from doorstep.files.rules_duty import DUTY_RULES
from doorstep.files.rules_emissions import check_factors
from doorstep.files.rules_exchange import EXCHANGE_RULES, own_currency
from doorstep.files.rules_explore import EXPLORE_RULES
from doorstep.files.rules_fleet import FLEET_RULES
from doorstep.files.rules_linehauls import LINEHAUL_RULES
from doorstep.files.rules_worth import WORTH_RULES
from doorstep.files.schema_carriage import MOST_PERCENT
from doorstep.files.table import Columns
from doorstep.kernels.rate.zones import MOST_AREAS, route_key

MICROS = 1_000_000
_ONCE = {
    "rates": ("service", "zone", "up_to_g"),
    "surcharges": ("service", "surcharge", "when", "threshold", "zone", "area"),
    "exchange_rates": ("currency",),
    "duties": ("levy", "destination", "origin", "hs_prefix", "value_up_to"),
}
_RANGES = (("zones", "origin_prefix", "origin_to"), ("zones", "destination_prefix", "destination_to"),
           ("areas", "prefix", "prefix_to"))  # fmt: skip


def check_thresholds(tables: Tables) -> None:
    read = tables.get("surcharges")
    if read is None or not have(read, "when", "threshold"):
        return
    finding = read.rule("threshold")
    for row, when, threshold in sound_rows(read, "when", "threshold"):
        if when.startswith("over_") and threshold is None:
            finding.add(row, "", f"is empty; {when} needs one")


def check_currency(tables: Tables) -> None:
    """A currency is the brand's, or it has rates of exchange; these are of other currencies."""
    own, exchange = own_currency(tables), tables.get("exchange_rates")
    if own is None:
        return
    known = {own}
    if exchange is not None and exchange.has("currency"):
        finding = exchange.rule("currency")
        for row, currency in sound_rows(exchange, "currency"):
            known.add(currency)
            if currency == own:
                finding.add(row, currency.code, "is the brand's own currency; it has no rate")
    for name in ("rates", "surcharges", "duties"):
        read = tables.get(name)
        if read is None or not read.has("currency") or (exchange is not None and not exchange.complete):
            continue
        finding = read.rule("currency")
        for row, currency in sound_rows(read, "currency"):
            if currency is not None and currency not in known:
                why = f"is not the brand's currency, {own.code}, and has no rate in exchange_rates.csv"
                finding.add(row, currency.code, why)


def _spans(read: Columns, names: tuple[str, ...]) -> Iterator[tuple[int, tuple[Any, ...], date, date]]:
    for row, *thing, start, end in sound_rows(read, *names, "valid_from", "valid_to"):
        yield row, tuple(thing), start or date.min, end or date.max


def check_overlaps(tables: Tables) -> None:
    """Two rows for the same thing must not be valid on the same day."""
    for name, names in _ONCE.items():
        read = tables.get(name)
        if read is None or not have(read, *names):
            continue
        column = next(one for one in reversed(names) if read.has(one))
        finding = read.rule(column)
        seen: dict[tuple[Any, ...], list[tuple[int, date, date]]] = {}
        for row, thing, first, last in _spans(read, names):
            earlier = seen.setdefault(thing, [])
            again = next((other for other, begins, ends in earlier if begins <= last and first <= ends), None)
            if again is not None:
                value = read.texts[column][read.rows.index(row)]
                shown = ", ".join(one for one in names if read.has(one))
                finding.add(row, value, f"repeats row {again}: {shown} valid on the same day")
            earlier.append((row, first, last))


def check_gaps(tables: Tables) -> None:
    """A price that ends and comes back later was forgotten in between: its parcels would pay the next break."""
    for name, what in (("rates", "price"), ("exchange_rates", "rate")):
        read, names = tables.get(name), _ONCE[name]
        if read is None or not have(read, *names) or not read.has("valid_from"):
            continue
        finding = read.rule("valid_from")
        seen: dict[tuple[Any, ...], list[tuple[date, date, int]]] = {}
        for row, thing, first, last in _spans(read, names):
            seen.setdefault(thing, []).append((first, last, row))
        found = [
            (row, first, end + timedelta(days=1))
            for spans in seen.values()
            if len(spans) > 1
            for (_, end, _), (first, _, row) in pairwise(sorted(spans))
            if end < date.max and end + timedelta(days=1) < first
        ]
        for row, first, free in sorted(found):
            why = f"leaves a gap: no {what} of this {names[-1]} from {free} to {first - timedelta(days=1)}"
            finding.add(row, first.isoformat(), why)


def check_priced(tables: Tables) -> None:
    """Each zone that zones.csv names has rates, and so has each that a surcharge names.

    Of rates that name a service that is not there nobody can say which one they are for.
    """
    rates, services = tables.get("rates"), tables.get("services")
    if rates is None or not rates.complete or not have(rates, "service", "zone"):
        return
    if services is None or not set(rates.texts["service"]) <= set(services.texts.get("service", ())):
        return
    priced = set(zip(rates.texts["service"], rates.texts["zone"], strict=True))
    for name in ("zones", "surcharges"):
        read = tables.get(name)
        if read is None or not read.has("service") or not read.has("zone"):
            continue
        finding = read.rule("zone")
        for row, service, zone in sound_rows(read, "service", "zone"):
            if zone and (service, zone) not in priced:
                finding.add(row, zone, f"has no rate of service {service} in rates.csv")


def check_percents(tables: Tables) -> None:
    """Percents lie within 100; amounts of money are not below 0."""
    for name in ("surcharges", "markups"):
        read = tables.get(name)
        if read is None or not have(read, "kind", "amount"):
            continue
        finding = read.rule("amount")
        texts = dict(zip(read.rows, read.texts["amount"], strict=True))
        for row, kind, amount in sound_rows(read, "kind", "amount"):
            if kind.endswith("percent") and abs(amount) > MOST_PERCENT * MICROS:
                finding.add(row, texts[row], f"is more than {MOST_PERCENT} percent")
            elif kind != "percent" and amount < 0:
                finding.add(row, texts[row], f"is less than 0; only a percent may be, not a {kind}")


def check_steps(tables: Tables) -> None:
    """Steps of the value have a size; no other kind has one, or a value that is free."""
    read = tables.get("surcharges")
    if read is None or not have(read, "kind", "value_step"):
        return
    finding = read.rule("value_step" if read.has("value_step") else "kind")
    for row, kind, step, free in sound_rows(read, "kind", "value_step", "value_free"):
        if kind == "value_step" and not step:
            finding.add(row, "" if step is None else "0", "is no step; value_step needs one above 0, such as 100")
        elif kind != "value_step" and (step is not None or free is not None):
            finding.add(row, kind, "has neither value_step nor value_free; those are for the kind value_step")


def check_surcharge_limits(tables: Tables) -> None:
    """What a parcel asks for is had everywhere or nowhere; a group has one sequence, so that its lines see the same."""
    read = tables.get("surcharges")
    if read is None or not have(read, "service", "when", "sequence"):
        return
    for column in ("zone", "area"):
        if read.has(column):
            finding = read.rule(column)
            for row, when, limit in sound_rows(read, "when", column):
                if limit and when in ("signature", "saturday"):
                    finding.add(row, limit, f"limits {when}, which is had everywhere or nowhere")
    if not read.has("group"):
        return
    finding = read.rule("sequence")
    first: dict[tuple[str, str], tuple[int, int]] = {}
    for row, service, group, sequence in sound_rows(read, "service", "group", "sequence"):
        earlier, same = first.setdefault((service, group), (row, sequence))
        if group and same != sequence:
            finding.add(row, str(sequence), f"is not that of row {earlier}, {same}: group {group} has one sequence")


def check_ranges(tables: Tables) -> None:
    """A range ends with as many characters as it begins, and not before."""
    for name, prefix, end in _RANGES:
        read = tables.get(name)
        if read is None or not read.has(prefix) or not read.has(end):
            continue
        finding = read.rule(end)
        for row, first, last in sound_rows(read, prefix, end):
            low, high = route_key("", first), route_key("", last)
            if last and (len(low) != len(high) or high < low):
                finding.add(
                    row, last, f"ends no range that begins with {first or 'nothing'}: as long, and not before it"
                )


def check_areas(tables: Tables) -> None:
    """There are not more areas than can be told apart, and none is named where there are none."""
    read, surcharges = tables.get("areas"), tables.get("surcharges")
    if read is None and surcharges is not None and surcharges.has("area"):
        finding = surcharges.rule("area")
        for row, area in sound_rows(surcharges, "area"):
            if area:
                finding.add(row, area, "names an area; there is no areas.csv")
    if read is None or not read.has("area"):
        return
    finding = read.rule("area")
    known: set[str] = set()
    for row, area in sound_rows(read, "area"):
        if area not in known and len(known) == MOST_AREAS:
            finding.add(row, area, f"is one area more than {MOST_AREAS}")
        elif area not in known:
            known.add(area)


TARIFF_RULES: tuple[Rule, ...] = (
    check_thresholds,
    check_currency,
    check_overlaps,
    check_gaps,
    check_priced,
    check_percents,
    check_steps,
    check_surcharge_limits,
    check_ranges,
    check_areas,
)
RULES: tuple[Rule, ...] = (
    *SHARED_RULES,
    *TARIFF_RULES,
    *DUTY_RULES,
    *EXCHANGE_RULES,
    check_factors,
    *DISRUPTION_RULES,
    *LINEHAUL_RULES,
    *COMMITMENT_RULES,
    *WORTH_RULES,
    *EXPLORE_RULES,
    *FLEET_RULES,
)
