"""Facts on their way to subscribers: each told once, in order, and one that cannot be taken stops no other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.core_fixtures import NOW

from doorstep.core.accounts.models import Brand, Operator
from doorstep.core.events import pending
from doorstep.core.events.actions import NewFact, record, record_all
from doorstep.core.events.models import Fact, Pending, Stuck
from doorstep.core.events.queries import Told
from doorstep.core.statements import together
from doorstep.flows.relay import hand_over, retry_stuck
from doorstep.flows.subscribers import Subscriber

pytestmark = pytest.mark.django_db


class Listener:
    """A subscriber that keeps what it was told, and cannot bear some facts."""

    def __init__(self, poison: Sequence[int] = ()) -> None:
        self.told: list[int] = []
        self.poison = set(poison)

    def __call__(self, facts: Sequence[Told], now: datetime) -> None:
        del now
        for one in facts:
            if one.data["n"] in self.poison:
                raise ValueError(f"cannot bear {one.data['n']}")
        self.told += [one.data["n"] for one in facts]


def tell(operator: Operator, brand: Brand, count: int) -> None:
    facts = [NewFact("OrderPlaced" if n % 2 else "OrderHeld", f"order:{n}", {"n": n}) for n in range(count)]
    record_all(operator.pk, brand.pk, facts, at=NOW, actor="system")


def test_every_fact_is_pending_however_it_is_written(operator: Operator, brand: Brand) -> None:
    record(operator.pk, brand.pk, kind="OrderPlaced", subject="order:1", data={"n": 0}, at=NOW, actor="system")
    tell(operator, brand, 3)  # few: one statement
    tell(operator, brand, 40)  # many: as a file, on PostgreSQL
    with transaction.atomic(), together():
        tell(operator, brand, 2)  # put off
    Fact.objects.create(operator=operator, brand=brand, at=NOW, kind="K", actor="a", subject="s", data={"n": 1})
    assert set(Pending.objects.values_list("pk", flat=True)) == set(Fact.objects.values_list("pk", flat=True))
    assert pending.lag() == pending.Lag(47, NOW)


def test_a_fact_that_is_not_there_in_the_end_is_not_pending(operator: Operator, brand: Brand) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        tell(operator, brand, 3)
        raise ZeroDivisionError
    assert not Pending.objects.exists()
    assert pending.lag() == pending.Lag(0, None)


def test_subscribers_are_told_what_they_want_once_and_in_order(operator: Operator, brand: Brand) -> None:
    every, some = Listener(), Listener()
    both = (Subscriber("every", None, every), Subscriber("some", frozenset({"OrderPlaced"}), some))
    tell(operator, brand, 9)
    assert hand_over(NOW, both) == 9
    assert every.told == list(range(9))
    assert some.told == [1, 3, 5, 7]
    assert hand_over(NOW, both) == 0
    assert len(every.told) == 9


def test_a_poisoned_fact_is_set_aside_and_the_rest_flows(operator: Operator, brand: Brand) -> None:
    ill, well = Listener(poison=(3, 6)), Listener()
    both = (Subscriber("ill", None, ill), Subscriber("well", None, well))
    tell(operator, brand, 10)
    assert hand_over(NOW, both) == 10
    assert ill.told == [0, 1, 2, 4, 5, 7, 8, 9]
    assert well.told == list(range(10))
    rows = pending.stuck(operator.pk)
    assert [(one.subscriber, one.attempts) for one in rows] == [("ill", 1), ("ill", 1)]
    assert all("cannot bear" in one.error for one in rows)

    assert retry_stuck(NOW, both) == 0  # not due yet
    later = NOW + timedelta(seconds=pending.BACKOFF_S[0])
    assert retry_stuck(later, both) == 0  # tried, and still ill
    assert {one.attempts for one in pending.stuck(operator.pk)} == {2}
    ill.poison = {6}
    assert retry_stuck(later + timedelta(hours=1), both) == 1
    assert ill.told[-1] == 3
    assert len(pending.stuck(operator.pk)) == 1


def test_what_stays_stuck_is_given_up_until_somebody_frees_it(operator: Operator, brand: Brand) -> None:
    ill = Listener(poison=(0,))
    tell(operator, brand, 1)
    hand_over(NOW, [Subscriber("ill", None, ill)])
    now = NOW
    for _ in range(len(pending.BACKOFF_S) + 3):
        now += timedelta(days=1)
        retry_stuck(now, [Subscriber("ill", None, ill)])
    [row] = pending.stuck(operator.pk)
    assert row.next_at is None
    assert row.attempts == len(pending.BACKOFF_S) + 1
    ill.poison = set()
    assert retry_stuck(now + timedelta(days=1), [Subscriber("ill", None, ill)]) == 0
    assert not pending.free(operator.pk + 1, row.pk, now)  # somebody else's
    assert pending.free(operator.pk, row.pk, now)
    assert retry_stuck(now, [Subscriber("ill", None, ill)]) == 1
    assert ill.told == [0]
    assert not Stuck.objects.exists()


def test_what_a_subscriber_wrote_before_it_failed_is_undone(operator: Operator, brand: Brand) -> None:
    def writes(facts: Sequence[Told], now: datetime) -> None:
        for one in facts:
            record(operator.pk, None, kind="Echo", subject=one.subject, data={"n": 0}, at=now, actor="system")
        if any(one.data["n"] == 1 for one in facts):
            raise ValueError

    tell(operator, brand, 4)
    echo = Subscriber("echo", frozenset({"OrderPlaced", "OrderHeld"}), writes)
    assert hand_over(NOW, [echo]) == 4
    assert sorted(Fact.objects.filter(kind="Echo").values_list("subject", flat=True)) == [
        "order:0",
        "order:2",
        "order:3",
    ]


def test_a_subscriber_that_is_gone_leaves_what_was_stuck_at_it(operator: Operator, brand: Brand) -> None:
    tell(operator, brand, 1)
    hand_over(NOW, [Subscriber("gone", None, Listener(poison=(0,)))])
    assert retry_stuck(NOW + timedelta(days=1), []) == 0
    assert len(pending.stuck(operator.pk)) == 1


def test_more_facts_need_no_more_statements(operator: Operator, brand: Brand) -> None:
    counts = []
    for size in (5, 200):
        tell(operator, brand, size)
        with CaptureQueriesContext(connection) as asked:
            assert hand_over(NOW, [Subscriber("every", None, Listener())]) == size
        counts.append(len(asked))
    assert counts[0] == counts[1]
