"""Kinds of fields: the same rules as for the cells of a brand folder, so that both doors let in the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StrictInt, WithJsonSchema

from doorstep.domain.gs1 import LONGEST, SEPARATOR, barcode_key
from doorstep.files import kinds

_text, _code, _word, _country = kinds.text().parse, kinds.code().parse, kinds.word().parse, kinds.country().parse
_instant, _day = kinds.instant().parse, kinds.day().parse


def _unless_empty(parse: Callable[[str], str]) -> Callable[[str], str]:
    return lambda value: parse(value) if value else value


def _written(parse: Callable[[str], Any], what: str) -> Callable[[object], Any]:
    def read(value: object) -> Any:
        if isinstance(value, str):
            return parse(value)
        if value is None:
            return None
        raise ValueError(f"is not {what}")

    return read


def _scanned(value: str) -> str:
    """FNC1 of a code of GS1 is a control character; others are refused."""
    _unless_empty(_text)(value.replace(SEPARATOR, ""))
    return value


def _barcode(value: str) -> str:
    barcode_key(value)
    return value


Text = Annotated[str, AfterValidator(_unless_empty(_text))]
OneLine = Annotated[str, AfterValidator(_unless_empty(_code))]  # no control characters, no space at either end
Word = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_word)]
Code = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_code)]
Barcode = Annotated[str, Field(min_length=1, max_length=LONGEST), AfterValidator(_barcode)]
Scanned = Annotated[str, Field(max_length=200), AfterValidator(_scanned)]
Country = Annotated[str, Field(pattern="^[A-Z]{2}$"), AfterValidator(_country)]
Quantity = Annotated[StrictInt, Field(ge=1, le=1_000_000)]
Instant = Annotated[
    datetime,
    BeforeValidator(_written(_instant, "an instant of ISO 8601 such as 2024-05-01T09:30:00+02:00")),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Day = Annotated[
    date,
    BeforeValidator(_written(_day, "a date such as 2024-05-01")),
    WithJsonSchema({"type": "string", "format": "date"}),
]
