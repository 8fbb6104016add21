"""Cells that hold several spans of time."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from doorstep.files.kinds import Kind, moment


def spans() -> Kind:
    """Spans of time, each `from/to`, joined by spaces, apart from one another and in their order."""
    at = moment().parse

    def parse(cell: str) -> tuple[tuple[Any, Any], ...]:
        found = [tuple(map(at, one.split("/"))) for one in cell.split(" ")]
        ends = [end for span in found for end in span]
        if any(len(span) != 2 for span in found) or len(set(map(type, ends))) > 1:
            raise ValueError("is not from/to, several joined by spaces, all as HH:MM or all as instants")
        if any(b < a if i % 2 == 0 else b <= a for i, (a, b) in enumerate(pairwise(ends))):
            raise ValueError("has spans that end before they begin, or do not follow one another")
        return tuple((begin, end) for begin, end in found)

    return Kind("spans such as 09:00/11:00 15:00/17:00, or of instants, joined by spaces", parse, absent=())
