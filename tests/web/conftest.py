from __future__ import annotations

from copy import deepcopy
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


@pytest.fixture(scope="module")
def kept(kept_rows: None) -> Filled:  # noqa: ARG001
    """The record, filled once for all tests of a module."""
    return fill(timezone.now())


@pytest.fixture
def filled(kept: Filled, db: None) -> Filled:  # noqa: ARG001
    """What it names, as it was when it was filled: a request logs its user in, and may change what it is given."""
    return deepcopy(kept)
