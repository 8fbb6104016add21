"""Rows that go as one value say what they would say one by one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from doorstep.core.accounts.models import Brand
from doorstep.core.bulk import among, change, insert_new
from doorstep.core.parcels.carriers import put_account
from doorstep.core.parcels.models import CarrierAccount, Scan
from doorstep.core.statements import fresh, rows_of

pytestmark = pytest.mark.django_db
NOW = datetime(2024, 5, 1, 7, 30, 1, 250_001, tzinfo=timezone(timedelta(hours=2)))
SAID = ("event", "tracking", "milestone", "at", "place", "reason", "expected_by", "parcel", "received_at")
WORDS = ("", "Zürich 😀", 'it\'s "so" {\\n}, 50% %s', "a,b\n\tc", "NULL", "null")


@pytest.fixture
def account(brand: Brand) -> int:
    return put_account(brand.operator_id, "sandbox", "Sandbox", "sandbox").pk


def scan(account: int, number: int, place: str = "") -> Scan:
    return fresh(
        Scan,
        account_id=account,
        parcel_id=None,
        event=f"e{number:03d}",
        tracking=f"T{number}",
        milestone="in_transit",
        at=NOW + timedelta(microseconds=number),
        place=place,
        reason="",
        expected_by=date(2024, 5, 3) if number % 2 else None,
        received_at=NOW.astimezone(UTC),
    )


def test_rows_are_as_django_puts_them_and_those_that_are_there_stay(account: int) -> None:
    Scan.objects.bulk_create([scan(account, n, place) for n, place in enumerate(WORDS)])
    expected = list(Scan.objects.order_by("event").values_list(*SAID))
    Scan.objects.all().delete()
    Scan.objects.bulk_create([scan(account, 1, WORDS[1])])
    made = insert_new([scan(account, n, place) for n, place in enumerate(WORDS)], ("account_id", "event"), "event")
    assert [row.event for row in made] == ["e000", "e002", "e003", "e004", "e005"]
    assert list(Scan.objects.order_by("event").values_list(*SAID)) == expected
    assert {row.pk: row.event for row in made} == dict(Scan.objects.exclude(event="e001").values_list("pk", "event"))
    assert insert_new([], ("account_id", "event"), "event") == []
    assert insert_new(made, ("account_id", "event"), "event") == []


def test_rows_of_one_statement_are_changed_each_to_its_own(account: int) -> None:
    rows = insert_new([scan(account, n) for n in range(len(WORDS))], ("account_id", "event"), "event")
    said = [(row.pk, word, NOW if n % 2 else row.at) for n, (row, word) in enumerate(zip(rows, WORDS, strict=True))]
    with CaptureQueriesContext(connection) as asked:
        change(Scan, ("place", "at"), said[1:])
    assert len(asked) == 1
    assert list(Scan.objects.order_by("pk").values_list("pk", "place", "at"))[1:] == said[1:]
    assert Scan.objects.get(pk=rows[0].pk).at == rows[0].at
    change(Scan, ("expected_by",), [(rows[1].pk, None)])
    assert Scan.objects.filter(expected_by=None).count() == 4
    change(Scan, ("expected_by",), [])


def test_one_of_several(account: int, brand: Brand) -> None:
    other = put_account(brand.operator_id, "other", "Other", "sandbox").pk
    table = CarrierAccount._meta.db_table
    for column, wanted, found in (
        ("id", [account, other, 0], {account, other}),
        ("carrier", ["Other", "it's %s"], {other}),
        ("code", [], set()),
    ):
        where, value = among(column, wanted)
        assert {pk for (pk,) in rows_of(f"SELECT id FROM {table} WHERE {where}", [value])} == found
