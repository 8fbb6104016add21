"""What people do with a case: the letter is sent, the carrier answers, it is closed with an outcome."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from doorstep.core.cases import actions
from doorstep.core.cases.queries import get_case
from doorstep.core.events.actions import record
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.investigation import OUTCOMES
from doorstep.domain.rights import Scope

LONGEST = 2_000  # characters of an answer or a note


def send_letter(scope: Scope, pk: int, *, now: datetime) -> None:
    """Note that a person has sent the letter. Raises NotFound, Conflict."""
    _check(scope, pk)
    with transaction.atomic():
        if not actions.mark_sent(pk, now):
            raise Conflict("its letter was sent already, or the case is closed")
        record(scope.operator, None, kind="CaseSent", subject=f"case:{pk}", data={}, at=now, actor=scope.actor)


def note_answer(scope: Scope, pk: int, answer: str, *, now: datetime) -> None:
    """Note what the carrier has said. Raises NotFound, Conflict."""
    _check(scope, pk)
    answer = _text(answer, "say what the carrier has answered")
    with transaction.atomic():
        if not actions.mark_answered(pk, answer, now):
            raise Conflict("no letter is out, or it was answered already")
        record(scope.operator, None, kind="CaseAnswered", subject=f"case:{pk}", data={}, at=now, actor=scope.actor)


def close_case(scope: Scope, pk: int, outcome: str, note: str, *, now: datetime) -> None:
    """Close it with its outcome. Raises NotFound, Conflict."""
    _check(scope, pk)
    found = next((one for one in OUTCOMES if one == outcome), None)
    if found is None:
        raise Conflict("choose how it ended")
    note = _text(note, "say in a sentence how it ended")
    with transaction.atomic():
        if not actions.close(pk, found, note, now):
            raise Conflict("the case is closed already")
        data = {"outcome": found}
        record(scope.operator, None, kind="CaseClosed", subject=f"case:{pk}", data=data, at=now, actor=scope.actor)


def _check(scope: Scope, pk: int) -> None:
    if get_case(scope, pk) is None:
        raise NotFound("no such case")


def _text(written: str, missing: str) -> str:
    text = " ".join(written.replace("\0", "").split())
    if not text:
        raise Conflict(missing)
    if len(text) > LONGEST:
        raise Conflict(f"write at most {LONGEST:,} characters")
    return text
