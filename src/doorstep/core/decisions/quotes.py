"""Quotes: offered, accepted with their stock reserved for a while, then ordered or expired."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import orjson
from django.db import connection, transaction

from doorstep.core.accounts.models import Brand
from doorstep.core.decisions.models import Quote, QuotesLeft
from doorstep.domain.errors import NotFound
from doorstep.domain.rights import Scope

KEEP = (
    f"INSERT INTO {Quote._meta.db_table} (brand_id, state, made_at, cart, options, why, shown, asked, "
    "display_test_ppm) VALUES (%s, 'offered', %s, %s, %s, %s, %s, '[]', "
    f"(SELECT display_test_ppm FROM {Brand._meta.db_table} WHERE id = %s)) RETURNING id, display_test_ppm"
)
COUNT = (
    f"INSERT INTO {QuotesLeft._meta.db_table} AS kept (brand_id, made_on, fastest_days, quotes) VALUES (%s, %s, %s, %s)"
    " ON CONFLICT (brand_id, made_on, fastest_days) DO UPDATE SET quotes = kept.quotes + excluded.quotes"
)
QuoteState = Literal["offered", "accepted", "ordered", "expired"]
MOST_DAYS = 3_650  # that are told apart: a cart may ask not to come before a far year, and a column holds so much


@dataclass(frozen=True, slots=True)
class QuoteRow:
    """`cart` is what was asked, `options` what was offered; `option` the one chosen, -1: none."""

    pk: int
    brand_id: int
    state: QuoteState
    made_at: datetime
    cart: Mapping[str, Any]
    options: Sequence[Mapping[str, Any]]
    why: Mapping[str, str]
    option: int
    reserved_until: datetime | None
    display_test_ppm: int = 0  # share of quotes whose options were shown in an order by lot
    usual: tuple[int, ...] | None = None  # which options are shown, as they usually stand; None: all, as numbered


def keep_quote(
    brand_id: int,
    cart: Mapping[str, Any],
    options: Sequence[Mapping[str, Any]],
    why: Mapping[str, str],
    shown: Mapping[str, Any],
    at: datetime,
) -> tuple[int, int]:
    """Keep what was offered, and which of it is shown (empty: all, as numbered).

    Returns the row's id, and for which share of quotes the brand has lots drawn.
    """
    told = [orjson.dumps(one).decode() for one in (cart, options, why, shown)]
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [brand_id, connection.ops.adapt_datetimefield_value(at), *told, brand_id])
        pk, share_ppm = cursor.fetchone()
    return int(pk), int(share_ppm)


def get_quote(scope: Scope, pk: int, *, lock: bool = False) -> QuoteRow:
    """Give a quote; `lock` holds it until the transaction ends. Raises NotFound if it is not of this scope."""
    rows = Quote.objects.filter(pk=pk, brand_id__in=scope.brands)
    row = (rows.select_for_update() if lock else rows).first()
    if row is None:
        raise NotFound(f"no quote {pk}")
    return QuoteRow(
        row.pk,
        row.brand_id,
        row.state,  # type: ignore[arg-type]  # the database knows no other
        row.made_at,
        row.cart,
        row.options,
        row.why,
        -1 if row.option is None else row.option,
        row.reserved_until,
        row.display_test_ppm,
        usual_of(row.shown),
    )


def usual_of(shown: Mapping[str, Any]) -> tuple[int, ...] | None:
    """Which options are shown, as they usually stand; None: all, as they are numbered."""
    return tuple(shown["usual"]) if "usual" in shown else None


def accept_quote(pk: int, option: int, reserved_until: datetime, asked: Sequence[int] = ()) -> None:
    """An option of a locked quote was chosen; `asked` is what each was to cost, where the shop says so."""
    Quote.objects.filter(pk=pk).update(
        state="accepted", option=option, reserved_until=reserved_until, asked=list(asked)
    )


def order_quote(pk: int, order_id: int) -> None:
    """A locked quote became an order."""
    Quote.objects.filter(pk=pk).update(state="ordered", order_id=order_id)


def expire_quote(pk: int) -> None:
    """Nobody ordered a locked quote in time."""
    Quote.objects.filter(pk=pk).update(state="expired")


def overdue(now: datetime, limit: int) -> list[tuple[int, int]]:
    """Row ids of accepted quotes whose time is over, with their brands; the oldest first."""
    rows = Quote.objects.filter(state="accepted", reserved_until__lte=now).order_by("reserved_until", "pk")
    return list(rows.values_list("pk", "brand_id")[:limit])


def lock_overdue(pk: int, now: datetime) -> bool:
    """Lock a quote; False: it was ordered or expired meanwhile."""
    return (
        Quote.objects.select_for_update().filter(pk=pk, state="accepted", reserved_until__lte=now).first() is not None
    )


def forget_offered(before: datetime, limit: int) -> int:
    """Drop quotes that nobody took up, and count them by the promise that they showed; returns how many."""
    with transaction.atomic():
        old = Quote.objects.select_for_update().filter(state="offered", made_at__lt=before).order_by("made_at")[:limit]
        rows = list(old.values_list("pk", "brand_id", "made_at", "options", "shown"))
        counts = Counter(
            (brand, at.date(), days)
            for _, brand, at, options, shown in rows
            if (days := fastest_days(options, at.date(), usual_of(shown))) is not None
        )
        with connection.cursor() as cursor:
            cursor.executemany(
                COUNT,
                [
                    (brand, connection.ops.adapt_datefield_value(day), days, number)
                    for (brand, day, days), number in sorted(counts.items())
                ],
            )
        return Quote.objects.filter(pk__in=[pk for pk, *_ in rows]).delete()[0]


def fastest_days(options: Sequence[Mapping[str, Any]], made_on: date, usual: Sequence[int] | None = None) -> int | None:
    """Days from the quote to the earliest promise that it showed, from 0 to MOST_DAYS; None: it showed nothing.

    `usual` are numbers of the options that were shown; None: all.
    """
    shown = options if usual is None else [options[number] for number in usual]
    days = [(date.fromisoformat(one["promised_by"]) - made_on).days for one in shown]
    return min(MOST_DAYS, max(0, min(days))) if days else None
