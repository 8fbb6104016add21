"""Everything under /v1/, to the last unknown address."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from doorstep.api.application import patterns
from doorstep.api.openapi import docs, openapi, styles
from doorstep.api.problems import View, not_found, refusing


def _page(view: View) -> View:
    return csrf_exempt(refusing(require_safe(view)))


# Keys come in a header: nothing here is open to forgery by cookies, and a wrong method is told as such.
urlpatterns: list[URLPattern] = [
    path("openapi.json", _page(openapi)),
    path("docs", _page(docs)),
    path("docs.css", _page(styles)),
    *patterns(),
    re_path(r"^([\s\S]*)$", csrf_exempt(not_found)),
]
