"""Contracts with carriers about volumes, as an operator has them for all its brands: put in force, changed, ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from doorstep.core.events.actions import record
from doorstep.core.learned import account_terms
from doorstep.core.learned.account_terms import Contract, Putting
from doorstep.domain.commitment import Commitment
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.rights import Scope
from doorstep.flows.account_prices import MOST_WHY, plain, refuse_others
from doorstep.flows.steer import MOST_ROWS


def put_contracts(
    scope: Scope, contracts: Sequence[Commitment], currency: str, why: str, *, now: datetime
) -> tuple[Contract, ...]:
    """Put the contracts of a currency in force as they are all together: what is left out ends.

    Raises NotFound, InvalidProblem.
    """
    refuse_others(scope, "manage")
    if not plain(why) or len(why) > MOST_WHY:
        raise InvalidProblem(f"say why, in at most {MOST_WHY} characters")
    if len(contracts) > MOST_ROWS:
        raise InvalidProblem(f"more than {MOST_ROWS} contracts")
    with transaction.atomic():
        set_contracts(scope.operator, contracts, currency, Putting(now, scope.actor, plain(why)), ending=True)
    return account_terms.contracts_in_force(scope.operator)


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
