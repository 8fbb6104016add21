"""Who asks, when, and whether they may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.http import HttpRequest
from ninja.security import HttpBearer

from doorstep.api import rates
from doorstep.api.problems import Fault, Invalid, NotAllowed, TooManyWrongKeys
from doorstep.core.accounts.queries import BrandRow
from doorstep.domain.errors import NotFound
from doorstep.domain.rights import Right, Scope
from doorstep.flows.authenticate import authenticate, refused
from doorstep.flows.standing import brands_of

QUERY_NAMES = "query_names"  # of a view: method -> names that may follow the question mark


@dataclass(frozen=True, slots=True)
class Caller:
    scope: Scope
    now: datetime


class ApiKey(HttpBearer):
    """`Authorization: Bearer ds_<prefix>_<secret>`."""

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        now = came_at(request)
        known = authenticate(token, now=now)
        if known:
            rates.count(request, known)
            return Caller(known.scope, now)
        wait_s = refused(cast(str, request.address), now=now)  # type: ignore[attr-defined]  # noted by the server
        if wait_s:
            raise TooManyWrongKeys(wait_s)
        return None


def came_at(request: HttpRequest) -> datetime:
    return cast(datetime, request.now)  # type: ignore[attr-defined]  # the server notes when a request came


def allowed(request: HttpRequest, right: Right) -> Caller:
    """Give the caller. Raises NotAllowed if their role lacks the right, Invalid for a filter that does not exist."""
    caller = cast(Caller, request.auth)  # type: ignore[attr-defined]  # put there by ninja from ApiKey
    if not caller.scope.may(right):
        raise NotAllowed(f"a key with the role {caller.scope.role} may not do this")
    only_known(request)
    return caller


def only_known(request: HttpRequest) -> None:
    """Raise Invalid for a filter that does not exist."""
    known = getattr(request.resolver_match and request.resolver_match.func, QUERY_NAMES)[request.method]
    unknown = [Fault("query", f"/{name}", "is not known here") for name in request.GET if name not in known]
    if unknown:  # a filter misspelt must not pass for one that lets everything through
        raise Invalid(unknown)


def brand_of(caller: Caller, code: str, place: str) -> BrandRow:
    """Give the brand of this code; of a scope with one brand it need not be named. Raises NotFound, Invalid."""
    brands = brands_of(caller.scope, caller.now)
    if not code and len(brands) == 1:
        return brands[0]
    if not code:
        raise Invalid([Fault(place, "/brand", "is missing: the key acts for several brands")])
    for brand in brands:
        if brand.code == code:
            return brand
    raise NotFound(f"no brand {code}")
