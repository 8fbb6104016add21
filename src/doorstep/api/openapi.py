"""The description of the API, for programs and for people. Both need nothing but this server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from pydantic import TypeAdapter

from doorstep.api.application import api
from doorstep.api.problems import CODES, Problem
from doorstep.domain.event_types import EVENT_TYPES

_ANY = ("401", "403", "422", "429", "503")
_BODY = ("400", "413")
_SAYS = {
    "400": "not JSON",
    "401": "no valid key",
    "403": "the role does not reach so far",
    "404": "not there, or somebody else's",
    "409": "contradicts what is there",
    "413": "too large",
    "422": "not valid",
    "429": "more requests than the key may make, or too many wrong keys from this address",
    "503": "the record is out of reach at the moment",
}


NOT_EVERYWHERE = frozenset({"/v1/test-clock"})  # an installation may lack it


@cache
def described() -> dict[str, Any]:
    """The document of OpenAPI 3.1: what ninja knows, and the problems that every operation may answer."""
    document = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/v1/")))
    schema = TypeAdapter(Problem).json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    schemas = document["components"]["schemas"]
    schemas.update(schema.pop("$defs"))
    schemas["Problem"] = schema
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            writes = method in ("post", "put", "patch", "delete")
            finds = writes or "{" in path or any(one["name"] == "brand" for one in operation["parameters"])
            finds = finds or path in NOT_EVERYWHERE
            body = "requestBody" in operation
            known = _ANY if operation.get("security") else ("422",)
            statuses = [*known, *(["404"] if finds else []), *(["409"] if writes else []), *(_BODY if body else ())]
            for parameter in operation["parameters"]:
                _without_null(parameter)
            for status in sorted(statuses):
                operation["responses"][status] = _problem(_SAYS[status])
    document["webhooks"] = {type: {"post": _webhook(type, kind)} for kind, type in EVENT_TYPES.items()}
    return dict(document)


def _webhook(type: str, kind: str) -> dict[str, Any]:
    """What a shop is sent when something has happened; docs/guides/webhooks.md says how and how often."""
    data = {"brand": {"type": "string"}, "order": {"type": "string", "description": "its code, where it is of one"}}
    event = {
        "type": "object",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"const": type},
            "timestamp": {"type": "string", "format": "date-time", "description": "when it happened"},
            "data": {"type": "object", "required": ["brand"], "properties": data, "additionalProperties": True},
        },
    }
    return {
        "operationId": type,
        "tags": ["webhooks"],
        "summary": f"The fact {kind}",
        "parameters": [
            {"in": "header", "name": f"webhook-{part}", "required": True, "schema": {"type": "string"}}
            for part in ("id", "timestamp", "signature")
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": event}}},
        "responses": {"2XX": {"description": "taken; anything else is tried again for three days"}},
    }


def openapi(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(orjson.dumps(described()), content_type="application/json")


def docs(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(_page())


def styles(_request: HttpRequest) -> HttpResponse:
    """The page's own style sheet: the policy of the server lets none into the page itself."""
    return HttpResponse(_environment().get_template("docs.css").render(), content_type="text/css; charset=utf-8")


def _without_null(parameter: dict[str, Any]) -> None:
    """Say of an optional parameter what it is when it is there: an address has no null."""
    choices = [one for one in parameter["schema"].pop("anyOf", ()) if one.get("type") != "null"]
    if len(choices) == 1:
        parameter["schema"].update(choices[0])
        parameter["schema"].pop("default", None)


def _problem(says: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": says, "content": content}


@cache
def _environment() -> Environment:
    loader = PackageLoader("doorstep.api", "pages")
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters["pretty"] = lambda value: json.dumps(value, indent=2, ensure_ascii=False)
    made.filters["kind"] = _kind
    made.filters["named"] = lambda reference: reference.rsplit("/", 1)[-1]
    return made


@cache
def _page() -> str:
    document = described()
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            told = {**operation, "method": method.upper(), "path": path}
            groups.setdefault(operation["tags"][0], []).append(told)
    template = _environment().get_template("docs.html")
    return template.render(document=document, groups=groups, schemas=document["components"]["schemas"], codes=CODES)


def _kind(schema: Mapping[str, Any]) -> str:
    """Say a schema's type in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}" if "items" in schema else "list"
    return str(schema.get("format") or schema.get("type", "any"))
