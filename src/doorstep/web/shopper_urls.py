"""The pages that a link opens, without a log-in."""

from __future__ import annotations

from django.urls import path

from doorstep.web.views import tracking

urlpatterns = [
    path("", tracking.show, {"token": ""}),  # cut short before its token
    path("<str:token>", tracking.show, name="tracking"),
    path("<str:token>/logo.png", tracking.logo, name="tracking_logo"),
    path("<str:token>/answer", tracking.answer, name="answer_survey"),
    path("<str:token>/return", tracking.ask_back, name="ask_return"),
    path("<str:token>/returns/<str:rma>/label.pdf", tracking.label, name="shoppers_return_label"),
    path("<str:token>/returns/<str:rma>.pdf", tracking.slip, name="returns_slip"),
    path("<str:token>/<path:rest>", tracking.nowhere, name="tracking_nowhere"),
]
