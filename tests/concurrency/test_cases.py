"""Workers that find the same alarm at once."""

from __future__ import annotations

import pytest
from django.db import connection
from tests.concurrency.test_last_units import crowd
from tests.core_fixtures import House
from tests.record.carried import carry, made, morning_after

from doorstep.core.cases.models import Case
from doorstep.core.events.models import Fact
from doorstep.flows.cases import close_case, send_letter
from doorstep.flows.watch_carriers import watch_carriers
from doorstep.kernels.run import Run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def postgresql(transactional_db: None) -> None:  # noqa: ARG001
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: make test runs it there")


def test_one_alarm_found_at_once_opens_one_case_and_one_letter_is_sent(foreigner: House) -> None:
    told = made()
    now = morning_after(told)
    carry(foreigner.brand, foreigner.site, told.parcels)
    answers = crowd([lambda: watch_carriers(foreigner.operator.pk, now=now, run=Run())] * 4)
    case = Case.objects.get()
    assert sorted(map(str, answers)) == ["()", "()", "()", f"({case.pk},)"]
    assert Fact.objects.filter(kind="CaseOpened").count() == 1
    crowd([lambda: send_letter(foreigner.scope, case.pk, now=now)] * 4)
    assert Fact.objects.filter(kind="CaseSent").count() == 1
    crowd([lambda: close_case(foreigner.scope, case.pk, "explained", "so", now=now)] * 4)
    assert Fact.objects.filter(kind="CaseClosed").count() == 1
