"""Every error is a problem of RFC 9457, with a code that stays and a sentence for a person."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Annotated, Any

import orjson
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import Field, with_config

from doorstep.core.idempotency import KeyReused
from doorstep.core.paging import InvalidCursor
from doorstep.core.trouble import WAIT_S, trouble
from doorstep.domain.errors import Conflict, DoorstepError, NotFound

View = Callable[..., HttpResponseBase]
log = logging.getLogger("doorstep.api")

# What a code means, with its status; the docs page lists them.
CODES: Mapping[str, tuple[int, str]] = {
    "malformed": (400, "The body is not JSON, or the request is not HTTP as it should be."),
    "unauthorized": (401, "There is no key, or it is unknown, expired or revoked."),
    "forbidden": (403, "The key's role does not reach so far."),
    "not_found": (404, "It is not there, or it is somebody else's."),
    "method_not_allowed": (405, "The address is right, the method is not."),
    "conflict": (409, "What is asked contradicts what is there."),
    "out_of_stock": (409, "The goods are not there, and the order would rather be refused than wait."),
    "day_full": (409, "A site or a service filled its day in this moment; try again."),
    "stock_moved": (409, "The goods went to others in this moment; try again."),
    "carrier_refused": (409, "The carrier has understood, and says no."),
    "carrier_unreachable": (409, "The carrier does not answer, and nobody knows what became of it; send it again."),
    "scan_already_staged": (409, "What was scanned is on a pile already."),
    "scan_gone": (409, "What was scanned has left already, or is on no pile."),
    "scan_cancelled": (409, "The order of what was scanned was cancelled: put it aside."),
    "scan_held": (409, "The order of what was scanned is held: put it aside."),
    "scan_not_labelled": (409, "What was scanned has no label."),
    "scan_wrong_site": (409, "What was scanned leaves from another site."),
    "scan_wrong_carrier": (409, "What was scanned goes with another carrier."),
    "scan_too_early": (409, "What was scanned goes with a later departure."),
    "too_large": (413, "The body is larger than the server takes."),
    "invalid": (422, "The request is well-formed and says something that cannot be; `errors` lists it all."),
    "idempotency_key_reused": (422, "The Idempotency-Key was used for another request."),
    "too_many_requests": (429, "The key asks more often than it may; Retry-After says when to try again."),
    "too_many_wrong_keys": (429, "Too many wrong keys came from this address; Retry-After says when to try again."),
    "record_unavailable": (
        503,
        "The record cannot be reached or written; `detail` says why. What was asked may have been done.",
    ),
    "error": (500, "The fault is ours; it is in the log."),
}
TITLES = {
    400: "Bad request",
    401: "Not authenticated",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Too large",
    422: "Not valid",
    429: "Too many requests",
    500: "Internal error",
    503: "Unavailable",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with the request."""

    place: Annotated[str, Field(description="body, query, header or path")]
    pointer: Annotated[str, Field(description="JSON Pointer of RFC 6901 into it")]
    why: str


@with_config(
    json_schema_extra={
        "examples": [
            {
                "type": "/v1/docs#invalid",
                "title": "Not valid",
                "status": 422,
                "detail": "1 thing in the request is not valid",
                "code": "invalid",
                "instance": "/v1/orders",
                "errors": [{"place": "body", "pointer": "/lines/0/quantity", "why": "is not between 1 and 1000000"}],
            }
        ]
    }
)
@dataclass(frozen=True, slots=True)
class Problem:
    type: Annotated[str, Field(description="address of the explanation")]
    title: str
    status: int
    detail: str
    code: Annotated[str, Field(description="stable; programs tell errors apart by it")]
    instance: str
    errors: tuple[Fault, ...] = ()


class NotAllowed(Exception):
    """The caller's role lacks the right."""


class TooManyWrongKeys(Exception):
    """Of the address that the request came from."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(f"too many wrong keys came from this address; wait {wait_s} s")
        self.wait_s = wait_s


class TooManyRequests(Exception):
    """Of one key."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(f"the key asks more often than it may; wait {wait_s} s")
        self.wait_s = wait_s


