"""Answers as JSON, and what lists have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import orjson
from django.http import HttpResponse
from ninja import Query
from pydantic import ConfigDict, Field

from doorstep.flows.paper import Paper

MOST = 200  # rows of a page
Limit = Annotated[int, Query(50, ge=1, le=MOST, description="rows of a page")]
After = Annotated[
    str | None,
    Query(None, max_length=1_000, description="`next` of the page before; opaque"),
]
Next = Annotated[str | None, Field(description="`after` of the next page; null: this was the last")]


def json_answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Write dataclasses, dicts and instants. Sorted, so that an answer told again is the same to the byte."""
    content = orjson.dumps(body, option=orjson.OPT_UTC_Z | orjson.OPT_SORT_KEYS)
    return HttpResponse(content, status=status, content_type="application/json", headers=dict(headers or {}))


def page_answer(rows: Iterable[Any], following: str | None) -> HttpResponse:
    return json_answer({"data": list(rows), "next": following})


def file_answer(found: Paper) -> HttpResponse:
    name = "".join(letter if letter.isalnum() or letter in "-._" else "_" for letter in found.name)
    headers = {"Content-Disposition": f'inline; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(found.content, content_type=found.content_type, headers=headers)


def shown(*examples: Any) -> ConfigDict:
    """Put examples into the schema."""
    return ConfigDict(json_schema_extra={"examples": list(examples)})
