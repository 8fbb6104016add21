"""Volume commitments of all brands together: how accounts stand, and what a parcel weighs by them. The operator's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from doorstep.core.accounts.actors import actors_of
from doorstep.core.jobs import queries as jobs
from doorstep.core.jobs import turns
from doorstep.core.learned import account_terms, commitment_plans
from doorstep.core.learned.account_terms import Contract
from doorstep.core.learned.insights import Kept
from doorstep.documents.insights.page import InsightPage, read
from doorstep.domain.commitment import AccountKey, DatedCommitmentPrice
from doorstep.domain.errors import Conflict, DoorstepError, InvalidProblem, NotFound
from doorstep.domain.rights import Scope
from doorstep.domain.steering import AccountPrices
from doorstep.files.kinds import millionths
from doorstep.flows import account_prices as flow
from doorstep.flows.account_contracts import contract_of, is_sent_by
from doorstep.flows.reckon_commitments import CHORE, JOB, ask_for_commitments, key_of
from doorstep.web.room import came_at, furnished, room
from doorstep.web.views.contract_form import (
    COUNTED,
    KINDS,
    PAID,
    ContractForm,
    account_choices,
    empty_form,
    form_of,
    service_choices,
)
from doorstep.web.words.contracts import terms_of
from doorstep.web.words.facts import who

SHOWN = 50  # changes
Services = Mapping[AccountKey, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Field:
    """A price as it stands in the form. Its days are the form's, unless the account's prices differ in them."""

    service: str  # empty: all of them
    price: str = ""
    since: str = ""
    until: str = ""

    @property
    def name(self) -> str:
        return f"{self.service}, on top" if self.service else "All its services"


@dataclass(frozen=True, slots=True)
class Account:
    """An account on the page: what is in force, beside what was reckoned last."""

    key: AccountKey
    name: str
    found: AccountPrices | None
    by: str
    put: tuple[tuple[str, DatedCommitmentPrice], ...]  # each with whether its days are there, to come or over
    reckoned: tuple[DatedCommitmentPrice, ...]
    reckoned_at: datetime | None
    fields: tuple[Field, ...]
    since: str  # of all of them
    until: str
    several: bool  # spans: each price has days of its own
    why: str = ""  # as it was typed, where it was refused

    @property
    def differs(self) -> bool:
        """Whether what was reckoned is not what is in force already."""
        if not self.reckoned or self.found is None:
            return bool(self.reckoned)
        return flow.in_order(self.found.prices) != flow.in_order(self.reckoned)


@dataclass(frozen=True, slots=True)
class Line:
    """A contract in the table, and where it is changed."""

    row: Contract
    by: str
    sent: bool
    terms: tuple[str, ...]
    address: str


@room("plan")
def show(request: HttpRequest, scope: Scope) -> HttpResponse:
    return page(request, scope)


@login_required
@require_POST
@room("manage")
def put(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Put the prices in force that were filled in, in place of those that the form began with."""
    key = _key(request)
    return _tried(
        request,
        scope,
        lambda: flow.put_account_prices(
            scope, key, _prices(request, key), _why(request), now=came_at(request), seen=_seen(request)
        ),
    )


