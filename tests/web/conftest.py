from __future__ import annotations

from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest
from django.utils import timezone
from tests.web.filled import Filled, fill

from doorstep.server import clock

MORNING = datetime(2026, 11, 25, 10, 5, tzinfo=UTC)  # a Wednesday: vans still come, and it is the same day everywhere


def at_morning(patch: pytest.MonkeyPatch) -> None:
    began = monotonic()
    for module in (timezone, clock):
        patch.setattr(module, "now", lambda: MORNING + timedelta(seconds=monotonic() - began))


@pytest.fixture
def morning(monkeypatch: pytest.MonkeyPatch) -> None:
    """For pages that tell of today: what they tell must not hang on the hour at which the tests are run."""
    at_morning(monkeypatch)


@pytest.fixture
def filled(db: None) -> Filled:  # noqa: ARG001
    return fill(timezone.now())
