"""A case of the filled record."""

from __future__ import annotations

from datetime import datetime, timedelta

from doorstep.core.accounts.models import Brand, Operator
from doorstep.core.cases.models import Case
from doorstep.core.events.models import Fact

CASE = 7101


def case_of(operator: Operator, brand: Brand | None, now: datetime, pk: int = CASE, **values: object) -> Case:
    """Open a case as the weekly watch does; `values`: columns that are to be other."""
    alarm = now.date() - timedelta(days=now.weekday())
    mondays = [(alarm - timedelta(weeks=7 - n)).isoformat() for n in range(7)]
    evidence = {
        "due": 210, "late": 64, "expected": 21.4, "one_in": 1, "limit": 6.2, "scatter": 1.1,
        "weeks_between_false_alarms": 240.0, "weeks_to_alarm": 4.1,
        "weeks": [[monday, 30, 3 + 2 * n, 3.1, 1.6 * n] for n, monday in enumerate(mondays)],
        "lanes": [["DE 3 > FR IDF", 80, 30, 8.2], ["DE 3 > IT 25", 60, 18, 6.0]],
        "parcels": [["tea", "O-00003", "O-00003-1", "GP-3"], ["tea", "O-0", "O-0-1", ""]],
    }  # fmt: skip
    letter = f"Subject: gp-std: 64 of 210 parcels late\n\nDear Sir or Madam,\n\n  GP-3\n\n{operator.name}\n"
    told = {"carrier": "General Parcels", "service": "gp-std", "alarm_on": alarm, "evidence": evidence, **values}
    case = Case.objects.create(
        pk=pk, operator=operator, brand=brand, since_on=alarm - timedelta(weeks=7), letter=letter, opened_at=now, **told
    )
    Fact.objects.create(
        operator=operator, at=now, kind="CaseOpened", actor="system", subject=f"case:{pk}",
        data={"carrier": case.carrier, "service": case.service, "alarm_on": alarm.isoformat(), "due": 210, "late": 64},
    )  # fmt: skip
    return case
