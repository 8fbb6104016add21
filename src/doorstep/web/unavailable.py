"""The page of somebody whose click the record could not take: what is wrong, and what to do."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from doorstep.core.trouble import WAIT_S, trouble

log = logging.getLogger("doorstep.web")


class Unavailable:
    """Middleware; only a class is told of what a view raises."""

    def __init__(self, handle: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._handle = handle

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._handle(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        why = trouble(error) if isinstance(error, DatabaseError | InterfaceError) else ""
        if not why:
            return None
        log.error("the record is in trouble", exc_info=error)
        told = render(request, "web/unavailable.html", {"why": why}, status=503)
        told["Retry-After"] = str(WAIT_S)
        return told
