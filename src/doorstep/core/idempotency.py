"""A request with an Idempotency-Key acts once; sent again, it is answered as it was the first time.

The claim is the first statement of the transaction that does the work. Of many equal requests at once one inserts it;
the others wait in the database until that transaction ends. If it committed they are answered what it answered, if it
was rolled back the next of them does the work. A crash leaves neither a claim nor work.

Work that takes long to decide decides before its transaction, and claims with its answer in hand (`once_decided`).
Several may then decide at once; whoever loses the claim forgets what it has decided.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from doorstep.core.events.models import Answered
from doorstep.core.statements import insert, rows_of
from doorstep.domain.errors import DoorstepError
from doorstep.domain.rights import Scope

KEPT = (
    f"SELECT body_digest, status, answer FROM {Answered._meta.db_table} "
    "WHERE operator_id = %s AND caller = %s AND key = %s"
)
_UNANSWERED = 0  # of a claim whose transaction is still open: nobody else ever sees it


class KeyReused(DoorstepError):
    """The key has been used for another request."""

    code = "idempotency_key_reused"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: dict[str, Any]
    again: bool = False  # told a second time


Claim = Callable[[Answer], None]


def once(scope: Scope, key: str, request: bytes, at: datetime, work: Callable[[], Answer]) -> Answer:
    """Do the work unless this key was answered; `request` is all that makes two requests the same. Raises KeyReused.

    An error of the work rolls back the claim with it: the caller may try again with the same key.
    """
    digest = _digest(request)
    kept = _kept(scope, key, digest)
    if kept:
        return kept
    claimed = False
    try:
        with transaction.atomic():
            claim = _claimed(scope, key, digest, at, Answer(_UNANSWERED, {}))
            claimed = True
            answer = work()
            Answered.objects.filter(pk=claim.pk).update(status=answer.status, answer=answer.body)
            return answer
    except IntegrityError:
        kept = None if claimed else _kept(scope, key, digest)
        if kept is None:
            raise
        return kept


def once_decided(scope: Scope, key: str, request: bytes, at: datetime, work: Callable[[Claim], Answer]) -> Answer:
    """Do the work unless this key was answered. Raises KeyReused.

    The work decides, then opens the transaction that it commits, and claims there before all else, with its answer.
    Losing the claim ends it.
    """
    digest = _digest(request)
    kept = _kept(scope, key, digest)
    if kept:
        return kept

    def claim(answer: Answer) -> None:
        try:
            _claimed(scope, key, digest, at, answer)
        except IntegrityError as taken:
            raise _Lost from taken

    try:
        return work(claim)
    except (_Lost, DoorstepError):  # an equal request may have been first, and have taken what this one lacked
        kept = _kept(scope, key, digest)
        if kept is None:
            raise
        return kept


def once_repeatable(scope: Scope, key: str, request: bytes, at: datetime, work: Callable[[], Answer]) -> Answer:
    """Do the work unless this key was answered, and keep its answer afterwards. Raises KeyReused.

    For work that calls out, or takes several transactions in an order of their own: none may be open around it. Of
    equal requests at once more than one may do it, so it must be safe to be done again.
    """
    digest = _digest(request)
    kept = _kept(scope, key, digest)
    if kept:
        return kept
    try:
        answer = work()
        with transaction.atomic():
            Answered.objects.create(
                operator_id=scope.operator,
                caller=scope.actor,
                key=key,
                body_digest=digest,
                at=at,
                status=answer.status,
                answer=answer.body,
            )
    except (IntegrityError, DoorstepError):  # an equal request was first, and has left nothing to be done
        kept = _kept(scope, key, digest)
        if kept is None:
            raise
        return kept
    return answer


def forget_words(operator: int, order: str, brand: str, at: Collection[datetime]) -> int:
    """Empty what answers of these instants quote of an order's address: the words of its faults. Gives how many.

    The claim stays, and with it that a key acts once; what happened is still told.
    """
    changed = []
    for row in Answered.objects.filter(operator_id=operator, at__in=at).order_by("pk"):
        told = row.answer
        if told.get("order") == order and told.get("brand") == brand and (told.get("detail") or told.get("faults")):
            told["detail"] = ""
            told["faults"] = [one | {"detail": "", "remedy": ""} for one in told.get("faults", ())]
            changed.append(row)
    Answered.objects.bulk_update(changed, ["answer"], batch_size=200)
    return len(changed)


class _Lost(Exception):
    """Another request has claimed the key."""


def _claimed(scope: Scope, key: str, digest: str, at: datetime, answer: Answer) -> Answered:
    """Claim the key. Raises IntegrityError when it is another's."""
    row = Answered(
        operator_id=scope.operator,
        caller=scope.actor,
        key=key,
        body_digest=digest,
        at=at,
        status=answer.status,
        answer=answer.body,
    )
    return insert([row])[0]


def _digest(request: bytes) -> str:
    return hashlib.sha256(request).hexdigest()


def _kept(scope: Scope, key: str, digest: str) -> Answer | None:
    rows = rows_of(KEPT, [scope.operator, scope.actor, key])
    if not rows:
        return None
    before, status, answer = rows[0]
    if before != digest:
        raise KeyReused("this Idempotency-Key was used for another request")
    return Answer(status, json.loads(answer), again=True)
