"""The chart of a case: the weeks as they were when it was opened."""

from __future__ import annotations

from datetime import date

from doorstep.core.cases.queries import CaseRow
from doorstep.documents.report.carrier_charts import EPOCH, WatchedWeek, sums_of_weeks
from doorstep.documents.report.charts import Chart


def chart_of(case: CaseRow) -> Chart | None:
    """Draw its watched weeks; None: it keeps none."""
    weeks = [
        WatchedWeek(_day(date.fromisoformat(monday)), due, late, expected, total)
        for monday, due, late, expected, total in case.evidence.get("weeks", ())
    ]
    if not weeks:
        return None
    return sums_of_weeks(case.name, weeks, float(case.evidence["limit"]), _day(case.alarm_on), "weeks")


def _day(day: date) -> int:
    return (day - EPOCH).days
