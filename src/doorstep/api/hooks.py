"""/hooks/carriers/...: where carriers send their scans. Who sends is known by the signature, and by nothing else."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from doorstep.api import problems
from doorstep.api.answers import json_answer
from doorstep.domain.errors import NotFound
from doorstep.flows import track
from doorstep.flows.carriers import connected
from doorstep.plugins.carriers.base import HookRefused

MOST_BYTES = 256_000
_SHOWN = 300  # characters of an event that was refused


@csrf_exempt
def of_carrier(request: HttpRequest, account: int) -> HttpResponse:
    """Answer 202 for everything that is signed and holds events: a scan of a parcel unknown to us is kept, too.

    Events that cannot be read are kept as they came and told in `refused`; the others are taken all the same.
    """
    if request.method != "POST":
        return problems.problem(request, "method_not_allowed", "only POST at this address", headers={"Allow": "POST"})
    length = request.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > MOST_BYTES:  # before any of it is read
        return problems.problem(request, "too_large", f"a message has at most {MOST_BYTES} bytes")
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        return problems.problem(request, "too_large", f"a message has at most {MOST_BYTES} bytes")
    now = cast(datetime, request.now)  # type: ignore[attr-defined]  # noted by the server
    try:
        taken = track.read_hook(account, dict(request.headers), body, now=now, carriers=connected)
    except (NotFound, HookRefused):
        # One answer for both: who has no secret learns nothing of which accounts there are.
        return problems.problem(request, "unauthorized", "the signature is not that of a carrier known here")
    except ValueError:
        return problems.problem(request, "malformed", "the message cannot be read")
    refused = [{"event": one.raw[:_SHOWN], "why": one.why[:_SHOWN]} for one in taken.unread]
    return json_answer({"new": taken.new, "unmatched": taken.unmatched, "refused": refused}, 202)
