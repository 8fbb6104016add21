from __future__ import annotations

from django.db import models
from django.db.models import Q

from doorstep.core.accounts.models import Brand, Operator
from doorstep.domain.investigation import CASE_STATES, LIVE, OUTCOMES


class Case(models.Model):
    """An investigation of a carrier's service. Of the operator; of a brand where no other sends by the service.

    What was seen stays as it was seen when the chart raised its alarm. Codes, so that it outlives what it names.
    """

    operator = models.ForeignKey(Operator, models.PROTECT, related_name="cases", db_index=False)  # others begin with it
    brand = models.ForeignKey(Brand, models.PROTECT, null=True, related_name="cases")
    carrier = models.CharField(max_length=100, blank=True)  # empty: no contract names it any more
    service = models.CharField(max_length=100)
    alarm_on = models.DateField()  # Monday after the week that raised it
    since_on = models.DateField()
    evidence = models.JSONField()  # as `flows/watch_carriers.py` bounds it
    letter = models.TextField()
    state = models.CharField(max_length=10, default="open", choices=[(one, one) for one in CASE_STATES])
    answer = models.CharField(max_length=2000, blank=True)  # of the carrier, as a person has noted it
    outcome = models.CharField(max_length=20, blank=True, choices=[(one, one) for one in OUTCOMES])
    note = models.CharField(max_length=2000, blank=True)  # how it ended
    opened_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("operator", "carrier", "service", "alarm_on"), name="one_case_of_an_alarm"),
            models.UniqueConstraint(
                fields=("operator", "carrier", "service"),
                condition=Q(state__in=LIVE),
                name="one_live_case_of_a_service",
            ),
            models.CheckConstraint(condition=Q(state__in=CASE_STATES), name="cases_have_a_known_state"),
            models.CheckConstraint(
                condition=Q(state="closed", outcome__in=tuple(OUTCOMES), closed_at__isnull=False)
                | (~Q(state="closed") & Q(outcome="", closed_at=None)),
                name="closed_cases_have_an_outcome",
            ),
        )
        indexes = (models.Index(fields=("operator", "state", "id"), name="cases_of_a_state"),)

    def __str__(self) -> str:
        return f"{self.carrier} {self.service} {self.alarm_on}".strip()
