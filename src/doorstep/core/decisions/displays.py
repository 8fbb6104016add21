"""What quotes showed, and for which share of them the order was drawn by lot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from doorstep.core.accounts.models import Brand
from doorstep.core.decisions.models import Quote, QuotesLeft
from doorstep.core.decisions.quotes import usual_of

AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Taken:
    """A quote of which an option was taken; `asked` what the shopper was to pay for each, empty: nobody said."""

    pk: int
    made_at: datetime
    cart: Mapping[str, Any]
    options: Sequence[Mapping[str, Any]]
    option: int
    asked: Sequence[int]
    display_test_ppm: int
    order: str  # empty: none came of it
    usual: tuple[int, ...] | None = None  # as in `quotes.QuoteRow`


def set_share(brand_id: int, share_ppm: int) -> bool:
    """Have the options of a share of a brand's quotes shown in an order drawn by lot. False: it was so already."""
    return Brand.objects.filter(pk=brand_id).exclude(display_test_ppm=share_ppm).update(display_test_ppm=share_ppm) == 1


def left(brand_id: int) -> tuple[tuple[date, int, int], ...]:
    """Day of the quotes, days of their fastest promise, and how many nobody took up, by day; one query."""
    rows = QuotesLeft.objects.filter(brand_id=brand_id).order_by("made_on", "fastest_days")
    return tuple(rows.values_list("made_on", "fastest_days", "quotes"))


def taken(brand_id: int) -> Iterator[Taken]:
    """Quotes of a brand of which an option was taken, by their ids. Those that nobody took up are not kept."""
    rows = Quote.objects.filter(brand_id=brand_id, option__isnull=False).order_by("pk")
    names = ("pk", "made_at", "cart", "options", "option", "asked", "display_test_ppm", "order__code", "shown")
    for pk, made_at, cart, options, option, asked, share_ppm, order, shown in rows.values_list(*names).iterator(
        AT_ONCE
    ):
        yield Taken(pk, made_at, cart, options, option or 0, asked, share_ppm, order or "", usual_of(shown))
