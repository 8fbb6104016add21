"""What somebody is told who may not enter: that it is not for their role, and which room is."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from doorstep.core.accounts.queries import scope_of_user
from doorstep.web.room import home_of


def forbidden(request: HttpRequest, exception: PermissionDenied) -> HttpResponse:  # noqa: ARG001
    known = request.user.is_authenticated
    home = reverse(home_of(scope_of_user(request.user)) if known else "login")
    return render(request, "403.html", {"home": home}, status=403)
