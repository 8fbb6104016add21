"""Options that quotes showed and the ones that were taken, out of the record as choices.csv."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from doorstep.core.accounts import queries
from doorstep.core.decisions import displays
from doorstep.core.decisions.displays import Taken
from doorstep.domain.customer import OptionShown
from doorstep.domain.display import display_of
from doorstep.domain.errors import NotFound
from doorstep.domain.money import Currency
from doorstep.domain.rights import Scope
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
NEXT_DAY = 1


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
            writer.writerows(_rows(quote, currency))
    return written, left_out


def shown_options(brand_id: int, currency: Currency) -> tuple[OptionShown, ...]:
    """Options shown and taken as they are learned from; quotes of which nobody said what was asked are left out."""
    return tuple(
        OptionShown(
            quote=str(quote.pk),
            option=str(number),
            shown_at=quote.made_at,
            country=quote.cart["to"][0],
            price_micros=quote.asked[number] * currency.micros_per_minor,
            days=_days(quote, option),
            taken=number == quote.option,
            position=shown.order.index(number) + 1,
            next_day=_days(quote, option) <= NEXT_DAY,
            pickup=bool(quote.cart["pickup_point"]),
            propensity=shown.propensity,
            order=quote.order,
        )
        for quote in displays.taken(brand_id)
        if len(quote.asked) == len(quote.options)
        for shown in (display_of(quote.pk, len(quote.options), quote.display_test_ppm),)
        for number, option in enumerate(quote.options)
    )


def _days(quote: Taken, option: Mapping[str, Any]) -> int:
    """From showing to the promised date."""
    return max(0, (date.fromisoformat(option["promised_by"]) - quote.made_at.date()).days)


def _rows(quote: Taken, currency: Currency) -> Iterator[tuple[object, ...]]:
    shown = display_of(quote.pk, len(quote.options), quote.display_test_ppm)
    for number, option in enumerate(quote.options):
        days = _days(quote, option)
        yield (
            quote.pk,
            quote.cart["to"][0],
            quote.made_at.isoformat(),
            number,
            shown.order.index(number) + 1,
            currency.text(quote.asked[number]),
            days,
            int(days <= NEXT_DAY),
            int(bool(quote.cart["pickup_point"])),
            int(number == quote.option),
            f"{shown.propensity:.9g}",
            quote.order,
        )
