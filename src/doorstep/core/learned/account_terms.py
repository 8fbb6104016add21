"""What an operator has put in force of its carrier accounts, for all its brands. Rows are added, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from django.db.models import Max, QuerySet

from doorstep.core.accounts.models import Brand, Operator
from doorstep.core.learned.models import AccountTerms as Row
from doorstep.core.versions import Rows
from doorstep.domain.commitment import AccountKey, Commitment, DatedCommitmentPrice, Tier
from doorstep.domain.steering import AccountPrices, Put

OF_OPERATOR = (Rows(Row, "operator_id = %s"),)
TermsKind = Literal["contract", "prices"]
_NAMED = ("kind", "carrier", "account", "name", "currency")


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract in force, and who put it there, when and why."""

    commitment: Commitment
    currency: str
    put: Put
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody did: put so many rows in force, or, with none, ended what was."""

    kind: TermsKind
    carrier: str
    account: str
    name: str
    currency: str
    rows: int
    put: Put
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class Putting:
    """Who puts something in force, when and why."""

    at: datetime
    by: str
    why: str


def hold(operator_id: int) -> None:
    """Have others wait who change terms of this operator; within a transaction. Versions then rise as they are put."""
    Operator.objects.select_for_update(no_key=True).get(pk=operator_id)


def put_prices(operator_id: int, key: AccountKey, prices: Sequence[DatedCommitmentPrice], how: Putting) -> int:
    """Put an account's prices in force, none: it has none any more. Returns the version, which is the row's id."""
    rows = [[one.service, one.price_micros, _text(one.valid_from), _text(one.valid_to)] for one in prices]
    return _put(operator_id, "prices", key, "", rows, how)


def put_contract(operator_id: int, contract: Commitment, currency: str, how: Putting) -> int:
    """Put a contract in force in place of the one of its name. Returns the version."""
    key = AccountKey(contract.carrier, contract.account, currency)
    return _put(operator_id, "contract", key, contract.commitment, [_plain(contract)], how)


def end_contract(operator_id: int, contract: Commitment, currency: str, how: Putting) -> int:
    key = AccountKey(contract.carrier, contract.account, currency)
    return _put(operator_id, "contract", key, contract.commitment, [], how)


def prices_in_force(operator_id: int) -> tuple[AccountPrices, ...]:
    """Give the prices of every account that has some, by account. One query."""
    return tuple(sorted(map(_prices, _newest(operator_id, "prices").exclude(rows=[])), key=lambda one: one.key))


def prices_of_brand(brand_id: int) -> tuple[tuple[AccountPrices, ...], Put | None]:
    """Give the prices of its operator in a brand's currency, and the newest change of any of them. One query."""
    brand = Brand.objects.filter(pk=brand_id)
    whose = {"operator__in": brand.values("operator"), "currency__in": brand.values("currency")}
    mine = Row.objects.filter(kind="prices", **whose)
    rows = sorted(_last_of(mine), key=lambda row: row.pk)
    found = tuple(sorted((_prices(row) for row in rows if row.rows), key=lambda one: one.key))
    return found, Put(rows[-1].pk, rows[-1].put_at) if found else None


def contracts_in_force(operator_id: int) -> tuple[Contract, ...]:
    """Give the contracts of an operator, by name. One query."""
    rows = _newest(operator_id, "contract").exclude(rows=[]).order_by("name", "currency")
    return tuple(Contract(_commitment(row.rows[0]), row.currency, *_how(row)) for row in rows)


def changes(operator_id: int, most: int) -> tuple[Change, ...]:
    """Give what was put in force and ended, the newest first. One query."""
    rows = Row.objects.filter(operator_id=operator_id).order_by("-pk")[:most]
    return tuple(
        Change(row.kind, row.carrier, row.account, row.name, row.currency, len(row.rows), *_how(row))  # type: ignore[arg-type]  # written from the same Literal
        for row in rows
    )


def _put(operator_id: int, kind: TermsKind, key: AccountKey, name: str, rows: list[list[Any]], how: Putting) -> int:
    row = Row.objects.create(
        operator_id=operator_id,
        kind=kind,
        carrier=key.carrier,
        account=key.account,
        name=name,
        currency=key.currency,
        put_at=how.at,
        put_by=how.by,
        why=how.why,
        rows=rows,
    )
    return int(row.pk)


def _newest(operator_id: int, kind: TermsKind) -> QuerySet[Row]:
    return _last_of(Row.objects.filter(operator_id=operator_id, kind=kind))


def _last_of(mine: QuerySet[Row]) -> QuerySet[Row]:
    return Row.objects.filter(pk__in=mine.order_by().values(*_NAMED).annotate(last=Max("id")).values("last"))


def _how(row: Row) -> tuple[Put, str, str]:
    return Put(row.pk, row.put_at), row.put_by, row.why


def _prices(row: Row) -> AccountPrices:
    found = (
        DatedCommitmentPrice(row.carrier, service, micros, _day(since), _day(until))
        for service, micros, since, until in row.rows
    )
    return AccountPrices(AccountKey(row.carrier, row.account, row.currency), tuple(found), *_how(row))


def _plain(one: Commitment) -> list[Any]:
    told = list(astuple(replace(one, tiers=())))
    names = list(Commitment.__dataclass_fields__)
    told[names.index("tiers")] = [[tier.from_volume_micros, tier.amount_micros] for tier in one.tiers]
    return [value.isoformat() if isinstance(value, date) else value for value in told]


def _commitment(row: Sequence[Any]) -> Commitment:
    told = dict(zip(Commitment.__dataclass_fields__, row, strict=True))
    told["tiers"] = tuple(Tier(*tier) for tier in told["tiers"])
    told |= {name: date.fromisoformat(told[name]) for name in ("starts_on", "ends_on")}
    return Commitment(**told)


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
