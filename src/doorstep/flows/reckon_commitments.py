"""Reckon an operator's commitments from the parcels of all its brands together: a chore of the week, or when asked for.

Nothing of it weighs by itself: a person puts the prices of an account in force.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from doorstep.core.accounts import snapshot as accounts
from doorstep.core.accounts.queries import all_brands, brand_ids
from doorstep.core.jobs.actions import put
from doorstep.core.learned import account_terms, commitment_plans
from doorstep.core.learned import snapshot as learned
from doorstep.core.learned.insights import Kept
from doorstep.core.network import snapshot as network
from doorstep.core.parcels import past
from doorstep.core.tariffs import snapshot as tariffs
from doorstep.documents.insights.commitments import PooledReport, commitments_page
from doorstep.documents.insights.page import plain
from doorstep.documents.report.commitments_report import CommitmentsReport
from doorstep.domain.carriage import Tariff
from doorstep.domain.commitment import AccountKey, Commitment
from doorstep.domain.demand import Brand
from doorstep.domain.errors import InvalidProblem, NotFound
from doorstep.domain.learned import PastParcel
from doorstep.domain.rights import Scope
from doorstep.domain.supply import Collection, Site
from doorstep.files.schema_commitments import MOST_WEIGHT
from doorstep.flows.account_contracts import is_sent_by
from doorstep.flows.account_prices import refuse_others, services_of
from doorstep.flows.commit_parcels import PastParcels, differing_words, past_parcels
from doorstep.flows.commit_plan import CommitAnswer, plan_commitments
from doorstep.flows.commit_rows import account_bars, share_bars
from doorstep.flows.commit_terms import in_force
from doorstep.flows.commitments import months_before
from doorstep.flows.insight_record import joined, span
from doorstep.kernels.position.commit_lanes import ForecastParams
from doorstep.kernels.position.commit_problem import CommitParams
from doorstep.kernels.run import Run

JOB = "reckon commitments"
CHORE = "commitments"
MONTHS = 6  # before the day, whose weeks stand for those to come
MICROS = 1_000_000
Prices = list[tuple[str, str, str, int, str, str]]  # carrier, account, service, micros, first day, last day


@dataclass(frozen=True, slots=True)
class Shipped:
    """What of a brand is pooled."""

    brand: Brand
    tariff: Tariff
    sites: tuple[Site, ...]
    collections: tuple[Collection, ...]
    history: tuple[PastParcel, ...]


def reckon_weekly(now: datetime) -> int:
    """Have the commitments of every operator reckoned that has some: a job for each, for any worker."""
    first: dict[int, int] = {}
    for operator, brand in all_brands():
        first.setdefault(operator, brand)
    found = [(operator, brand) for operator, brand in first.items() if account_terms.contracts_in_force(operator)]
    for operator, brand in found:
        _put(operator, brand, "system", now)
    return len(found)


def ask_for_commitments(scope: Scope, *, now: datetime) -> None:
    """Have them reckoned soon. Raises NotFound for whoever does not act for the operator as a whole."""
    refuse_others(scope, "plan")
    if not scope.brands:
        raise NotFound("no brand sends anything yet: there is nothing to reckon by")
    _put(scope.operator, min(scope.brands), scope.actor, now)


def key_of(operator_id: int) -> str:
    """Name the job of an operator."""
    return f"operator:{operator_id}"


def reckon_commitments(operator_id: int, *, now: datetime, run: Run, actor: str = "system") -> dict[str, Kept]:
    """Plan the commitments of each currency, by what was known when today began, and keep what came of it."""
    contracts = account_terms.contracts_in_force(operator_id)
    as_of = now.date()
    shipped = [_shipped(operator_id, brand_id, as_of) for _, brand_id in sorted(brand_ids(operator_id).items())]
    services, found = services_of(operator_id), dict[str, Kept]()
    for currency in sorted({one.currency for one in contracts}):
        mine = [one.commitment for one in contracts if one.currency == currency]
        pooled = [one for one in shipped if one.brand.currency.code == currency]
        others = [one.brand.brand for one in shipped if one.brand.currency.code != currency]
        if pooled:
            found[currency] = Kept(as_of, now, _document(pooled, mine, others, services, as_of, run))
            commitment_plans.keep(operator_id, currency, found[currency], actor)
    for currency in commitment_plans.kept(operator_id).keys() - found.keys():
        commitment_plans.forget(operator_id, currency)
    return found


def _put(operator: int, brand: int, actor: str, now: datetime) -> None:
    # The work is the operator's; a brand is named for those who look at jobs.
    put(JOB, key=key_of(operator), data={"brand": brand, "actor": actor}, operator=operator, at=now)


def _shipped(operator_id: int, brand_id: int, as_of: date) -> Shipped:
    _, brand = accounts.brand(brand_id)
    tariff = tariffs.tariff(brand_id)
    calls = network.collections(operator_id, {one.service for one in tariff.services})
    own = past.travelled(brand_id, brand.currency, *span(as_of), untracked=True)  # volumes count them too
    return Shipped(brand, tariff, network.sites(operator_id), calls, joined(learned.history(brand_id), own))


def _document(
    pooled: Sequence[Shipped],
    contracts: Sequence[Commitment],
    others: Sequence[str],
    services: Mapping[AccountKey, Sequence[str]],
    as_of: date,
    run: Run,
) -> dict[str, object]:
    """Lay out the page, and beside it the prices that somebody may put in force."""
    dearest = max(one.brand.unplanned_cost_micros for one in pooled)
    whole = replace(pooled[0].brand, unplanned_cost_micros=dearest)
    running, notices = in_force(contracts, as_of), _notices(contracts, others, as_of)
    notices += _unsent(running, whole.currency.code, services)
    since = months_before(as_of, MONTHS)
    parcels: PastParcels | None = None
    answer: CommitAnswer | None = None
    try:
        parcels = past_parcels(pooled, as_of)
        notices += differing_words(parcels)
        if running and len(parcels.parcels):
            forecast = ForecastParams()
            answer = plan_commitments(parcels, running, whole, as_of, since, forecast, CommitParams(gap=1e-3), run.seed)
    except InvalidProblem as error:
        notices.append(f"Not planned: {error}.")
    if running and parcels is not None and not len(parcels.parcels):
        notices.append("No parcel was placed before: there is nothing to plan by.")
    prices = _prices(answer, whole) if answer else []
    report = CommitmentsReport(
        brand=whole,
        as_of=as_of,
        weeks=answer.weeks if answer else 0,
        accounts=account_bars(answer) if answer else (),
        shares=share_bars(answer) if answer else (),
        past=(),
        expected_minor=answer.plan.cost_minor if answer else 0.0,
        cheapest_minor=answer.cheapest_minor if answer else 0.0,
        gap=answer.plan.gap if answer else 0.0,
        notices=tuple(notices),
        data_version="",
        seed=run.seed,
    )
    brands = tuple((one.brand.name or one.brand.brand, _placed(one, since, as_of)) for one in pooled)
    told = commitments_page(PooledReport(report, brands, MONTHS))
    return plain(told) | {"currency": whole.currency.code, "prices": [list(row) for row in prices]}


def _notices(contracts: Sequence[Commitment], others: Sequence[str], as_of: date) -> list[str]:
    found = [] if in_force(contracts, as_of) else ["No commitment runs today."]
    if others:
        found.append(f"Brands in another currency are not pooled: {', '.join(others)}.")
    return found


def _unsent(running: Sequence[Commitment], currency: str, services: Mapping[AccountKey, Sequence[str]]) -> list[str]:
    gone = [one.commitment for one in running if not is_sent_by(one, currency, services)]
    return [f"No brand has the service of {', '.join(gone)}: nothing counts towards it."] if gone else []


def _placed(one: Shipped, since: date, as_of: date) -> int:
    return sum(since <= parcel.placed_at.date() < as_of for parcel in one.history)


def _prices(answer: CommitAnswer, brand: Brand) -> Prices:
    """Give a price for each service, to the end of the first span, on the account that it goes on."""
    most, micros = MOST_WEIGHT * MICROS, brand.currency.micros_per_minor
    days = answer.as_of.isoformat(), answer.spans[0].isoformat()
    found: Prices = []
    for one, price in zip(answer.services, answer.price_minor.tolist(), strict=True):
        worth = min(most, max(-most, round(price * micros)))
        if worth:
            found.append((one.carrier, one.account, one.service, worth, *days))
    return found
