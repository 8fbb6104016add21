"""Options that quotes showed and the ones that were taken, out of the record as choices.csv."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from doorstep.core.accounts import queries
from doorstep.core.decisions import displays
from doorstep.core.decisions.displays import Taken
from doorstep.core.decisions.quotes import fastest_days
from doorstep.domain.customer import OptionShown, QuotesDecided
from doorstep.domain.display import display_of
from doorstep.domain.errors import NotFound
from doorstep.domain.money import Currency
from doorstep.domain.rights import Scope
from doorstep.domain.worth import NEXT_DAY
from doorstep.files.output_file import output_file
from doorstep.files.schema_customers import MOST_DAYS

DECIDED_AFTER = timedelta(days=3)  # whatever the hour: what nobody takes up is let go after two days
COLUMNS = (
    "quote",
    "segment",
    "country",
    "shown_at",
    "option",
    "position",
    "price",
    "days",
    "next_day",
    "pickup",
    "co2e_g",
    "taken",
    "propensity",
    "order",
)


def write_shown(scope: Scope, code: str, out: Path, force: bool = False) -> tuple[int, int]:
    """Write choices.csv of a brand; returns quotes written, and quotes left out since nobody said what was asked.

    Quotes that nobody took up are not kept in the record, so none of them is written. Nobody is named. A quote of which
    an option was taken that was not to be shown is left out, too: what the shopper saw is not known.
    """
    brand = next((one for one in queries.brands(scope) if one.code == code), None)
    if brand is None:
        raise NotFound("no such brand")
    currency, written, left_out = Currency(brand.currency), 0, 0
    with output_file(out, ",".join(COLUMNS), force) as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for quote in displays.taken(brand.id):
            if not _told(quote):
                left_out += 1
                continue
            written += 1
            writer.writerows(_row(one, currency) for one in _options(quote, currency))
    return written, left_out


def shown_options(brand_id: int, currency: Currency) -> tuple[OptionShown, ...]:
    """Options shown and taken as they are learned from; quotes that tell too little are left out."""
    quotes = (one for one in displays.taken(brand_id) if _told(one))
    return tuple(option for quote in quotes for option in _options(quote, currency))


def quotes_decided(brand_id: int) -> tuple[QuotesDecided, ...]:
    """Quotes taken and let go, of the days of which both are known: what was let go before was not counted.

    The first day that any were counted of may be one on which counting began, and is left out. Two queries.
    """
    left = displays.left(brand_id)
    if not left:
        return ()
    begun = left[0][0]
    quotes, took = Counter({(day, days): count for day, days, count in left}), Counter[tuple[date, int]]()
    for one in displays.taken(brand_id):
        day = one.made_at.date()
        days = fastest_days(one.options, day, one.usual)
        if days is not None:
            took[day, days] += 1
    quotes.update(took)
    return tuple(
        QuotesDecided(day, day + DECIDED_AFTER, days, count, took[day, days])
        for (day, days), count in sorted(quotes.items())
        if day > begun
    )


def _told(quote: Taken) -> bool:
    """Whether it is known what was asked for each option, and that the one taken was shown."""
    return len(quote.asked) == len(quote.options) and (quote.usual is None or quote.option in quote.usual)


def _options(quote: Taken, currency: Currency) -> Iterator[OptionShown]:
    shown = display_of(quote.pk, len(quote.options), quote.display_test_ppm, quote.usual)
    for number in sorted(shown.order):
        option = quote.options[number]
        waited = (date.fromisoformat(option["promised_by"]) - quote.made_at.date()).days
        days = min(MOST_DAYS, max(0, waited))  # a cart may ask not to come before a far year
        yield OptionShown(
            quote=str(quote.pk),
            option=str(number),
            shown_at=quote.made_at,
            country=quote.cart["to"][0],
            price_micros=quote.asked[number] * currency.micros_per_minor,
            days=days,
            taken=number == quote.option,
            segment=quote.cart.get("segment", ""),
            position=shown.order.index(number) + 1,
            next_day=days <= NEXT_DAY,
            pickup=bool(quote.cart["pickup_point"]),
            propensity=shown.propensity,
            co2e_g=option.get("co2e_g"),
            order=quote.order,
        )


def _row(one: OptionShown, currency: Currency) -> tuple[object, ...]:
    return (
        one.quote,
        one.segment,
        one.country,
        one.shown_at.isoformat(),
        one.option,
        one.position,
        currency.text(currency.minor(one.price_micros)),
        one.days,
        int(one.next_day),
        int(one.pickup),
        "" if one.co2e_g is None else one.co2e_g,
        int(one.taken),
        f"{one.propensity:.9g}",
        one.order,
    )
