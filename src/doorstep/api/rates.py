"""How often a key may ask, told with every answer as the IETF's draft 10 of the RateLimit headers has it."""

from __future__ import annotations

import math
from functools import wraps
from typing import Any, cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from doorstep.api.problems import TooManyRequests, View
from doorstep.core.accounts.queries import KnownKey
from doorstep.core.accounts.rates import Quota
from doorstep.flows.authenticate import counted


def count(request: HttpRequest, known: KnownKey) -> None:
    """Count a request of a key. Raises TooManyRequests if it has to wait."""
    tick = cast(float, request.tick)  # type: ignore[attr-defined]  # noted by the server
    quota = counted(known, tick=tick)
    request.quota = quota  # type: ignore[attr-defined]
    if quota is not None and quota.wait_s:
        raise TooManyRequests(math.ceil(quota.wait_s))


def told(view: View) -> View:
    """Have what is left told in the headers of every answer to a key that has a limit."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        quota: Quota | None = getattr(request, "quota", None)
        if quota is not None:
            response.headers["RateLimit-Policy"] = f'"key";q={quota.rate.burst};w={quota.rate.window_s}'
            response.headers["RateLimit"] = f'"key";r={quota.left};t={math.ceil(quota.full_in_s)}'
        return response

    return answered
