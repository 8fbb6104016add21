"""Contracts that several people put, change and end at the same moment."""

from __future__ import annotations

import pytest
from django.db import connection
from tests.concurrency.test_last_units import crowd
from tests.contracts import contract
from tests.record.brand import NOW
from tests.web.filled import Filled, fill
from tests.web.test_commitments import OURS

from doorstep.core.accounts.queries import brand_ids
from doorstep.core.events.models import Fact
from doorstep.core.learned import account_terms
from doorstep.domain.commitment import Commitment
from doorstep.domain.errors import Conflict
from doorstep.domain.rights import Scope
from doorstep.flows.account_contracts import ContractRefused, end_contract, put_contract

CROWD = 6
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scope(transactional_db: None) -> Scope:  # noqa: ARG001
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: make test runs it there")
    filled: Filled = fill(NOW)
    operator = filled.operator.pk
    return Scope(operator, frozenset(brand_ids(operator).values()), "operator_admin", "user:1")


def test_of_several_at_once_one_goes_through_and_the_others_are_told(scope: Scope) -> None:
    wished = [contract(carrier=OURS, fixed_micros=1_000_000 * n) for n in range(1, CROWD + 1)]

    def put(one: Commitment, seen: int) -> object:
        return put_contract(scope, one, "EUR", "at once", seen=seen, now=NOW)

    added = crowd([lambda one=one: put(one, 0) for one in wished])  # type: ignore[misc]
    assert [type(one) for one in added].count(ContractRefused) == CROWD - 1
    (first,) = account_terms.contracts_in_force(scope.operator)
    others = [one for one in wished if one != first.commitment]
    seen = first.put.version
    changed = crowd([lambda one=one: put(one, seen) for one in others])  # type: ignore[misc]
    assert [type(one) for one in changed].count(Conflict) == len(others) - 1
    (second,) = account_terms.contracts_in_force(scope.operator)
    ended = crowd([lambda: end_contract(scope, "post-q4", "EUR", "over", seen=second.put.version, now=NOW)] * CROWD)
    assert [type(one) for one in ended].count(Conflict) == CROWD - 1
    assert account_terms.contracts_in_force(scope.operator) == ()
    assert [one.data["rows"] for one in Fact.objects.filter(kind="ContractSet").order_by("id")] == [1, 1, 0]
