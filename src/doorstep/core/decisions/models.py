from __future__ import annotations

from django.db import models

from doorstep.core.orders.models import Order


class Decision(models.Model):
    """A decision receipt, as decisions.jsonl writes it. Kept for ever; the newest of an order is in force."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="decisions")
    at = models.DateTimeField()
    seed = models.BigIntegerField()
    data_version = models.CharField(max_length=64)
    cost_minor = models.BigIntegerField()
    record = models.JSONField()

    def __str__(self) -> str:
        return f"decision of {self.order_id}"
