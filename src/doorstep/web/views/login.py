"""Logging in: address and password (or a provider's word), then the second factor for those who have one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from doorstep.core.accounts.queries import has_second_factor, scope_of_user
from doorstep.flows import second_factor
from doorstep.web.proof import count_wrong_code, door_is_shut
from doorstep.web.room import came_at, home_of

BACKEND = "django.contrib.auth.backends.ModelBackend"
HALFWAY = "halfway"  # in the session: whose password was right, and when
PATIENCE = timedelta(minutes=10)


class Credentials(AuthenticationForm):
    """Addresses are told apart without regard to case, as they are kept."""

    error_messages = {  # noqa: RUF012  (as Django declares it)
        "invalid_login": "No one logs in with this address and password.",
        "inactive": "No one logs in with this address and password.",
    }

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.fields["username"].label = "E-mail address"
        self.fields["username"].widget = forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})

    def clean_username(self) -> str:
        return str(self.cleaned_data["username"]).strip().lower()


class Login(LoginView):
    template_name = "web/login.html"
    authentication_form = Credentials
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        return enter(self.request, form.get_user(), self.get_redirect_url())

    def get_default_redirect_url(self) -> str:
        """For those who come to the log-in and are inside already."""
        return reverse(home_of(scope_of_user(self.request.user)))

    def get_context_data(self, **named: Any) -> dict[str, Any]:
        refused = self.request.GET.get("provider") == "refused"
        return {**super().get_context_data(**named), "provider": getattr(settings, "OIDC_NAME", ""), "refused": refused}


def enter(request: HttpRequest, user: Any, goal: str, backend: str = BACKEND) -> HttpResponse:
    """Let somebody in who has proved who they are; those with a second factor only halfway.

    Whoever was on the way to no page in particular goes to the room made for them.
    """
    if goal in ("", reverse("today")):
        goal = reverse(home_of(scope_of_user(user)))
    if not has_second_factor(user):
        login(request, user, backend=backend)
        return redirect(goal)
    request.session.cycle_key()
    request.session[HALFWAY] = {
        "user": user.pk,
        "at": came_at(request).isoformat(),
        "hash": user.get_session_auth_hash(),
        "next": goal,
    }
    return redirect("second_factor")


@dataclass(frozen=True, slots=True)
class Halfway:
    """Whose password was right a moment ago."""

    user: Any
    email: str
    goal: str


@sensitive_post_parameters("code")
@csrf_protect
@require_http_methods(["GET", "POST"])
def show_second_factor(request: HttpRequest) -> HttpResponse:
    """Ask for the code; nobody is logged in before it was right."""
    halfway = _halfway(request, came_at(request))
    if halfway is None:
        return redirect("login")
    refused = ""
    if request.method == "POST" and not door_is_shut(request, halfway.email):
        try:
            second_factor.accept(scope_of_user(halfway.user), request.POST.get("code", "")[:100], now=came_at(request))
        except second_factor.WrongCode as wrong:
            count_wrong_code(request, halfway.email)
            refused = str(wrong)
        else:
            request.session.pop(HALFWAY)
            login(request, halfway.user, backend=BACKEND)
            return redirect(halfway.goal)
    response = render(request, "web/second_factor.html", {"refused": refused}, status=422 if refused else 200)
    add_never_cache_headers(response)
    return response


def _halfway(request: HttpRequest, now: datetime) -> Halfway | None:
    """None: no password came first, it is too long ago, or it was changed since."""
    kept = request.session.get(HALFWAY)
    if kept is None or now - datetime.fromisoformat(kept["at"]) > PATIENCE:
        return None
    user = get_user_model().objects.filter(pk=kept["user"], is_active=True).first()
    if user is None or user.get_session_auth_hash() != kept["hash"]:
        return None
    return Halfway(user, user.email, kept["next"])
