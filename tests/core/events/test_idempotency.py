"""A request with an Idempotency-Key acts once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import IntegrityError
from tests.core_fixtures import NOW

from doorstep.core.accounts.models import Operator
from doorstep.core.events.models import Answered
from doorstep.core.idempotency import Answer, KeyReused, once
from doorstep.domain.errors import Conflict
from doorstep.domain.rights import Scope

pytestmark = pytest.mark.django_db


class Work:
    """Leaves a row behind and says how often it was done."""

    def __init__(self, fails: Exception | None = None) -> None:
        self.done = 0
        self.fails = fails

    def __call__(self) -> Answer:
        self.done += 1
        Operator.objects.create(code=f"done-{self.done}", name="x")
        if self.fails:
            raise self.fails
        return Answer(201, {"done": self.done})


def test_the_second_time_is_answered_as_the_first(scope: Scope) -> None:
    work = Work()
    first = once(scope, "k", b"body", NOW, work)
    again = once(scope, "k", b"body", NOW, work)
    assert (first.status, first.body, first.again) == (201, {"done": 1}, False)
    assert again == replace(first, again=True)
    assert work.done == 1


def test_another_request_under_the_same_key_is_refused(scope: Scope) -> None:
    work = Work()
    once(scope, "k", b"body", NOW, work)
    with pytest.raises(KeyReused):
        once(scope, "k", b"other", NOW, work)
    assert work.done == 1


def test_keys_are_each_callers_own(scope: Scope) -> None:
    work = Work()
    once(scope, "k", b"body", NOW, work)
    assert not once(replace(scope, actor="key:9"), "k", b"other", NOW, work).again
    assert work.done == 2


@pytest.mark.parametrize("error", [Conflict("no"), IntegrityError("of the work itself")])
def test_an_error_takes_claim_and_work_back(scope: Scope, error: Exception) -> None:
    with pytest.raises(type(error)):
        once(scope, "k", b"body", NOW, Work(error))
    assert not Answered.objects.exists()
    assert not Operator.objects.filter(code="done-1").exists()
    assert not once(scope, "k", b"body", NOW, Work()).again
