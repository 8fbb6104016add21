"""Options are shown by lot where the brand says so, and what was shown and taken comes out as choices.csv."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.api.shop import TEA_SHOP
from tests.record.brand import NOW, loaded
from tests.record.test_quote import LATER, cart, ordered, quoted

from doorstep.core.decisions.models import Quote
from doorstep.core.events.models import Fact
from doorstep.domain.display import display_of
from doorstep.domain.errors import Conflict, InvalidProblem, NotFound
from doorstep.domain.rights import Scope
from doorstep.files.customers_in import read_customers
from doorstep.files.schema_customers import MOST_DAYS
from doorstep.flows.display_test import set_display_test
from doorstep.flows.order_quoted import accept_quoted
from doorstep.flows.quote import accept_quote
from doorstep.flows.shown_options import write_shown
from doorstep.flows.standing import forget

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_held() -> None:
    forget()


def brand_code(scope: Scope) -> str:
    from doorstep.core.accounts.queries import brands

    return brands(scope)[0].code


def test_the_share_in_force_when_it_was_quoted_counts() -> None:
    scope, brand_id = loaded()
    before = quoted(scope, brand_id, cart("teapot"))
    assert (before.display.order[0], before.display.propensity) == (0, 1.0)
    set_display_test(scope, brand_code(scope), 1_000_000, now=NOW)
    set_display_test(scope, brand_code(scope), 1_000_000, now=NOW)  # nothing new: no second fact
    later = quoted(scope, brand_id, cart("teapot"))
    assert len(later.options) > 1
    assert later.display == display_of(later.pk, len(later.options), 1_000_000)
    assert later.display.propensity < 1
    assert [one.data for one in Fact.objects.filter(kind="DisplayTestSet")] == [{"share_ppm": 1_000_000}]


def test_who_may_not_set_it() -> None:
    scope, _ = loaded()
    with pytest.raises(NotFound):
        set_display_test(scope, "nobody", 1, now=NOW)
    with pytest.raises(NotFound):
        set_display_test(replace(scope, role="quote_only"), brand_code(scope), 1, now=NOW)
    with pytest.raises(InvalidProblem):
        set_display_test(scope, brand_code(scope), 1_000_001, now=NOW)


def test_what_was_shown_and_taken_comes_out(tmp_path: Path) -> None:
    scope, brand_id = loaded()
    set_display_test(scope, brand_code(scope), 500_000, now=NOW)
    asked = cart("teapot")
    silent, told = (quoted(scope, brand_id, asked) for _ in range(2))
    quoted(scope, brand_id, asked)  # left: it is not told
    prices = [300 + 100 * number for number in range(len(told.options))]
    accept_quote(scope, told.pk, 1, now=NOW, asked=prices)
    accept_quoted(scope, brand_id, ordered("o1", asked), told.pk, now=LATER)
    accept_quote(scope, silent.pk, 0, now=NOW)
    (tmp_path / "brand.csv").write_bytes((TEA_SHOP / "brand.csv").read_bytes())
    assert write_shown(scope, brand_code(scope), tmp_path / "choices.csv") == (1, 1)
    read = read_customers(tmp_path).shown
    assert [one.price_micros for one in read] == [price * 10_000 for price in prices]
    assert [one.taken for one in read] == [number == 1 for number in range(len(read))]
    assert {(one.order, one.country, one.customer) for one in read} == {("o1", "DE", "")}
    assert [one.position for one in read] == [told.display.order.index(number) + 1 for number in range(len(read))]
    assert read[0].propensity == pytest.approx(told.display.propensity)
    assert {one.co2e_g for one in read} == {None}  # it weighed on nothing
    row = Quote.objects.get(pk=told.pk)
    row.options = [{**one, "co2e_g": 100 + number} for number, one in enumerate(row.options)]
    row.save()
    write_shown(scope, brand_code(scope), tmp_path / "choices.csv", force=True)
    assert [one.co2e_g for one in read_customers(tmp_path).shown] == [100 + number for number in range(len(read))]
    assert read[0].days == (told.options[0].promised_by - NOW.date()).days


def test_prices_for_some_options_alone_are_refused() -> None:
    scope, brand_id = loaded()
    told = quoted(scope, brand_id, cart("teapot"))
    with pytest.raises(Conflict, match="for each, or for none"):
        accept_quote(scope, told.pk, 0, now=NOW, asked=[100])


def test_a_promise_of_a_far_year_comes_out_as_what_is_read_again(tmp_path: Path) -> None:
    scope, brand_id = loaded()
    asked = cart("teapot")
    far = quoted(scope, brand_id, asked)
    accept_quote(scope, far.pk, 0, now=NOW, asked=[300] * len(far.options))
    accept_quoted(scope, brand_id, ordered("o1", asked), far.pk, now=LATER)
    row = Quote.objects.get(pk=far.pk)
    row.options = [option | {"promised_by": "2150-01-01"} for option in row.options]
    row.save()
    (tmp_path / "brand.csv").write_bytes((TEA_SHOP / "brand.csv").read_bytes())
    write_shown(scope, brand_code(scope), tmp_path / "choices.csv")
    assert {one.days for one in read_customers(tmp_path).shown} == {MOST_DAYS}
