"""Plans of an operator's commitments as they were reckoned last: a document for each currency, replaced by the next."""

from __future__ import annotations

from doorstep.core.learned.insights import Kept, keep_in
from doorstep.core.learned.models import CommitmentPlan


def keep(operator_id: int, currency: str, found: Kept, learned_by: str) -> None:
    """Have a document take the place of the one before."""
    keep_in(CommitmentPlan, {"operator_id": operator_id, "currency": currency}, found, learned_by)


def kept(operator_id: int) -> dict[str, Kept]:
    """Give the documents of an operator by currency."""
    rows = CommitmentPlan.objects.filter(operator_id=operator_id).order_by("currency")
    return {
        currency: Kept(*told) for currency, *told in rows.values_list("currency", "as_of", "learned_at", "document")
    }


def forget(operator_id: int, currency: str) -> None:
    """Keep none where there is no contract any more."""
    CommitmentPlan.objects.filter(operator_id=operator_id, currency=currency).delete()
