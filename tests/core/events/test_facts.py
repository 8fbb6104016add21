"""Facts: what happened, in its order, for those whom it concerns."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.core_fixtures import NOW, House, make_brand

from doorstep.core.accounts.models import Brand, Operator
from doorstep.core.events import queries
from doorstep.core.events.actions import NewFact, record, record_all
from doorstep.domain.rights import Scope

pytestmark = pytest.mark.django_db


def tell(operator: Operator, brand: Brand | None, kind: str = "OrderPlaced", subject: str = "order:1") -> int:
    brand_id = brand.pk if brand else None
    return record(operator.pk, brand_id, kind=kind, subject=subject, data={"n": 1}, at=NOW, actor="user:1")


def test_a_timeline_is_what_happened_to_a_subject_in_its_order(operator: Operator, brand: Brand, scope: Scope) -> None:
    first = tell(operator, brand)
    tell(operator, brand, subject="order:10")
    second = record(
        operator.pk,
        brand.pk,
        kind="OrderPromised",
        subject="order:1",
        data={},
        at=NOW - timedelta(hours=1),  # told late; what counts is when it was written down
        actor="key:2",
        cause=first,
    )
    seen = queries.timeline(scope, "order:1")
    assert [(one.id, one.kind, one.actor, one.cause) for one in seen] == [
        (first, "OrderPlaced", "user:1", None),
        (second, "OrderPromised", "key:2", first),
    ]
    assert seen[0].data == {"n": 1}
    assert [one.id for one in queries.timeline(scope, "order:1", after=first)] == [second]
    assert [one.id for one in queries.timeline(scope, "order:1", limit=1)] == [first]


def test_facts_of_others_are_not_told(operator: Operator, brand: Brand, scope: Scope, foreigner: House) -> None:
    tell(operator, make_brand(operator, "coffee"))
    tell(foreigner.operator, foreigner.brand)
    tell(foreigner.operator, None)
    assert queries.timeline(scope, "order:1") == queries.latest(scope) == ()
    del brand


def test_what_belongs_to_no_brand_is_the_operators_own_business(operator: Operator, scope: Scope) -> None:
    tell(operator, None)
    assert len(queries.timeline(scope, "order:1")) == 1
    assert queries.timeline(replace(scope, role="brand_admin"), "order:1") == ()


def test_many_facts_are_recorded_at_once_and_stay_in_order(operator: Operator, brand: Brand, scope: Scope) -> None:
    told = [NewFact("OrderPlaced", f"order:{number}", {"n": number}) for number in range(5)]
    assert record_all(operator.pk, brand.pk, told, at=NOW, actor="system") == 5
    assert [one.subject for one in queries.latest(scope, limit=3)] == ["order:4", "order:3", "order:2"]
