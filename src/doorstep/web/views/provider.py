"""Logging in by the operator's identity provider, where one is set up."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from jwt.exceptions import PyJWTError
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView, OIDCAuthenticationRequestView
from requests.exceptions import RequestException

from doorstep.web.views.login import enter

WRONG = (RequestException, PyJWTError, SuspiciousOperation, LookupError, TypeError, ValueError)
_log = logging.getLogger(__name__)


def begin(request: HttpRequest) -> HttpResponse:
    """Send the browser to the provider."""
    _is_set_up()
    return _answer(OIDCAuthenticationRequestView.as_view()(request))


def back(request: HttpRequest) -> HttpResponse:
    """Whoever comes back is let in, or told on the page of the log-in that the provider did not vouch for them."""
    _is_set_up()
    try:
        return _answer(_Back.as_view()(request))
    except WRONG as error:  # it answers nonsense, late or not at all: its fault is no fault of ours
        _log.warning("the identity provider was not understood: %s", type(error).__name__)
        return redirect(_refused())


class _Back(OIDCAuthenticationCallbackView):  # type: ignore[misc]  # the library has no types
    user: Any

    @property
    def failure_url(self) -> str:
        return _refused()

    def login_success(self) -> HttpResponse:
        return enter(self.request, self.user, self.success_url, settings.OIDC_BACKEND)


def _is_set_up() -> None:
    if not getattr(settings, "OIDC_ISSUER", ""):
        raise Http404


def _refused() -> str:
    return f"{reverse('login')}?provider=refused"


def _answer(response: Any) -> HttpResponse:
    assert isinstance(response, HttpResponse)
    response["Cache-Control"] = "no-store"
    return response
