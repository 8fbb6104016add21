"""Statements that are written once say what Django would say."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from doorstep.core.accounts.models import Brand
from doorstep.core.events.models import Answered, Fact
from doorstep.core.orders.models import Order, OrderLine, Person
from doorstep.core.parcels.models import Parcel
from doorstep.core.statements import FEW, _put, at_once, day, fresh, insert, insert_after, instant, rows_of, together

pytestmark = pytest.mark.django_db
NOW = datetime(2024, 5, 1, 7, 30, 1, 250_000, tzinfo=UTC)
EXACTLY = datetime(2024, 5, 1, 7, 30, tzinfo=UTC)  # SQLite writes it without a fraction


def facts(number: int, brand: Brand) -> list[Fact]:
    owner = brand.operator_id
    return [
        Fact(
            operator_id=owner,
            brand=None if i % 3 else brand,
            at=at,
            kind=f"K{i}",
            actor="Ann’s",
            subject=f"order:{i}",
            data={"a": [i, None, "ü"]},
        )
        for i, at in zip(range(number), [NOW, EXACTLY] * number, strict=False)
    ]


@pytest.mark.parametrize("number", [0, 1, 3, FEW, FEW + 1])
def test_rows_are_as_django_puts_them_and_know_their_ids(number: int, brand: Brand) -> None:
    Fact.objects.bulk_create(facts(number, brand))
    names = ("operator", "brand", "at", "kind", "version", "actor", "cause", "subject", "data")
    expected = list(Fact.objects.order_by("id").values_list(*names))
    last = max(Fact.objects.values_list("id", flat=True), default=0)
    rows = insert(facts(number, brand))
    put = Fact.objects.filter(id__gt=last).order_by("id")
    assert list(put.values_list(*names)) == expected
    assert [row.pk for row in rows] == list(put.values_list("id", flat=True))


def test_one_statement_puts_in_a_few_rows(brand: Brand) -> None:
    with CaptureQueriesContext(connection) as asked:
        insert(facts(FEW, brand))
    assert len(asked) == 1


def test_a_row_that_was_put_in_can_be_saved_again(brand: Brand) -> None:
    row = insert(facts(1, brand))[0]
    row.kind = "Other"
    row.save()
    assert list(Fact.objects.values_list("id", "kind")) == [(row.pk, "Other")]


def test_what_the_table_refuses_is_refused(brand: Brand) -> None:
    def claim() -> Answered:
        return Answered(
            caller="key:1", key="k", body_digest="", at=NOW, status=201, answer={}, operator_id=brand.operator_id
        )

    insert([claim()])
    with pytest.raises(IntegrityError), transaction.atomic():
        insert([claim()])


@pytest.mark.parametrize("at", [NOW, EXACTLY])
def test_instants_and_days_are_read_as_they_were_written(at: datetime, brand: Brand) -> None:
    order = Order(brand=brand, code="A", state="open", placed_at=at, placed_offset_s=0, promised_by=date(2024, 5, 3))
    insert([order])
    with connection.cursor() as cursor:
        cursor.execute("SELECT placed_at, promised_by, not_before FROM orders_order")
        placed, promised, none = cursor.fetchone()
    assert (instant(placed), day(promised), day(none), instant(none)) == (at, date(2024, 5, 3), None, None)


def people(number: int, brand: Brand) -> list[Person]:
    return [
        fresh(Person, brand_id=brand.pk, name=f"Ann’s {i}", address_changes=[["a", None, "b\\\n\t"]])
        for i in range(number)
    ]


@pytest.mark.parametrize("model", [Person, Order, OrderLine, Parcel, Fact])
def test_a_fresh_row_is_as_its_class_makes_it(model: type[Model]) -> None:
    made, row = model(), fresh(model)
    told = [one.attname for one in model._meta.concrete_fields]
    assert [(name, getattr(row, name)) for name in told] == [(name, getattr(made, name)) for name in told]
    assert (row._state.adding, row._state.db) == (made._state.adding, made._state.db)


def test_fresh_rows_share_no_list() -> None:
    one, other = fresh(Person), fresh(Person)
    one.address_changes.append(["city", "", "Bonn"])
    assert other.address_changes == []


@pytest.mark.parametrize("number", [1, FEW, FEW + 1, 3 * FEW])
def test_what_is_put_in_together_is_the_same(number: int, brand: Brand) -> None:
    names = ("operator", "brand", "at", "kind", "version", "actor", "cause", "subject", "data")
    insert(facts(number, brand))
    expected = list(Fact.objects.order_by("id").values_list(*names))
    with together():
        insert(facts(number, brand))
        insert(people(number, brand))
    assert list(Fact.objects.order_by("id").values_list(*names)) == 2 * expected
    assert list(Person.objects.order_by("id").values_list("name", "address_changes")) == [
        (one.name, one.address_changes) for one in people(number, brand)
    ]


def test_what_goes_in_together_goes_at_the_end_and_in_one_message(brand: Brand) -> None:
    with CaptureQueriesContext(connection) as asked:
        with together():
            insert(facts(2, brand))
            insert(people(1, brand))
            assert Fact.objects.count() == 0
        assert (Fact.objects.count(), Person.objects.count()) == (2, 1)
    assert len(asked) == 3 + (1 if connection.vendor == "postgresql" else 2)


def test_a_block_within_a_block_is_a_part_of_it(brand: Brand) -> None:
    with together():
        insert(people(1, brand))
        with together():
            insert(facts(1, brand))
        assert (Fact.objects.count(), Person.objects.count()) == (0, 0)
        (named,) = insert(people(1, brand), named=True)
        assert Person.objects.filter(pk=named.pk).exists()
    assert (Fact.objects.count(), Person.objects.count()) == (1, 2)


def test_a_statement_within_the_block_goes_out_behind_what_was_put_off(brand: Brand) -> None:
    count = "SELECT COUNT(*) FROM events_fact"
    with CaptureQueriesContext(connection) as asked, together():
        insert(facts(2, brand))
        insert(facts(2, brand))
        insert(people(1, brand))
        assert rows_of(count, []) == [(4,)]
        insert(facts(1, brand))
        assert [one.rows for one in at_once([(count, []), ("SELECT 7", []), (count, [])])] == [[(5,)], [(7,)], [(5,)]]
    assert Person.objects.count() == 1
    assert len(asked) == 2 if connection.vendor == "postgresql" else 7


def test_a_block_that_fails_puts_nothing_in_and_ends(brand: Brand) -> None:
    def fail() -> None:
        with together():
            insert(people(1, brand))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert Person.objects.count() == 0
    assert insert(people(1, brand))[0].pk is not None


def test_a_block_of_one_thread_holds_back_nothing_of_another() -> None:
    with together(), ThreadPoolExecutor(1) as other:
        assert other.submit(lambda: _put.off).result() is None
        assert _put.off == []


def test_a_row_may_name_the_one_that_goes_in_with_it(brand: Brand) -> None:
    Person.objects.bulk_create(people(3, brand))
    (person,) = people(1, brand)
    order = fresh(Order, brand_id=brand.pk, code="A", state="open", placed_at=NOW, country="DE")
    insert_after(person, order, "person_id")
    kept = Order.objects.select_related("person").get(pk=order.pk)
    assert kept.person is not None
    assert (kept.person_id, kept.person.name, kept.placed_at) == (person.pk, "Ann’s 0", NOW)
    assert order.person_id == person.pk


def test_many_rows_are_refused_as_one_is(brand: Brand) -> None:
    def claims() -> list[Answered]:
        owner = brand.operator_id
        return [
            fresh(Answered, operator_id=owner, caller="key:1", key=f"k{i}", at=NOW, status=201, answer={})
            for i in range(FEW + 1)
        ]

    assert len({row.pk for row in insert(claims())}) == FEW + 1
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(claims())


def test_statements_at_once_are_answered_in_their_order(brand: Brand) -> None:
    renamed = "UPDATE accounts_brand SET name = %s WHERE id = %s"
    done = at_once(
        [
            ("SELECT %s", ["it's 5%"]),
            (renamed, ["a", brand.pk]),
            (renamed, ["b", brand.pk]),
            (renamed, ["c", -1]),
            ("SELECT name FROM accounts_brand WHERE id = %s", [brand.pk]),
        ]
    )
    assert (done[1].rows, done[1].count, len(done)) == ([], 2, 3)
    assert (done[0].rows, done[2].rows) == ([("it's 5%",)], [("b",)])
