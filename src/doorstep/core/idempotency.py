"""A request with an Idempotency-Key acts once; sent again, it is answered as it was the first time.

The claim is the first statement of the transaction that does the work. Of many equal requests at once one inserts it;
the others wait in the database until that transaction ends. If it committed they are answered what it answered, if it
was rolled back the next of them does the work. A crash leaves neither a claim nor work.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from doorstep.core.events.models import Answered
from doorstep.domain.errors import DoorstepError
from doorstep.domain.rights import Scope

_UNANSWERED = 0  # of a claim whose transaction is still open: nobody else ever sees it


class KeyReused(DoorstepError):
    """The key has been used for another request."""

    code = "idempotency_key_reused"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: dict[str, Any]
    again: bool = False  # told a second time


def once(scope: Scope, key: str, request: bytes, at: datetime, work: Callable[[], Answer]) -> Answer:
    """Do the work unless this key was answered; `request` is all that makes two requests the same. Raises KeyReused.

    An error of the work rolls back the claim with it: the caller may try again with the same key.
    """
    digest = hashlib.sha256(request).hexdigest()
    kept = _kept(scope, key, digest)
    if kept:
        return kept
    claimed = False
    try:
        with transaction.atomic():
            claim = Answered.objects.create(
                operator_id=scope.operator,
                caller=scope.actor,
                key=key,
                body_digest=digest,
                at=at,
                status=_UNANSWERED,
                answer={},
            )
            claimed = True
            answer = work()
            Answered.objects.filter(pk=claim.pk).update(status=answer.status, answer=answer.body)
            return answer
    except IntegrityError:
        kept = None if claimed else _kept(scope, key, digest)
        if kept is None:
            raise
        return kept


def _kept(scope: Scope, key: str, digest: str) -> Answer | None:
    row = Answered.objects.filter(operator_id=scope.operator, caller=scope.actor, key=key).first()
    if row is None:
        return None
    if row.body_digest != digest:
        raise KeyReused("this Idempotency-Key was used for another request")
    return Answer(row.status, row.answer, again=True)
