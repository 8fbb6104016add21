"""Which orders a brand looks at before they are planned."""

from __future__ import annotations

import re

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from doorstep.core.accounts.queries import brands
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.money import Currency
from doorstep.domain.rights import Scope
from doorstep.flows.review_rule import set_review_rule
from doorstep.web.room import came_at, of_brands, room
from doorstep.web.views import brand as page


@login_required
@require_POST
@room("manage")
def change(request: HttpRequest, scope: Scope, code: str) -> HttpResponse:
    row = of_brands(brands(scope), code)
    if row is None:
        raise Http404("There is no such brand.")
    try:
        over = _minor(request.POST.get("over", "").strip(), Currency(row.currency))
        set_review_rule(scope, code, over, now=came_at(request))
    except NotFound:
        raise Http404("There is no such brand.") from None
    except Conflict as refusal:
        return page.refused(request, scope, code, str(refusal))
    return redirect("brand", code=code)


def _minor(text: str, currency: Currency) -> int | None:
    """Read an amount in the major unit; nothing: there is no rule."""
    if not text:
        return None
    digits = currency.digits
    pattern = r"(\d{1,9})" + (rf"(?:[.,](\d{{1,{digits}}}))?" if digits else "()")
    found = re.fullmatch(pattern, text, re.ASCII)
    if found is None:
        raise Conflict(f"the amount is not one of {currency.code}, such as 250")
    return int(f"{found[1]}{(found[2] or '').ljust(digits, '0')}")
