"""All addresses: the API for programs, the pages for people."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from doorstep.api import hooks

handler403 = "doorstep.web.views.refused.forbidden"
urlpatterns: list[URLPattern | URLResolver] = [
    path("hooks/carriers/<int:account>", hooks.of_carrier, name="carrier_hook"),
    path("v1/", include("doorstep.api.urls")),
    path("t/", include("doorstep.web.shopper_urls")),
    path("", include("doorstep.web.urls")),
]