class Invalid(Exception):
    """Faults that only a look at the whole request finds."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("the request is not valid")
        self.faults = tuple(faults)


def problem(
    request: HttpRequest, code: str, detail: str, faults: Sequence[Fault] = (), headers: Mapping[str, str] | None = None
) -> HttpResponse:
    status = CODES[code][0]
    told = Problem(f"/v1/docs#{code}", TITLES[status], status, detail, code, request.path, tuple(faults))
    body = orjson.dumps(told)
    return HttpResponse(body, status=status, content_type="application/problem+json", headers=dict(headers or {}))


def invalid(request: HttpRequest, faults: Sequence[Fault]) -> HttpResponse:
    count = len(faults)
    said = "1 thing in the request is" if count == 1 else f"{count} things in the request are"
    return problem(request, "invalid", f"{said} not valid", faults)


def not_found(request: HttpRequest, _rest: str = "") -> HttpResponse:
    """Answer for addresses under /v1 that do not exist."""
    return problem(request, "not_found", "there is nothing at this address")


def on_error(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    """Say any error as a problem."""
    match error:
        case Invalid():
            return invalid(request, error.faults)
        case ValidationError():
            return _on_validation(request, error)
        case InvalidCursor():
            return invalid(request, [Fault("query", "/after", str(error))])
        case AuthenticationError():
            return unauthorized(request)
        case TooManyWrongKeys():
            return problem(request, "too_many_wrong_keys", str(error), headers={"Retry-After": str(error.wait_s)})
        case TooManyRequests():
            return problem(request, "too_many_requests", str(error), headers={"Retry-After": str(error.wait_s)})
        case NotAllowed():
            return problem(request, "forbidden", str(error))
        case Http404() | NotFound():
            return problem(request, "not_found", str(error) or "there is no such thing")
        case KeyReused() | Conflict():
            return problem(request, error.code if error.code in CODES else "conflict", str(error))
        case RequestDataTooBig():
            return problem(request, "too_large", str(error))
        case HttpError() if error.status_code == 400:
            large = isinstance(error.__cause__, RequestDataTooBig)
            return problem(request, "too_large" if large else "malformed", "the body cannot be read as JSON")
        case DatabaseError() | InterfaceError() if why := trouble(error):
            log.error("the record is in trouble", exc_info=error)
            keyed = "Idempotency-Key" in request.headers
            how = "send it again with its key" if keyed else "look whether it was done before you send it again"
            said = f"{why}; {how}"
            return problem(request, "record_unavailable", said, headers={"Retry-After": str(WAIT_S)})
    log.error("the request failed", exc_info=error if isinstance(error, Exception) else None)
    return problem(request, "error", "the request failed; it is in the log")


def unauthorized(request: HttpRequest) -> HttpResponse:
    told = request.headers.get("Authorization", "")
    challenge = 'Bearer realm="doorstep"' + (', error="invalid_token"' if told else "")
    why = "the key is unknown, expired or revoked" if told else "send Authorization: Bearer ds_..."
    return problem(request, "unauthorized", why, headers={"WWW-Authenticate": challenge})


def refusing(view: View) -> View:
    """Have the methods that a view does not know told as a problem."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if response.status_code != 405:
            return response
        allow = ", ".join(sorted(response.headers["Allow"].split(", ")))
        return problem(request, "method_not_allowed", f"only {allow} at this address", headers={"Allow": allow})

    return answered


HANDLED: tuple[type[Exception], ...] = (
    Exception,
    Http404,
    HttpError,
    ValidationError,
    DoorstepError,
)


def _on_validation(request: HttpRequest, error: ValidationError) -> HttpResponse:
    faults = [_fault(one) for one in error.errors]
    if all(one.place == "path" for one in faults):  # nothing has a code like that
        return problem(request, "not_found", "there is no such thing")
    return invalid(request, faults)


def _fault(error: Mapping[str, Any]) -> Fault:
    """Make one of ninja's errors ours: its first name is the place, the body's second that of our parameter."""
    place, *names = error["loc"]
    if place == "body":
        names = names[1:]
    pointer = "".join("/" + str(name).replace("~", "~0").replace("/", "~1") for name in names)
    why = str(error["msg"]).removeprefix("Value error, ")
    return Fault(str(place), pointer, why[:1].lower() + why[1:])
