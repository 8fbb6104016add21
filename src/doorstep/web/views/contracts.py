"""Contracts about volumes on the page of commitments: added, changed and ended one by one. The operator's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from doorstep.core.learned import account_terms
from doorstep.core.learned.account_terms import Contract
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.rights import Scope
from doorstep.flows import account_contracts as flow
from doorstep.flows.account_prices import services_of
from doorstep.web.room import came_at, room
from doorstep.web.views.commitments import page
from doorstep.web.views.contract_form import (
    ContractForm,
    account_choices,
    empty_form,
    form_of,
    read,
    typed,
    with_faults,
    with_more,
)


@login_required
@require_POST
@room("manage")
def put(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Put a contract in force as it was filled in, new or in place of what the form began with."""
    form = typed(request)
    if "more" in request.POST:
        return page(request, scope, form=with_more(form))

    def act() -> None:
        accounts = account_choices(services_of(scope.operator), form, _there(scope, form))
        contract, currency = read(form, accounts)
        flow.put_contract(scope, contract, currency, form.said["why"], seen=form.seen, now=came_at(request))

    return _tried(request, scope, form, act)


@login_required
@require_POST
@room("manage")
def end(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Put an end to a contract; where that is refused, the form stands as the contract does, with the reason given."""
    said = typed(request)
    there = _there(scope, said)
    form = said if there is None else replace(form_of(there), seen=said.seen, ending=True)
    name, why = said.said["commitment"], said.said["why"]

    def act() -> None:
        flow.end_contract(scope, name, said.currency, why, seen=said.seen, now=came_at(request))

    return _tried(request, scope, replace(form, said={**form.said, "why": why}), act)


def _tried(request: HttpRequest, scope: Scope, form: ContractForm, act: Callable[[], None]) -> HttpResponse:
    """What is refused is said beside the fields; what somebody else has done meanwhile, above what was typed."""
    try:
        act()
    except NotFound:
        raise Http404("There is no such contract.") from None
    except flow.ContractRefused as refusal:
        said = "not ended" if form.ending else "not put in force"
        back = replace(with_faults(form, refusal.faults), refused=f"It was {said}: see what stands beside the fields")
    except Conflict as refusal:
        back = replace(_beginning_anew(scope, form), refused=str(refusal))
    else:
        return redirect(f"{reverse('commitments')}#contracts-heading")
    return page(request, scope, form=back, status=422)


def _beginning_anew(scope: Scope, form: ContractForm) -> ContractForm:
    """What was typed, now beside the contract as somebody else has left it; ended meanwhile, it would be a new one."""
    there = _there(scope, form)
    if there is not None:
        return replace(form, seen=there.put.version)
    return empty_form() if form.ending or not form.said["whose"] else replace(form, currency="", seen=0, opened=True)


def _there(scope: Scope, form: ContractForm) -> Contract | None:
    """Find the contract that a form changes, as it is in force now."""
    return flow.contract_of(account_terms.contracts_in_force(scope.operator), form.said["commitment"], form.currency)
