"""Quotes that nobody took up are counted by the promise they showed, and tell what a promise sells."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.record.brand import NOW, loaded
from tests.record.test_quote import cart

from doorstep.core.decisions.models import Quote, QuotesLeft
from doorstep.core.decisions.quotes import MOST_DAYS
from doorstep.domain.customer import QuotesDecided
from doorstep.domain.rights import Scope
from doorstep.flows.quote import accept_quote, expire, quote_cart
from doorstep.flows.shown_options import quotes_decided
from doorstep.flows.standing import forget

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def shop() -> tuple[Scope, int]:
    forget()
    return loaded()


def counted(brand_id: int) -> dict[tuple[date, int], int]:
    rows = QuotesLeft.objects.filter(brand_id=brand_id).values_list("made_on", "fastest_days", "quotes")
    return {(day, days): quotes for day, days, quotes in rows}


def test_they_are_counted_once_when_they_are_deleted(shop: tuple[Scope, int]) -> None:
    days = []
    for n in range(3):
        found = quote_cart(*shop, cart("teapot"), now=NOW)
        days.append((min(one.promised_by for one in found.options) - NOW.date()).days)
        if n == 0:
            accept_quote(shop[0], found.pk, 0, now=NOW)
    quote_cart(*shop, cart("samovar"), now=NOW)  # nothing was shown: it tells of no promise
    expire(NOW + DAY)
    assert counted(shop[1]) == {}
    for _ in range(2):
        expire(NOW + 3 * DAY)
        assert counted(shop[1]) == {(NOW.date(), days[1]): 2}
    quote_cart(*shop, cart("teapot"), now=NOW)
    expire(NOW + 3 * DAY)
    assert counted(shop[1]) == {(NOW.date(), days[1]): 3}
    assert [one.state for one in Quote.objects.all()] == ["expired"]


def test_those_taken_are_told_with_those_left_from_the_day_after_counting_began(shop: tuple[Scope, int]) -> None:
    scope, brand_id = shop
    assert quotes_decided(brand_id) == ()
    for day in range(2):
        at = NOW + day * DAY
        for n in range(3):
            found = quote_cart(scope, brand_id, cart(), now=at)
            if n == 0:
                accept_quote(scope, found.pk, 0, now=at)
    days = (min(one.promised_by for one in found.options) - at.date()).days
    assert quotes_decided(brand_id) == ()  # nothing is let go yet
    expire(NOW + 4 * DAY)
    second = (NOW + DAY).date()
    assert quotes_decided(brand_id) == (QuotesDecided(second, second + 3 * DAY, days, 3, 1),)


def test_only_options_that_were_shown_count(shop: tuple[Scope, int]) -> None:
    """The fastest stood on the quote and was not to be shown: nobody left it, or took another instead of it."""
    scope, brand_id = shop
    for day in range(2):
        at = NOW + day * DAY
        for n in range(2):
            found = quote_cart(scope, brand_id, cart(), now=at)
            row = Quote.objects.get(pk=found.pk)
            slow, fast = ((at + days * DAY).date().isoformat() for days in (6, 1))
            row.options = [row.options[0] | {"promised_by": one} for one in (slow, fast)]
            row.shown = {"usual": [0]}
            row.save()
            if n == 0:
                accept_quote(scope, found.pk, 0, now=at)
    expire(NOW + 4 * DAY)
    second = (NOW + DAY).date()
    assert counted(brand_id) == {(NOW.date(), 6): 1, (second, 6): 1}
    assert quotes_decided(brand_id) == (QuotesDecided(second, second + 3 * DAY, 6, 2, 1),)


def test_a_promise_of_a_far_year_is_counted_and_let_go_like_any_other(shop: tuple[Scope, int]) -> None:
    found = quote_cart(*shop, cart("teapot"), now=NOW)
    row = Quote.objects.get(pk=found.pk)
    row.options = [option | {"promised_by": "2150-01-01"} for option in row.options]
    row.save()
    expire(NOW + 3 * DAY)
    assert counted(shop[1]) == {(NOW.date(), MOST_DAYS): 1}
    assert not Quote.objects.exists()


def test_another_brands_are_its_own(shop: tuple[Scope, int]) -> None:
    other = loaded(operator="south")
    quote_cart(*other, cart(), now=NOW)
    expire(NOW + 3 * DAY)
    assert counted(shop[1]) == {}
    assert sum(counted(other[1]).values()) == 1
