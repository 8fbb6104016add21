"""Contracts with carriers about volumes, as an operator has them for all its brands: put in force, changed, ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from doorstep.core.events.actions import record
from doorstep.core.learned import account_terms
from doorstep.core.learned.account_terms import Contract, Putting
from doorstep.domain.commitment import REBATE_KINDS, AccountKey, Commitment
from doorstep.domain.errors import InvalidProblem, NotFound
from doorstep.domain.rights import Scope
from doorstep.files.rules_commitments import MOST_GROWTH_MICROS, MOST_PERCENT_MICROS
from doorstep.files.schema_commitments import MOST_WEIGHT
from doorstep.flows.account_prices import MOST_WHY, plain, refuse_others, services_of
from doorstep.flows.commit_terms import account_of
from doorstep.flows.steer import MICROS, MOST_ROWS


def put_contracts(
    scope: Scope, contracts: Sequence[Commitment], currency: str, why: str, *, now: datetime
) -> tuple[Contract, ...]:
    """Put the contracts of a currency in force as they are all together: what is left out ends.

    Raises NotFound where no brand sends by a contract's account, InvalidProblem with every fault: a new contract about
    a service that no brand has is one. What is in force stays, though its service is gone.
    """
    refuse_others(scope, "manage")
    known = services_of(scope.operator)
    for one in contracts:
        if not any(_is_of(one, key, currency) for key in known):
            raise NotFound(f"no brand sends by {account_of(one)} in {currency}")
    there = [one.commitment for one in account_terms.contracts_in_force(scope.operator) if one.currency == currency]
    unsent = (one for one in contracts if one not in there and not is_sent_by(one, currency, known))
    if faults := (*faults_of_contracts(contracts, why), *map(_unsent, unsent)):
        raise InvalidProblem("; ".join(faults))
    with transaction.atomic():
        set_contracts(scope.operator, contracts, currency, Putting(now, scope.actor, plain(why)), ending=True)
    return account_terms.contracts_in_force(scope.operator)


def faults_of_contracts(contracts: Sequence[Commitment], why: str) -> Iterator[str]:
    """Say what cannot be put in force, all of it: the rules of commitments.csv, and a reason."""
    if not plain(why) or len(why) > MOST_WHY:
        yield f"say why, in at most {MOST_WHY} characters"
    if len(contracts) > MOST_ROWS:
        yield f"more than {MOST_ROWS} contracts"
    names = Counter(one.commitment for one in contracts)
    yield from (f"{name} stands twice" for name, times in names.items() if times > 1)
    for one in contracts:
        yield from (f"{one.commitment}: {fault}" for fault in _faults_of(one))


def _faults_of(one: Commitment) -> Iterator[str]:
    rebate = one.kind in REBATE_KINDS
    if one.ends_on < one.starts_on:
        yield "it ends before it begins"
    if one.kind != "all_units" and one.measure != one.per:
        yield "only all_units may count one thing and pay by another"
    if rebate and one.fixed_micros:
        yield "a rebate has no fixed amount"
    if one.last_volume_micros is not None and not one.of_last_period:
        yield "the last volume is not used: of_last_period is not set"
    if not one.tiers or (len(one.tiers) > 1 and not rebate):
        yield f"a {one.kind} has one tier" if not rebate else "a rebate has tiers"
    if one.refuses and one.kind != "cap":
        yield "only a cap takes no more"
    volumes = [tier.from_volume_micros for tier in one.tiers]
    if volumes != sorted(set(volumes)):
        yield "tiers rise in their volumes"
    if rebate and [tier.amount_micros for tier in one.tiers] != sorted(tier.amount_micros for tier in one.tiers):
        yield "a rebate does not fall from tier to tier"
    most = MOST_PERCENT_MICROS if rebate and one.per == "spend" else MOST_WEIGHT * MICROS
    if any(not 0 <= tier.amount_micros <= most for tier in one.tiers):
        yield "an amount is below 0, or more than can be agreed on"
    if one.of_last_period and any(volume > MOST_GROWTH_MICROS for volume in volumes):
        yield "it asks for more than 1000 percent of the period before"


def _is_of(one: Commitment, key: AccountKey, currency: str) -> bool:
    return (key.carrier, key.currency) == (one.carrier, currency) and one.account in ("", key.account)


def is_sent_by(one: Commitment, currency: str, services: Mapping[AccountKey, Sequence[str]]) -> bool:
    """Whether some brand has what a contract counts; `services` are those of each account."""
    return any(
        _is_of(one, key, currency) and (not one.service or one.service in some) for key, some in services.items()
    )


def _unsent(one: Commitment) -> str:
    return f"{one.commitment}: {one.service} is no service of {account_of(one)}"


def set_contracts(
    operator_id: int, contracts: Sequence[Commitment], currency: str, how: Putting, *, ending: bool
) -> None:
    """Put contracts in force that are not so already; `ending`: put an end to others. Within a transaction."""
    account_terms.hold(operator_id)
    mine = [one.commitment for one in account_terms.contracts_in_force(operator_id) if one.currency == currency]
    there = {one.commitment: one for one in mine}
    wanted = {one.commitment: one for one in contracts}
    for name, old in there.items():
        new = wanted.get(name)
        moved = new is not None and (new.carrier, new.account) != (old.carrier, old.account)
        if moved or (new is None and ending):
            version = account_terms.end_contract(operator_id, old, currency, how)
            _tell(operator_id, old, currency, 0, version, how)
    for name, new in wanted.items():
        if there.get(name) != new:
            version = account_terms.put_contract(operator_id, new, currency, how)
            _tell(operator_id, new, currency, 1, version, how)


def _tell(operator_id: int, one: Commitment, currency: str, rows: int, version: int, how: Putting) -> None:
    record(
        operator_id,
        None,
        kind="ContractSet",
        subject=f"operator:{operator_id}",
        data={
            "commitment": one.commitment,
            "carrier": one.carrier,
            "account": one.account,
            "currency": currency,
            "rows": rows,
            "version": version,
        },
        at=how.at,
        actor=how.by,
    )
