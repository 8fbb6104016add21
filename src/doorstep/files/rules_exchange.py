"""What must hold between amounts once they are in the brand's currency and rounded to its smallest coin."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from doorstep.domain.money import Currency
from doorstep.domain.units import divide_half_up
from doorstep.files.rules import Rule, Tables, have, sound_rows
from doorstep.kernels.rate.exchange import NANOS

NAMELESS = Currency("XXX")  # of ISO 4217: no currency


class Worth(NamedTuple):
    """An amount in the brand's currency during the days of one rate of exchange."""

    minor: int
    first: date
    last: date


def own_currency(tables: Tables) -> Any:
    """The currency of brand.csv; without one the first of rates.csv that has no rate of exchange; None: not known."""
    brand, rates, exchange = tables.get("brand"), tables.get("rates"), tables.get("exchange_rates")
    if brand is not None:
        return brand.values["currency"][0] if brand.values.get("currency") else None
    foreign = set(exchange.values["currency"]) if exchange is not None else set()
    named = rates.values["currency"] if rates is not None else ()
    return next((one for one in named if one is not None and one not in foreign), None)


def check_bands(tables: Tables) -> None:
    """Two limits of a duty that are not the same as written do not become the same on any day."""
    read = tables.get("duties")
    names = ("levy", "destination", "origin", "hs_prefix", "value_up_to", "currency", "valid_from", "valid_to")
    if read is None or not read.has("value_up_to") or not have(read, *names):
        return
    finding = read.rule("value_up_to")
    texts = dict(zip(read.rows, read.texts["value_up_to"], strict=True))
    seen: dict[tuple[Any, ...], list[tuple[int, int, list[Worth]]]] = {}
    for row, *thing, most, currency, start, end in sound_rows(read, *names):
        if most is None:
            continue
        worth = list(_worth(tables, most, currency, start or date.min, end or date.max))
        earlier = seen.setdefault(tuple(thing), [])
        for other, as_written, before in earlier:
            if as_written != most and (both := _meeting(before, worth)) is not None:
                amount = (own_currency(tables) or NAMELESS).text(both.minor)
                why = f"comes out as {amount} in the brand's currency, as that of row {other} does on the same day"
                finding.add(row, texts[row], why)
                break
        earlier.append((row, most, worth))


def check_smallest_steps(tables: Tables) -> None:
    """A step of the value is at least the smallest coin, at every rate of exchange."""
    read = tables.get("surcharges")
    if read is None or not read.has("value_step") or not have(read, "currency", "valid_from", "valid_to"):
        return
    finding = read.rule("value_step")
    texts = dict(zip(read.rows, read.texts["value_step"], strict=True))
    for row, step, currency, start, end in sound_rows(read, "value_step", "currency", "valid_from", "valid_to"):
        if step and any(one.minor < 1 for one in _worth(tables, step, currency, start or date.min, end or date.max)):
            finding.add(row, texts[row], "is less than the smallest coin of the brand's currency")


def _worth(tables: Tables, micros: int, currency: Any, start: date, end: date) -> Iterator[Worth]:
    """Convert an amount as often as its rate of exchange changes within some days."""
    own, exchange = own_currency(tables) or NAMELESS, tables.get("exchange_rates")
    if currency is None or currency == own:
        yield Worth(own.minor(micros), start, end)
    elif exchange is not None and exchange.has("currency") and exchange.has("rate"):
        for _, other, nanos, first, last in sound_rows(exchange, "currency", "rate", "valid_from", "valid_to"):
            begins, ends = max(first or date.min, start), min(last or date.max, end)
            if other == currency and begins <= ends:
                yield Worth(divide_half_up(micros * nanos, own.micros_per_minor * NANOS), begins, ends)


def _meeting(some: list[Worth], others: list[Worth]) -> Worth | None:
    """Find an amount that two have on one day."""
    pairs = ((one, other) for one in some for other in others if one.minor == other.minor)
    return next((one for one, other in pairs if one.first <= other.last and other.first <= one.last), None)


EXCHANGE_RULES: tuple[Rule, ...] = (check_bands, check_smallest_steps)
