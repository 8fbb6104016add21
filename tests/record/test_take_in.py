"""Many orders in one go: each row is answered by itself, whatever the others are like and however often it comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC

import pytest
from tests.record.brand import NOW, loaded

from doorstep.core.events.models import Fact
from doorstep.core.orders.intake import known_orders
from doorstep.core.orders.models import Order as Row
from doorstep.domain.demand import Contact, Order, OrderLine
from doorstep.domain.errors import NotFound
from doorstep.domain.place import Place
from doorstep.domain.rights import Scope
from doorstep.flows import take_in as flow
from doorstep.flows.edit import edit_order
from doorstep.flows.take_in import Sent, Taken, Wrong, digest_of, take_in

pytestmark = pytest.mark.django_db


def sent(row: int, code: str, sku: str = "mug", quantity: int = 1) -> Sent:
    place = Place("DE", "BY", "Munich", "80331", 48.137, 11.575)
    line = OrderLine("1", sku, quantity, 9_000_000)
    return Sent(
        row, code, Order(code, "web", NOW, "ann", place, (line,), contact=Contact(name="Ann", address_1="Marktweg 1"))
    )


def told(scope: Scope, brand_id: int, rows: Sequence[Sent], plan: bool = False) -> list[tuple[int, str, str]]:
    return [(one.row, one.result, one.state) for one in take_in(scope, brand_id, rows, now=NOW, plan=plan)]


def test_bad_rows_do_not_spoil_good_ones() -> None:
    scope, brand_id = loaded()
    rows = [sent(1, "B-1"), Sent(2, "B-2", None, (Wrong("sku", "is empty"),)), sent(3, "B-3", "samovar")]
    found = list(take_in(scope, brand_id, rows, now=NOW))
    assert found == [
        Taken(1, "B-1", "accepted", "open"),
        Taken(2, "B-2", "refused", errors=(Wrong("sku", "is empty"),)),
        Taken(3, "B-3", "accepted", "held", "unknown_sku"),
    ]
    held = Row.objects.get(code="B-3")
    kinds = Fact.objects.filter(subject=f"order:{held.pk}").order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["OrderPlaced", "OrderHeld"]


def test_sent_again_it_is_there_and_other_content_is_a_conflict() -> None:
    scope, brand_id = loaded()
    rows = [sent(1, "B-1"), sent(2, "B-2")]
    told(scope, brand_id, rows)
    again = [*rows, sent(3, "B-1", quantity=2), sent(4, "B-4"), sent(5, "B-4"), sent(6, "B-4", quantity=9)]
    assert told(scope, brand_id, again) == [
        (1, "exists", "open"),
        (2, "exists", "open"),
        (3, "conflict", "open"),
        (4, "accepted", "open"),
        (5, "exists", "open"),
        (6, "conflict", "open"),
    ]
    assert Row.objects.filter(code__startswith="B-").count() == 3


def test_a_row_whose_address_was_written_otherwise_is_the_same_when_it_comes_again() -> None:
    scope, brand_id = loaded()
    first = sent(1, "B-1")
    assert first.order is not None
    place = Place("DE", "BY", " Munich  Centre", "D-80331")
    rough = replace(first, order=replace(first.order, place=place))
    told(scope, brand_id, [rough])
    kept = Row.objects.get(code="B-1")
    assert (kept.city, kept.postcode) == ("Munich Centre", "80331")
    assert told(scope, brand_id, [rough]) == [(1, "exists", kept.state)]
    assert told(scope, brand_id, [first]) == [(1, "conflict", kept.state)]


def test_a_row_is_examined_as_an_order_that_comes_alone() -> None:
    scope, brand_id = loaded()
    whole = sent(1, "B-1")
    assert whole.order is not None
    bare = replace(whole, order=replace(whole.order, contact=Contact(name="Ann"), payment="pending"))
    assert told(scope, brand_id, [bare]) == [(1, "accepted", "held")]
    kept = Row.objects.get(code="B-1")
    assert [reason for reason, *_ in kept.faults] == ["address_incomplete", "payment_pending"]
    assert kept.reason == "address_incomplete"


def test_an_order_without_a_time_is_the_same_when_it_comes_later() -> None:
    scope, brand_id = loaded()
    first = replace(sent(1, "B-1"), dated=False)
    told(scope, brand_id, [first])
    assert first.order is not None
    later = replace(first, order=replace(first.order, placed_at=NOW.replace(hour=11)))
    assert told(scope, brand_id, [later]) == [(1, "exists", "open")]
    assert told(scope, brand_id, [replace(later, dated=True)]) == [(1, "conflict", "open")]


def test_a_chunk_that_somebody_else_disturbs_goes_in_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    scope, brand_id = loaded()
    told(scope, brand_id, [sent(1, "B-1")])
    look = known_orders
    looks: list[int] = []

    def late(brand: int, codes: set[str]) -> object:
        looks.append(1)
        return {} if len(looks) == 1 else look(brand, codes)

    monkeypatch.setattr(flow, "known_orders", late)
    assert told(scope, brand_id, [sent(1, "B-1"), sent(2, "B-2")]) == [(1, "exists", "open"), (2, "accepted", "open")]


def test_planned_at_the_end_when_asked() -> None:
    scope, brand_id = loaded()
    waiting = Row.objects.filter(state="open").count()
    found = told(scope, brand_id, [sent(1, "B-1"), sent(2, "B-2", "samovar"), sent(3, "B-3", "mug", 900)], plan=True)
    assert found[3:] == [(1, "planned", "planned"), (3, "planned", "open")]
    assert Row.objects.filter(state="open").count() == waiting + 1


def test_more_than_a_request_holds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    scope, brand_id = loaded()
    monkeypatch.setattr(flow, "MOST_ORDERS", 2)
    found = told(scope, brand_id, [sent(n, f"B-{n}") for n in range(1, 5)])
    assert [result for _, result, _ in found] == ["accepted", "accepted", "refused", "refused"]


def test_another_brands_orders_are_out_of_reach() -> None:
    scope, brand_id = loaded()
    with pytest.raises(NotFound):
        take_in(replace(scope, brands=frozenset()), brand_id, [], now=NOW)


def test_a_row_that_comes_again_after_its_order_was_edited_is_there() -> None:
    scope, brand_id = loaded()
    first = sent(1, "B-1")
    told(scope, brand_id, [first])
    pk = Row.objects.get(code="B-1").pk
    edit_order(scope, brand_id, pk, lambda one: replace(one, contact=replace(one.contact, name="Bo")), now=NOW)
    state = Row.objects.get(pk=pk).state
    assert told(scope, brand_id, [first]) == [(1, "exists", state)]
    assert told(scope, brand_id, [sent(1, "B-1", quantity=2)]) == [(1, "conflict", state)]
    assert first.order is not None
    edited = replace(first, order=replace(first.order, contact=replace(first.order.contact, name="Bo")))
    assert told(scope, brand_id, [edited]) == [(1, "exists", state)]


def test_what_is_kept_of_a_row_is_a_digest_that_ends_with_the_personal_data() -> None:
    scope, brand_id = loaded()
    first = sent(1, "B-1")
    told(scope, brand_id, [first])
    row = Row.objects.select_related("person").get(code="B-1")
    assert row.person is not None
    assert len(row.person.sent_digest) == 64
    edit_order(scope, brand_id, row.pk, lambda one: replace(one, gift_note="Enjoy"), now=NOW)
    person, state = row.person, Row.objects.get(pk=row.pk).state
    Row.objects.filter(pk=row.pk).update(person=None)
    person.delete()
    assert told(scope, brand_id, [first]) == [(1, "conflict", state)]


def test_a_digest_tells_what_was_asked_and_not_how_it_was_written() -> None:
    order = sent(1, "B-1").order
    assert order is not None
    digest = digest_of(order, dated=True)
    assert digest == digest_of(replace(order, on_shortage="refuse"), dated=True)
    assert digest == digest_of(replace(order, placed_at=order.placed_at.astimezone(UTC)), dated=True)
    assert digest_of(order, dated=False) == digest_of(replace(order, placed_at=NOW.replace(hour=3)), dated=False)
    others = [replace(order, gift_note="x"), replace(order, contact=Contact(name="Bo")), replace(order, customer="bo")]
    assert len({digest, *(digest_of(one, dated=True) for one in others)}) == 4
