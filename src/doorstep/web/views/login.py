from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView


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
