"""The chart of a case: the weeks as they were when it was opened."""

from __future__ import annotations

from datetime import date

from doorstep.core.cases.queries import CaseRow
from doorstep.documents.report.carrier_charts import WatchedWeek, sums_of_weeks
from doorstep.documents.report.charts import Chart
from doorstep.domain.days import number_of


def chart_of(case: CaseRow) -> Chart | None:
    """Draw its watched weeks; None: it keeps none."""
    weeks = [
        WatchedWeek(number_of(date.fromisoformat(monday)), due, late, expected, total)
        for monday, due, late, expected, total in case.evidence.get("weeks", ())
    ]
    if not weeks:
        return None
    return sums_of_weeks(case.name, weeks, float(case.evidence["limit"]), number_of(case.alarm_on), "weeks")
