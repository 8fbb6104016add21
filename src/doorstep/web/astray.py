"""Where somebody is led who opens the address of a form: to the page that the form is on.

Such addresses are opened by hand, by going back after a log-in, or by loading a page anew that told what was wrong.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse

Handler = Callable[[HttpRequest], HttpResponseBase]
ELSEWHERE = {  # forms that are not on the page above their address
    "receive_stock": "inbound",
    "adjust_stock": "inbound",
    "buy_label": "shipments",
    "void_label": "shipments",
}


def led(handle: Handler) -> Handler:
    """Middleware: answer a GET of what is only posted by the way to its page; programs are told 405 as before."""

    def lead(request: HttpRequest) -> HttpResponseBase:
        response = handle(request)
        if response.status_code != 405 or request.method not in ("GET", "HEAD"):
            return response
        page = page_of(request.path)
        return redirect(page) if page else response

    return lead


def page_of(address: str) -> str:
    """Give the page that a form is on, the nearest above its address; empty: it is no address of a page."""
    match = resolve(address)
    if match.route.startswith(("v1/", "hooks/")):
        return ""
    if match.url_name in ELSEWHERE:
        return reverse(ELSEWHERE[match.url_name])
    above = address
    while above not in ("", "/"):
        above = above.rpartition("/")[0] or "/"
        try:
            page = resolve(above)
        except Resolver404:
            continue
        return reverse(page.view_name, kwargs=page.kwargs)  # as an address writes it, whatever is in a code
    return reverse("today")
