"""What is asked twice is done once: the frame around every request with an Idempotency-Key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Header

from doorstep.api.answers import json_answer
from doorstep.api.auth import Caller
from doorstep.api.fields import Code
from doorstep.core.idempotency import Answer, once, once_repeatable
from doorstep.domain.errors import NotFound

Key = Annotated[
    Code,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=100,
        description="your own id of this request; send it again with the same body and you get the same answer",
    ),
]
OptionalKey = Annotated[
    Code | None,
    Header(
        None,
        alias="Idempotency-Key",
        min_length=1,
        max_length=100,
        description="your own id of this request; with one it is answered once, without one it acts each time it comes",
    ),
]
Work = Callable[[], Any]


def same_request(request: HttpRequest) -> bytes:
    """What makes two requests the same: address and content, not how the JSON happens to be laid out."""
    try:
        said = orjson.dumps(orjson.loads(request.body), option=orjson.OPT_SORT_KEYS) if request.body else b""
    except ValueError:  # of an operation that takes no body, and does not look at one
        said = request.body
    return f"{request.method} {request.get_full_path()}\n".encode() + said


def answered_once(request: HttpRequest, caller: Caller, key: str, work: Work, status: int = 201) -> Answer:
    """Do the work, in one transaction with the claim of its key, unless the key was answered."""
    return once(caller.scope, key, same_request(request), caller.now, lambda: _answer(work, status))


def once_told(request: HttpRequest, caller: Caller, key: str, work: Work, status: int = 201) -> HttpResponse:
    """As `answered_once`, as a response; a repetition is told as such."""
    return told(answered_once(request, caller, key, work, status))


def once_told_outside(request: HttpRequest, caller: Caller, key: str, work: Work, status: int = 201) -> HttpResponse:
    """The same for work that may not stand in one transaction; it must be safe to be done again."""
    answer = once_repeatable(caller.scope, key, same_request(request), caller.now, lambda: _answer(work, status))
    return told(answer)


def once_if_keyed(
    request: HttpRequest, caller: Caller, key: str | None, work: Work, *, outside: bool = False
) -> HttpResponse:
    """For requests that took no key at first: without one they act as they always did.

    `outside`: the work may not stand in one transaction, and is safe to be done again.
    """
    if key is None:
        return json_answer(work(), 201)
    return (once_told_outside if outside else once_told)(request, caller, key, work)


def told(answer: Answer) -> HttpResponse:
    return json_answer(answer.body, answer.status, {"Idempotent-Replayed": "true"} if answer.again else {})


def _answer(work: Work, status: int) -> Answer:
    said = work()
    if said is None:
        raise NotFound("it is gone")
    return Answer(status, orjson.loads(orjson.dumps(said, option=orjson.OPT_UTC_Z)))
