"""How much of what is drawn at random a test looks at: a little each time, much in the long form (`make storm`)."""

from __future__ import annotations

import os

import pytest
from _pytest.mark import ParameterSet

STORM = bool(os.environ.get("DOORSTEP_STORM"))


def seeds(few: int, many: int) -> list[int | ParameterSet]:
    """Seeds from 0 on, the same ones each time; those after the first few are marked `long`."""
    return [*range(few), *(pytest.param(one, marks=pytest.mark.long) for one in range(few, many))]


def examples(few: int, many: int) -> int:
    """How many examples hypothesis draws."""
    return many if STORM else few
