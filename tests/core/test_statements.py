"""Statements that are written once say what Django would say."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from doorstep.core.accounts.models import Brand
from doorstep.core.events.models import Answered, Fact
from doorstep.core.orders.models import Order
from doorstep.core.statements import FEW, day, insert, instant

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
