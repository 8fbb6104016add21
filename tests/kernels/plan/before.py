"""What decisions before a batch take of its days, by plain loops."""

from __future__ import annotations

from datetime import date

from doorstep.kernels.plan.problem import PlanProblem


def gone_before(problem: PlanProblem, site: str, service: str, day: str) -> int:
    """Orders, or parcels of a service, that leave a site on a day, which is counted from 1970, whatever is decided."""
    on = date.fromordinal(date(1970, 1, 1).toordinal() + int(day))
    return sum(one.number for one in problem.booked if (one.site, one.service, one.day) == (site, service, on))
