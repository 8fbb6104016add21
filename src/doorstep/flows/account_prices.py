"""Commitment prices of an operator's carrier accounts: put in force by a person for all its brands, changed, ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from doorstep.core.accounts.queries import brand_ids, speaks_for_operator
from doorstep.core.events.actions import record
from doorstep.core.learned import account_terms, commitment_plans
from doorstep.core.learned.account_terms import Putting
from doorstep.core.tariffs.queries import account_services
from doorstep.domain.commitment import AccountKey, DatedCommitmentPrice
from doorstep.domain.errors import Conflict, InvalidProblem, NotFound
from doorstep.domain.rights import Right, Scope
from doorstep.domain.steering import AccountPrices
from doorstep.flows.standing import forget_brand
from doorstep.flows.steer import Wished, faults_of

MOST_WHY = 500
Prices = Sequence[DatedCommitmentPrice]


def in_force(scope: Scope) -> tuple[AccountPrices, ...]:
    """Give the prices of all accounts. Raises NotFound for whoever does not act for the operator as a whole."""
    refuse_others(scope, "plan")
    return account_terms.prices_in_force(scope.operator)


def put_account_prices(
    scope: Scope, key: AccountKey, prices: Prices, why: str, *, now: datetime, seen: int | None = None
) -> tuple[AccountPrices, ...]:
    """Put an account's prices in force for all brands at once; none: it has none any more. Gives all that are in force.

    What is in force already, in whatever order, is not put a second time. `seen`: the version that somebody changes,
    0: there were none; None: whichever is in force. Raises NotFound, InvalidProblem with every fault, and Conflict
    where another version is in force by now.
    """
    refuse_others(scope, "manage")
    if not _known(scope.operator, key):
        raise NotFound(f"no brand sends by {name_of(key)} in {key.currency}")
    if faults := tuple(faults_of_prices(scope.operator, key, prices, why)):
        raise InvalidProblem("; ".join(faults))
    wanted = tuple(prices)
    with transaction.atomic():
        account_terms.hold(scope.operator)
        there = {one.key: one for one in account_terms.prices_in_force(scope.operator)}.get(key)
        if seen is not None and seen != (there.put.version if there else 0):
            raise Conflict("somebody has changed these prices meanwhile: look at them first")
        if in_order(there.prices if there else ()) != in_order(wanted):
            version = account_terms.put_prices(scope.operator, key, wanted, Putting(now, scope.actor, plain(why)))
            _tell(
                scope,
                "AccountPricesSet",
                {
                    "carrier": key.carrier,
                    "account": key.account,
                    "currency": key.currency,
                    "rows": len(wanted),
                    "version": version,
                },
                now,
            )
    for brand_id in brand_ids(scope.operator).values():
        forget_brand(brand_id)
    return account_terms.prices_in_force(scope.operator)


def in_order(prices: Prices) -> Prices:
    """Give prices by service and days, so that equal ones are told as equal."""
    return sorted(
        prices, key=lambda one: (one.service, one.valid_from or date.min, one.valid_to or date.max, one.price_micros)
    )


def weigh_reckoned(
    scope: Scope, key: AccountKey, learned_at: datetime, why: str, *, now: datetime
) -> tuple[AccountPrices, ...]:
    """Have the prices of an account weigh that were reckoned at an instant: those that somebody has looked at.

    Raises NotFound, and Conflict where they were reckoned anew by now, or none came out for the account.
    """
    refuse_others(scope, "manage")
    found = commitment_plans.kept(scope.operator).get(key.currency)
    if found is None or found.learned_at != learned_at:
        raise Conflict("other prices were reckoned meanwhile: look at them first")
    prices = reckoned_prices(found.document).get(key)
    if not prices:
        raise Conflict("no commitment makes a parcel of this account worth more or less than it costs")
    return put_account_prices(scope, key, prices, why, now=now)


def reckoned_prices(document: Mapping[str, Any]) -> dict[AccountKey, tuple[DatedCommitmentPrice, ...]]:
    """Give the prices that a plan of commitments came to, by account."""
    found: dict[AccountKey, list[DatedCommitmentPrice]] = {}
    for carrier, account, service, micros, since, until in document.get("prices", ()):
        key = AccountKey(carrier, account, document["currency"])
        days = date.fromisoformat(since), date.fromisoformat(until)
        found.setdefault(key, []).append(DatedCommitmentPrice(carrier, service, micros, *days))
    return {key: tuple(prices) for key, prices in found.items()}


def faults_of_prices(operator_id: int, key: AccountKey, prices: Prices, why: str) -> Iterator[str]:
    """Say what cannot be put in force, all of it."""
    if not plain(why):
        yield "say why"
    if len(why) > MOST_WHY:
        yield f"the reason is longer than {MOST_WHY} characters"
    services = {"", *services_of(operator_id).get(key, ())}
    for one in prices:
        if one.carrier != key.carrier:
            yield f"{one.carrier} is not {key.carrier}"
        if one.service not in services:
            yield f"{one.service} is no service of {name_of(key)}"
    yield from (fault for _, fault in faults_of(Wished(commitments=tuple(prices))))


def services_of(operator_id: int) -> dict[AccountKey, tuple[str, ...]]:
    """Give the services of each account that some brand of the operator sends by. One query."""
    found: dict[AccountKey, list[str]] = {}
    for one in account_services(operator_id):
        found.setdefault(AccountKey(one.carrier, one.account, one.currency), []).append(one.service)
    return {key: tuple(services) for key, services in found.items()}


def name_of(key: AccountKey) -> str:
    """Name an account: its carrier's name, and its own where it has one."""
    return f"{key.carrier} {key.account}".strip()


def refuse_others(scope: Scope, right: Right) -> None:
    """Raise NotFound for whoever lacks the right, or does not act for the operator and all of its brands."""
    if not scope.may(right) or not speaks_for_operator(scope):
        raise NotFound("no commitments here")


def _known(operator_id: int, key: AccountKey) -> bool:
    """Whether there is such an account, or prices of one that was there once."""
    return key in services_of(operator_id) or any(one.key == key for one in account_terms.prices_in_force(operator_id))


def _tell(scope: Scope, kind: str, data: Mapping[str, Any], now: datetime) -> None:
    """Record a fact of the operator."""
    record(
        scope.operator,
        None,
        kind=kind,
        subject=f"operator:{scope.operator}",
        data=data,
        at=now,
        actor=scope.actor,
    )


def plain(text: str) -> str:
    """Give words on one line."""
    return " ".join(text.replace("\0", "").split())
