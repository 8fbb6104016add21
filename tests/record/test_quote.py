"""From the checkout to the order: quoted, reserved for a while, ordered with the plan that was promised."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.record.brand import NOW, loaded

from doorstep.core.decisions.models import Quote
from doorstep.core.events.models import Fact
from doorstep.core.stock.models import Level, Move
from doorstep.core.tariffs.models import RateBreak
from doorstep.domain.carriage import ZoneRule
from doorstep.domain.demand import Contact, Order, OrderLine
from doorstep.domain.errors import Conflict, NotEnough, NotFound
from doorstep.domain.place import Place
from doorstep.domain.rights import Scope
from doorstep.flows.faults import faults_of_cart
from doorstep.flows.order_quoted import accept_quoted
from doorstep.flows.quote import Quoted, accept_quote, expire, quote_cart
from doorstep.flows.standing import forget

pytestmark = pytest.mark.django_db
MUNICH = Place("DE", "BY", "Munich", "80331", 48.137, 11.575)
LATER = NOW + timedelta(minutes=10)


@pytest.fixture(autouse=True)
def _nothing_held() -> None:
    forget()


def cart(sku: str = "mug", quantity: int = 1, place: Place = MUNICH) -> Order:
    return Order("cart", "", NOW, "", place, (OrderLine("1", sku, quantity, 0),))


def ordered(code: str, asked: Order, at: datetime = LATER) -> Order:
    return replace(asked, order=code, placed_at=at, customer="ann", contact=Contact(name="Ann", address_1="Ring 1"))


def quoted(scope: Scope, brand_id: int, asked: Order) -> Quoted:
    found = quote_cart(scope, brand_id, asked, now=NOW)
    assert found.options
    return found


def levels() -> dict[str, int]:
    units: dict[str, int] = {}
    for state, quantity in Level.objects.values_list("state", "quantity"):
        units[state] = units.get(state, 0) + quantity
    return units


def told(order_id: int, kind: str) -> dict[str, object]:
    return dict(Fact.objects.get(subject=f"order:{order_id}", kind=kind).data)


def test_options_run_from_the_cheapest_to_the_fastest() -> None:
    scope, brand_id = loaded()
    options = quoted(scope, brand_id, cart("teapot")).options
    assert len(options) >= 2
    costs, dates = [one.cost_minor for one in options], [one.promised_by for one in options]
    assert costs == sorted(set(costs))
    assert dates == sorted(set(dates), reverse=True)
    assert all(one.cost_minor == sum(p.cost.total_minor for p in one.parcels) for one in options)
    assert Move.objects.exclude(reason="receipt").count() == 0


def test_a_cart_that_cannot_be_served_is_told_why() -> None:
    scope, brand_id = loaded()
    for asked, reason in (
        (cart("samovar"), "unknown_sku"),
        (cart("teapot", 3), "stock_out"),
        (cart(place=Place("AT", "", "Salzburg", "5020")), "no_zone"),
    ):
        found = quote_cart(scope, brand_id, asked, now=NOW)
        assert found.options == ()
        assert found.why is not None
        assert (found.why.reason, bool(found.why.detail), bool(found.why.remedy)) == (reason, True, True)


def test_what_was_accepted_is_reserved_once_and_ordered_as_quoted() -> None:
    scope, brand_id = loaded()
    before = levels()
    quote = quoted(scope, brand_id, cart("teapot"))
    until = accept_quote(scope, quote.pk, 0, now=NOW)
    assert until == NOW + timedelta(minutes=15)
    assert accept_quote(scope, quote.pk, 0, now=NOW) == until
    with pytest.raises(Conflict, match="accepted already"):
        accept_quote(scope, quote.pk, 1, now=NOW)
    assert levels()["reserved"] == 1
    accepted = accept_quoted(scope, brand_id, ordered("N-1", cart("teapot")), quote.pk, now=LATER)
    assert accepted.state == "planned"
    option = quote.options[0]
    assert [(p.site, p.service, p.promised_by) for p in accepted.parcels] == [
        (p.site, p.service, p.promised_by) for p in option.parcels
    ]
    assert told(accepted.order_id, "QuoteAccepted") == {"quote": quote.pk, "drift_minor": 0, "kept": True}
    assert levels() == {**before, "available": before["available"] - 1, "reserved": 1}
    assert Quote.objects.get(pk=quote.pk).state == "ordered"
    moves = Move.objects.filter(reference__in=(f"quote:{quote.pk}", f"order:{accepted.order_id}")).order_by("pk")
    assert list(moves.values_list("reason", flat=True)) == ["reservation", "release", "reservation"]


def test_the_reservation_holds_the_last_unit_for_its_order() -> None:
    scope, brand_id = loaded()
    there = levels()["available"]
    mugs = sum(Level.objects.filter(product__sku="mug", site__code="munich").values_list("quantity", flat=True))
    Level.objects.filter(product__sku="mug").exclude(site__code="munich").update(quantity=0)
    asked = cart("mug", mugs)
    quote = quoted(scope, brand_id, asked)
    accept_quote(scope, quote.pk, 0, now=NOW)
    other = quoted_nothing(scope, brand_id)
    assert other.why is not None
    assert other.why.reason == "stock_out"
    accepted = accept_quoted(scope, brand_id, ordered("N-1", asked), quote.pk, now=LATER)
    assert accepted.state == "planned"
    assert told(accepted.order_id, "QuoteAccepted")["kept"] is True
    assert there > 0


def quoted_nothing(scope: Scope, brand_id: int) -> Quoted:
    return quote_cart(scope, brand_id, cart("mug", 1), now=NOW + timedelta(seconds=5))


def test_two_orders_with_one_quote_keep_it_once() -> None:
    scope, brand_id = loaded()
    quote = quoted(scope, brand_id, cart())
    accept_quote(scope, quote.pk, 0, now=NOW)
    first = accept_quoted(scope, brand_id, ordered("N-1", cart()), quote.pk, now=LATER)
    second = accept_quoted(scope, brand_id, ordered("N-2", cart()), quote.pk, now=LATER)
    assert [told(one.order_id, "QuoteAccepted")["kept"] for one in (first, second)] == [True, False]
    assert levels()["reserved"] == 2


def test_expired_stock_goes_back_and_the_order_is_decided_anew() -> None:
    scope, brand_id = loaded()
    before = levels()
    quote = quoted(scope, brand_id, cart())
    until = accept_quote(scope, quote.pk, 0, now=NOW)
    assert expire(until - timedelta(seconds=1)) == 0
    assert [expire(until), expire(until)] == [1, 0]
    assert levels() == {**before, "reserved": 0}
    accepted = accept_quoted(scope, brand_id, ordered("N-1", cart(), until), quote.pk, now=until)
    assert accepted.state == "planned"
    assert told(accepted.order_id, "QuoteAccepted") == {"quote": quote.pk, "drift_minor": 0, "kept": False}


def test_other_lines_are_decided_anew_and_what_is_left_over_goes_back() -> None:
    scope, brand_id = loaded()
    quote = quoted(scope, brand_id, cart("mug", 3))
    accept_quote(scope, quote.pk, 0, now=NOW)
    accepted = accept_quoted(scope, brand_id, ordered("N-1", cart("mug", 1)), quote.pk, now=LATER)
    assert told(accepted.order_id, "QuoteAccepted")["kept"] is False
    assert levels()["reserved"] == 1


def test_a_cut_off_that_passed_is_told_as_a_new_promise() -> None:
    scope, brand_id = loaded()
    quote = quoted(scope, brand_id, cart())
    accept_quote(scope, quote.pk, len(quote.options) - 1, now=NOW, reserved_for=timedelta(days=2))
    tomorrow = NOW + timedelta(days=1)
    accepted = accept_quoted(scope, brand_id, ordered("N-1", cart(), tomorrow), quote.pk, now=tomorrow)
    assert told(accepted.order_id, "QuoteAccepted")["kept"] is False
    assert str(told(accepted.order_id, "Repromised")["promised_by"]) > quote.options[-1].promised_by.isoformat()
    assert levels()["reserved"] == 1


def test_a_price_that_rose_is_drift_and_the_plan_is_kept() -> None:
    scope, brand_id = loaded()
    quote = quoted(scope, brand_id, cart())
    accept_quote(scope, quote.pk, 0, now=NOW)
    for rate in RateBreak.objects.all():
        rate.price_micros += 1_000_000
        rate.save()
    accepted = accept_quoted(scope, brand_id, ordered("N-1", cart()), quote.pk, now=LATER)
    assert told(accepted.order_id, "QuoteAccepted") == {"quote": quote.pk, "drift_minor": 106, "kept": True}


def test_goods_that_went_meanwhile_cannot_be_reserved() -> None:
    scope, brand_id = loaded()
    quote = quoted(scope, brand_id, cart())
    Level.objects.filter(product__sku="mug").update(quantity=0)
    with pytest.raises(NotEnough):
        accept_quote(scope, quote.pk, 0, now=NOW)
    assert Quote.objects.get(pk=quote.pk).state == "offered"


def test_a_quote_is_the_brands_own_and_needs_a_choice() -> None:
    scope, brand_id = loaded()
    quote = quoted(scope, brand_id, cart())
    with pytest.raises(Conflict, match="no option"):
        accept_quoted(scope, brand_id, ordered("N-1", cart()), quote.pk, now=LATER)
    with pytest.raises(Conflict, match="counted from 0"):
        accept_quote(scope, quote.pk, 9, now=NOW)
    stranger = Scope(scope.operator + 1, frozenset({brand_id + 1}), "brand_admin", "key:9")
    with pytest.raises(NotFound):
        accept_quote(stranger, quote.pk, 0, now=NOW)
    with pytest.raises(NotFound):
        accept_quoted(stranger, brand_id + 1, ordered("N-1", cart()), quote.pk, now=LATER)


def test_quotes_that_nobody_took_up_are_forgotten() -> None:
    scope, brand_id = loaded()
    quoted(scope, brand_id, cart())
    expire(NOW + timedelta(days=1))
    assert Quote.objects.count() == 1
    expire(NOW + timedelta(days=3))
    assert Quote.objects.count() == 0


def test_a_quote_holds_no_personal_data() -> None:
    scope, brand_id = loaded()
    quote_cart(scope, brand_id, ordered("cart", cart(), NOW), now=NOW)
    row = Quote.objects.get()
    assert "Ann" not in f"{row.cart} {row.options} {row.why}"


def test_an_offer_ends_after_a_while_and_when_its_parcel_would_have_left() -> None:
    scope, brand_id = loaded()
    quote = quoted(scope, brand_id, cart("teapot"))
    with pytest.raises(Conflict, match="ask for a new one"):
        accept_quote(scope, quote.pk, 0, now=NOW + timedelta(minutes=30))
    row = Quote.objects.get(pk=quote.pk)
    row.options[0]["parcels"][0]["ship_at"] = (NOW + timedelta(minutes=5)).isoformat()
    row.save()
    with pytest.raises(Conflict, match="has ended"):
        accept_quote(scope, quote.pk, 0, now=NOW + timedelta(minutes=5))
    assert accept_quote(scope, quote.pk, 0, now=NOW + timedelta(minutes=4))


@pytest.mark.parametrize(
    ("postcode", "reason"), [("no code", "address_postcode"), ("", "address_incomplete"), ("10115", "")]
)
def test_a_quote_tells_for_what_its_order_would_be_held(postcode: str, reason: str) -> None:
    scope, brand_id = loaded()
    found = quote_cart(scope, brand_id, cart(place=Place("DE", "", "Berlin", postcode)), now=NOW)
    assert [one.reason for one in found.faults] == [reason] * bool(reason)
    assert bool(found.options)


def test_the_zones_of_a_tariff_are_gone_through_once_not_for_every_cart() -> None:
    zones = _Counted([ZoneRule("post", "", "", "DE", "80", "1", False)])
    for brand_id in (1, 1, 1):
        assert not faults_of_cart(brand_id, cart(), zones)
    assert zones.read == 1


class _Counted(tuple[ZoneRule, ...]):
    """Zones that count how often they are gone through."""

    read = 0

    def __iter__(self) -> Iterator[ZoneRule]:
        self.read += 1
        return super().__iter__()
