from __future__ import annotations

import pytest
from django.utils import timezone
from tests.web.filled import Filled, fill


@pytest.fixture
def filled(db: None) -> Filled:  # noqa: ARG001
    return fill(timezone.now())
