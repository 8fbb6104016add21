"""What came back, in words: its grade, what becomes of it, how far the return is."""

from __future__ import annotations

from collections.abc import Mapping

from doorstep.domain.returns import Disposition, Grade, ReturnState

GRADES: Mapping[Grade, str] = {
    "A": "as new",
    "B": "opened, complete",
    "C": "used",
    "damaged": "damaged",
    "missing": "not in the parcel",
}
DISPOSITIONS: Mapping[Disposition, str] = {
    "restock": "back on sale",
    "quarantine": "put aside to be looked at",
    "damaged": "kept as damaged",
    "discard": "thrown away",
    "none": "nothing to put away",
}
STATES: Mapping[ReturnState, str] = {
    "asked": "asked for",
    "labelled": "label bought",
    "on_its_way": "on its way",
    "arrived": "brought by the carrier",
    "received": "received, not graded yet",
    "graded": "graded",
}
_ALL: Mapping[str, Mapping[str, str]] = {
    "grade": {str(code): words for code, words in GRADES.items()},
    "disposition": {str(code): words for code, words in DISPOSITIONS.items()},
    "state": {str(code): words for code, words in STATES.items()},
}


def returned_words(of: str, code: str) -> str:
    """Say a grade, a disposition or a state of a return; a code that is not known says itself."""
    return _ALL[of].get(code, code.replace("_", " "))
