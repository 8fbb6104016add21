"""Every operation of the API, found in its router: what is not here is not served."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from doorstep.api.application import api


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    path: str  # /v1/orders/{order}
    django: str  # v1/orders/<path:order>
    answers: Any  # status -> pydantic model

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@cache
def routes() -> tuple[Route, ...]:
    found = []
    for router in api._get_bound_routers():
        for path, view in router.path_operations.items():
            whole = "v1" + router.prefix + path
            django = whole.replace("{", "<").replace("}", ">")
            plain = "/" + re.sub(r"{\w+:", "{", whole)
            for operation in view.operations:
                found += [Route(method, plain, django, operation.response_models) for method in operation.methods]
    return tuple(found)


def conforms(method: str, django: str, status: int, body: Any) -> None:
    """Fail unless the body is exactly what the schema says: nothing missing, nothing besides, every type right."""
    route = next(one for one in routes() if (one.method, one.django) == (method, django))
    model = route.answers[status]
    told = model.model_validate({"response": body}).model_dump(mode="json")["response"]
    assert told == body, f"{route} answers something else than its schema says"
