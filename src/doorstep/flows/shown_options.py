"""Options that quotes showed and the ones that were taken, out of the record as choices.csv."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from doorstep.core.accounts import queries
from doorstep.core.decisions import displays
from doorstep.core.decisions.displays import Taken
from doorstep.domain.customer import OptionShown
from doorstep.domain.display import display_of
from doorstep.domain.errors import NotFound
from doorstep.domain.money import Currency
from doorstep.domain.rights import Scope
from doorstep.domain.worth import NEXT_DAY
from doorstep.files.output_file import output_file

COLUMNS = (
    "quote",
    "country",
    "shown_at",
    "option",
    "position",
    "price",
    "days",
    "next_day",
    "pickup",
    "taken",
    "propensity",
    "order",
)


def write_shown(scope: Scope, code: str, out: Path, force: bool = False) -> tuple[int, int]:
    """Write choices.csv of a brand; returns quotes written, and quotes left out since nobody said what was asked.

    Quotes that nobody took up are not kept in the record, so none of them is written. Nobody is named.
    """
    brand = next((one for one in queries.brands(scope) if one.code == code), None)
    if brand is None:
        raise NotFound("no such brand")
    currency, written, left_out = Currency(brand.currency), 0, 0
    with output_file(out, ",".join(COLUMNS), force) as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for quote in displays.taken(brand.id):
            if len(quote.asked) != len(quote.options):
                left_out += 1
                continue
            written += 1
            writer.writerows(_row(one, currency) for one in _options(quote, currency))
    return written, left_out


def shown_options(brand_id: int, currency: Currency) -> tuple[OptionShown, ...]:
    """Options shown and taken as they are learned from; quotes of which nobody said what was asked are left out."""
    quotes = (one for one in displays.taken(brand_id) if len(one.asked) == len(one.options))
    return tuple(option for quote in quotes for option in _options(quote, currency))


def _options(quote: Taken, currency: Currency) -> Iterator[OptionShown]:
    shown = display_of(quote.pk, len(quote.options), quote.display_test_ppm)
    for number, option in enumerate(quote.options):
        days = max(0, (date.fromisoformat(option["promised_by"]) - quote.made_at.date()).days)
        yield OptionShown(
            quote=str(quote.pk),
            option=str(number),
            shown_at=quote.made_at,
            country=quote.cart["to"][0],
            price_micros=quote.asked[number] * currency.micros_per_minor,
            days=days,
            taken=number == quote.option,
            position=shown.order.index(number) + 1,
            next_day=days <= NEXT_DAY,
            pickup=bool(quote.cart["pickup_point"]),
            propensity=shown.propensity,
            order=quote.order,
        )


def _row(one: OptionShown, currency: Currency) -> tuple[object, ...]:
    return (
        one.quote,
        one.country,
        one.shown_at.isoformat(),
        one.option,
        one.position,
        currency.text(currency.minor(one.price_micros)),
        one.days,
        int(one.next_day),
        int(one.pickup),
        int(one.taken),
        f"{one.propensity:.9g}",
        one.order,
    )