@login_required
@require_POST
@room("manage")
def weigh(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Put the prices in force that were reckoned and stand on the page; reckoned anew since, they are refused."""
    at = request.POST.get("reckoned_at", "")
    return _tried(
        request,
        scope,
        lambda: flow.weigh_reckoned(scope, _key(request), _instant(at), _why(request), now=came_at(request)),
    )


@login_required
@require_POST
@room("manage")
def end(request: HttpRequest, scope: Scope) -> HttpResponse:
    return _tried(
        request,
        scope,
        lambda: flow.put_account_prices(
            scope, _key(request), (), _why(request), now=came_at(request), seen=_seen(request)
        ),
    )


@login_required
@require_POST
@room("plan")
def ask(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Have them reckoned soon; what is asked for twice is done once."""
    try:
        ask_for_commitments(scope, now=came_at(request))
    except NotFound:
        raise Http404("There is no such page.") from None
    return redirect("commitments")


def _tried(request: HttpRequest, scope: Scope, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except NotFound:
        raise Http404("There is no such account.") from None
    except DoorstepError as refusal:
        return page(request, scope, refused=str(refusal), status=422)
    return redirect("commitments")


def page(
    request: HttpRequest, scope: Scope, refused: str = "", status: int = 200, form: ContractForm | None = None
) -> HttpResponse:
    """Show the room. `refused`: why prices were not put; `form`: of a contract, as it was left."""
    try:
        prices = flow.in_force(scope)
    except NotFound:
        raise Http404("There is no such page.") from None
    plans, changes = commitment_plans.kept(scope.operator), account_terms.changes(scope.operator, SHOWN)
    contracts, services = account_terms.contracts_in_force(scope.operator), flow.services_of(scope.operator)
    named = {one.by for one in changes} | {one.by for one in contracts} | {one.by for one in prices}
    known = actors_of(scope, named)
    today = came_at(request).date()
    accounts = _accounts(services, prices, plans, today, lambda actor: who(actor, known))
    if refused:
        accounts = [_typed(request, one) if one.key == _key(request) else one for one in accounts]
    context = {
        "accounts": accounts,
        **_contracts(request, scope, contracts, services, form),
        "contracts": [_line(one, who(one.by, known), services) for one in contracts],
        "changes": [(one, who(one.by, known)) for one in changes],
        "plans": [(currency, one, _read(one)) for currency, one in plans.items()],
        "job": jobs.of_key(scope, JOB, key_of(scope.operator)),
        "next_at": turns.next_of(CHORE),
        "may_manage": scope.may("manage"),
        "refused": refused,
        "cases": {},  # no table leads to any
        "longest": flow.MOST_WHY,
    }
    return furnished(request, scope, "commitments.html", context, current="commitments", status=status)


def _line(one: Contract, by: str, services: Services) -> Line:
    named = urlencode({"contract": one.commitment.commitment, "currency": one.currency})
    sent = is_sent_by(one.commitment, one.currency, services)
    return Line(
        one, by, sent, terms_of(one.commitment, one.currency), f"{reverse('commitments')}?{named}#contract-form"
    )


def _contracts(
    request: HttpRequest,
    scope: Scope,
    contracts: Sequence[Contract],
    services: Services,
    form: ContractForm | None,
) -> dict[str, object]:
    """Lay out the form: as it was left, of the contract that the address names, or of a new one."""
    if not scope.may("manage"):
        return {"form": None}
    name, currency = (request.GET.get(one, "") for one in ("contract", "currency"))
    asked = contract_of(contracts, name, currency)
    shown = form or (form_of(asked) if asked else empty_form())
    mine = contract_of(contracts, shown.said.get("commitment", ""), shown.currency)
    return {
        "form": shown,
        "gone": name if name and asked is None and form is None else "",
        "of_accounts": account_choices(services, shown, mine),
        "of_services": service_choices(services, shown),
        "kinds": KINDS,
        "counted": COUNTED,
        "paid": PAID,
    }


def _accounts(
    services: Services,
    in_force: tuple[AccountPrices, ...],
    plans: Mapping[str, Kept],
    today: date,
    told: Callable[[str], str],
) -> list[Account]:
    found = {one.key: one for one in in_force}
    reckoned = {key: prices for one in plans.values() for key, prices in flow.reckoned_prices(one.document).items()}
    accounts = []
    for key in sorted(services.keys() | found.keys()):
        there, plan = found.get(key), plans.get(key.currency)
        fields = _fields(there.prices if there else (), services.get(key, ()))
        spans = {(one.since, one.until) for one in fields if one.price}
        since, until = min(spans) if len(spans) == 1 else ("", "")
        accounts.append(
            Account(
                key,
                flow.name_of(key),
                there,
                told(there.by) if there else "",
                tuple((_when(one, today), one) for one in there.prices) if there else (),
                reckoned.get(key, ()),
                plan.learned_at if plan else None,
                fields,
                since,
                until,
                len(spans) > 1,
            )
        )
    return accounts


def _when(one: DatedCommitmentPrice, today: date) -> str:
    if one.valid_from and today < one.valid_from:
        return "to come"
    return "over" if one.valid_to and one.valid_to < today else "in force"


def _fields(prices: Sequence[DatedCommitmentPrice], services: Sequence[str]) -> tuple[Field, ...]:
    """Begin with what is in force, service by service and day by day; a service without a price has an empty field."""
    of: dict[str, list[Field]] = {service: [] for service in ("", *services)}
    for one in sorted(prices, key=lambda one: one.valid_from or date.min):
        days = (day.isoformat() if day else "" for day in (one.valid_from, one.valid_to))
        of.setdefault(one.service, []).append(Field(one.service, _text(one.price_micros), *days))
    return tuple(field for service, some in of.items() for field in some or [Field(service)])


def _typed(request: HttpRequest, one: Account) -> Account:
    """What was filled in stays, where it was refused."""
    said = {name: request.POST.getlist(name) for name in ("service", "price", "since", "until")}
    fields = one.fields
    if said["service"] == [field.service for field in fields] and len(said["price"]) == len(fields):
        fields = tuple(replace(field, price=text[:40]) for field, text in zip(fields, said["price"], strict=True))
    if one.several and len(said["since"]) == len(said["until"]) == len(fields):
        days = zip(fields, said["since"], said["until"], strict=True)
        fields = tuple(replace(field, since=since[:10], until=until[:10]) for field, since, until in days)
    return replace(
        one,
        fields=fields,
        since=request.POST.get("since", one.since)[:10],
        until=request.POST.get("until", one.until)[:10],
        why=_why(request)[: flow.MOST_WHY],
    )


def _text(micros: int) -> str:
    return format(Decimal(micros).scaleb(-6).normalize(), "f")


def _read(found: Kept) -> InsightPage | None:
    """None: it was kept by another version."""
    try:
        return read(found.document)
    except (KeyError, TypeError):
        return None


def _key(request: HttpRequest) -> AccountKey:
    named = (request.POST.get(name, "").replace("\0", "")[:100] for name in ("carrier", "account", "currency"))
    return AccountKey(*named)


def _seen(request: HttpRequest) -> int | None:
    """Read which version the form began with; None: it was no form of ours."""
    try:
        return int(request.POST["seen"]) if "seen" in request.POST else None
    except ValueError:
        raise Conflict("which prices the form began with is not understood: look at them again") from None


def _why(request: HttpRequest) -> str:
    return request.POST.get("why", "")


def _prices(request: HttpRequest, key: AccountKey) -> tuple[DatedCommitmentPrice, ...]:
    """Read a price for each field that one was filled in for; on the same days all, or each on days of its own."""
    services, texts = request.POST.getlist("service"), request.POST.getlist("price")
    if len(services) != len(texts) or not any(text.strip() for text in texts):
        raise InvalidProblem("fill in a price, or end those in force")
    firsts, lasts = (_days(request, name, len(services)) for name in ("since", "until"))
    return tuple(
        DatedCommitmentPrice(key.carrier, service, _micros(text.strip()), since, until)
        for service, text, since, until in zip(services, texts, firsts, lasts, strict=True)
        if text.strip()
    )


def _micros(text: str) -> int:
    try:
        return millionths(text.replace("−", "-").replace(",", "."))
    except ValueError as error:
        raise InvalidProblem(f"the price {text[:40]} {error}") from None


def _days(request: HttpRequest, name: str, count: int) -> list[date | None]:
    texts = request.POST.getlist(name) or [""]
    if len(texts) not in (1, count):
        raise InvalidProblem("each price has days of its own, or all have the same")
    return [_day(text.strip()) for text in (texts if len(texts) == count else texts * count)]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidProblem("a day is written as in 2026-06-30") from None


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)  # as the page names it
    except ValueError:
        raise Conflict("when the prices were reckoned is not understood") from None
