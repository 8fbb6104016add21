"""Contracts with carriers about volumes, as an operator has them for all its brands: put in force, changed, ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from doorstep.core.events.actions import record
from doorstep.core.learned import account_terms, commitment_plans
from doorstep.core.learned.account_terms import Contract, Putting
from doorstep.domain.commitment import REBATE_KINDS, AccountKey, Commitment
from doorstep.domain.errors import Conflict, InvalidProblem, NotFound
from doorstep.domain.rights import Scope
from doorstep.files.rules_commitments import MOST_GROWTH_MICROS, MOST_PERCENT_MICROS
from doorstep.files.schema_commitments import MOST_WEIGHT
from doorstep.flows.account_prices import MOST_WHY, plain, refuse_others, services_of
from doorstep.flows.commit_terms import account_of
from doorstep.flows.steer import MICROS, MOST_ROWS

MOST_TIERS = 100
MOST_VOLUME_MICROS = 10**15  # as much as a folder may say
Services = Mapping[AccountKey, Sequence[str]]
FieldFault = tuple[str, str]  # of Commitment, or `why`; and what is wrong with it


class ContractRefused(InvalidProblem):
    """A contract cannot be put in force; `faults` tell of each field what is wrong with it."""

    def __init__(self, faults: Sequence[FieldFault]) -> None:
        super().__init__("; ".join(fault for _, fault in faults))
        self.faults = tuple(faults)


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
    about = (f"{one.commitment}: {_unsent(one)}" for one in unsent)
    if faults := (*faults_of_contracts(contracts, why), *about):
        raise InvalidProblem("; ".join(faults))
    with transaction.atomic():
        set_contracts(scope.operator, contracts, currency, Putting(now, scope.actor, plain(why)), ending=True)
    return account_terms.contracts_in_force(scope.operator)


def put_contract(
    scope: Scope, contract: Commitment, currency: str, why: str, *, seen: int, now: datetime
) -> tuple[Contract, ...]:
    """Put one contract in force, in place of the one of its name and currency; others stay. Gives all in force.

    What is in force already is not put a second time. `seen`: the version that somebody changes; 0: it is a new one.
    Raises NotFound for whoever may not, ContractRefused with every fault, and Conflict where another version is in
    force by now, or none.
    """
    refuse_others(scope, "manage")
    with transaction.atomic():
        account_terms.hold(scope.operator)
        mine = [one for one in account_terms.contracts_in_force(scope.operator) if one.currency == currency]
        there = contract_of(mine, contract.commitment, currency)
        if seen:
            _refuse_changed(there, seen)
        faults = [*_faults_of_why(why), *faults_of_contract(contract)]
        if there is not None and not seen:
            faults.append(("commitment", "there is a contract of this name already: change that one"))
        if there is None and len(mine) >= MOST_ROWS:
            faults.append(("commitment", f"there are {MOST_ROWS} contracts already"))
        if there is None or there.commitment != contract:
            faults += _faults_of_whose(contract, currency, services_of(scope.operator))
        if faults:
            raise ContractRefused(faults)
        set_contracts(scope.operator, (contract,), currency, Putting(now, scope.actor, plain(why)), ending=False)
    return account_terms.contracts_in_force(scope.operator)


def end_contract(scope: Scope, name: str, currency: str, why: str, *, seen: int, now: datetime) -> tuple[Contract, ...]:
    """Put an end to a contract as somebody has seen it. Gives all that are in force.

    Raises NotFound for whoever may not, ContractRefused where no reason is given, and Conflict where another version
    is in force by now, or none.
    """
    refuse_others(scope, "manage")
    with transaction.atomic():
        account_terms.hold(scope.operator)
        found = account_terms.contracts_in_force(scope.operator)
        there = contract_of(found, name, currency)
        _refuse_changed(there, seen)
        if faults := tuple(_faults_of_why(why)):
            raise ContractRefused(faults)
        others = [one.commitment for one in found if one.currency == currency and one is not there]
        set_contracts(scope.operator, others, currency, Putting(now, scope.actor, plain(why)), ending=True)
    return account_terms.contracts_in_force(scope.operator)


def contract_of(contracts: Iterable[Contract], name: str, currency: str) -> Contract | None:
    """Find a contract by what tells it apart."""
    return next((one for one in contracts if (one.commitment.commitment, one.currency) == (name, currency)), None)


def _refuse_changed(there: Contract | None, seen: int) -> None:
    if there is None:
        raise Conflict("no contract of this name is in force any more: somebody has ended it")
    if there.put.version != seen:
        raise Conflict("somebody has changed this contract meanwhile: look at it first")


def _faults_of_why(why: str) -> Iterator[FieldFault]:
    if not plain(why) or len(why) > MOST_WHY:
        yield "why", f"say why, in at most {MOST_WHY} characters"


def _faults_of_whose(one: Commitment, currency: str, services: Services) -> Iterator[FieldFault]:
    if not any(_is_of(one, key, currency) for key in services):
        yield "account", f"no brand sends by {account_of(one)} in {currency}"
    elif not is_sent_by(one, currency, services):
        yield "service", _unsent(one)


def faults_of_contracts(contracts: Sequence[Commitment], why: str) -> Iterator[str]:
    """Say what cannot be put in force, all of it: the rules of commitments.csv, and a reason."""
    yield from (fault for _, fault in _faults_of_why(why))
    if len(contracts) > MOST_ROWS:
        yield f"more than {MOST_ROWS} contracts"
    names = Counter(one.commitment for one in contracts)
    yield from (f"{name} stands twice" for name, times in names.items() if times > 1)
    for one in contracts:
        yield from (f"{one.commitment}: {fault}" for _, fault in faults_of_contract(one))


def faults_of_contract(one: Commitment) -> Iterator[FieldFault]:
    """Say what of a contract by itself cannot be, each with the field that it stands in."""
    rebate = one.kind in REBATE_KINDS
    if one.ends_on < one.starts_on:
        yield "ends_on", "it ends before it begins"
    if one.kind != "all_units" and one.measure != one.per:
        yield "per", "only all_units may count one thing and pay by another"
    if rebate and one.fixed_micros:
        yield "fixed_micros", "a rebate has no fixed amount"
    if not 0 <= one.fixed_micros <= MOST_VOLUME_MICROS:
        yield "fixed_micros", "a fixed amount is below 0, or more than can be agreed on"
    if one.last_volume_micros is not None and not one.of_last_period:
        yield "last_volume_micros", "the last volume is not used: volumes are not of the period before"
    if not 0 <= (one.last_volume_micros or 0) <= MOST_VOLUME_MICROS:
        yield "last_volume_micros", "a volume is below 0, or more than can be counted"
    if one.refuses and one.kind != "cap":
        yield "refuses", "only a cap takes no more"
    yield from (("tiers", fault) for fault in _faults_of_tiers(one, rebate))


def _faults_of_tiers(one: Commitment, rebate: bool) -> Iterator[str]:
    volumes, amounts = ([getattr(tier, f"{name}_micros") for tier in one.tiers] for name in ("from_volume", "amount"))
    if not volumes or (len(volumes) > 1 and not rebate):
        yield f"a {one.kind} has one tier" if not rebate else "a rebate has tiers"
    if len(volumes) > MOST_TIERS:
        yield f"more than {MOST_TIERS} tiers"
    if any(not 0 <= volume <= MOST_VOLUME_MICROS for volume in volumes):
        yield "a volume is below 0, or more than can be counted"
    if volumes != sorted(set(volumes)):
        yield "tiers rise in their volumes"
    if rebate and amounts != sorted(amounts):
        yield "a rebate does not fall from tier to tier"
    most = MOST_PERCENT_MICROS if rebate and one.per == "spend" else MOST_WEIGHT * MICROS
    if any(not 0 <= amount <= most for amount in amounts):
        yield "an amount is below 0, or more than can be agreed on"
    if one.of_last_period and any(volume > MOST_GROWTH_MICROS for volume in volumes):
        yield "it asks for more than 1000 percent of the period before"


def _is_of(one: Commitment, key: AccountKey, currency: str) -> bool:
    return (key.carrier, key.currency) == (one.carrier, currency) and one.account in ("", key.account)


def services_counted(one: Commitment, currency: str, services: Services) -> tuple[str, ...]:
    """Name the services that count towards a contract, by which some brand sends; `services` are those of each account.

    None: nothing counts, since its account or its service is gone.
    """
    found = {name for key, some in services.items() if _is_of(one, key, currency) for name in some}
    return tuple(sorted(found if not one.service else found & {one.service}))


def is_sent_by(one: Commitment, currency: str, services: Services) -> bool:
    """Whether some brand has what a contract counts."""
    return bool(services_counted(one, currency, services))


def _unsent(one: Commitment) -> str:
    return f"{one.service} is no service of {account_of(one)}"


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
    if not any(one.currency == currency for one in account_terms.contracts_in_force(operator_id)):
        commitment_plans.forget(operator_id, currency)  # nobody would reckon it anew, and nothing of it holds


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
