"""The operator's accounts with carriers, and its numbers of GS1."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import F

from doorstep.core.paging import Page, page, reach, read_cursor
from doorstep.core.parcels.models import CarrierAccount, SsccRange
from doorstep.core.statements import rows_of
from doorstep.core.tariffs.models import Service
from doorstep.domain.errors import Conflict
from doorstep.domain.rights import Scope
from doorstep.domain.sscc import sscc

ALIKE = """
SELECT alike.id FROM parcels_carrieraccount AS one JOIN parcels_carrieraccount AS alike
ON alike.operator_id = one.operator_id AND alike.plugin = one.plugin AND alike.base_url = one.base_url
WHERE one.id = %s ORDER BY alike.id
"""


@dataclass(frozen=True, slots=True)
class AccountRow:
    pk: int
    operator: int
    code: str
    carrier: str
    plugin: str
    base_url: str
    key_variable: str
    hook_variable: str

    @property
    def actor(self) -> str:
        """How facts name it."""
        return f"carrier:{self.code}"


def put_account(
    operator: int,
    code: str,
    carrier: str,
    plugin: str,
    *,
    base_url: str = "",
    key_variable: str = "",
    hook_variable: str = "",
) -> AccountRow:
    """Add an account, or set the one of this carrier anew; labels bought with it stay its own.

    Raises Conflict if another carrier has the code.
    """
    said = {"code": code, "plugin": plugin, "base_url": base_url}
    said |= {"key_variable": key_variable, "hook_variable": hook_variable}
    try:
        with transaction.atomic():
            row, _ = CarrierAccount.objects.update_or_create(operator_id=operator, carrier=carrier, defaults=said)
    except IntegrityError:
        raise Conflict(f"there is an account {code} already, with another carrier") from None
    return account_row(row)


def accounts(operator: int) -> tuple[AccountRow, ...]:
    return tuple(account_row(one) for one in CarrierAccount.objects.filter(operator_id=operator).order_by("code"))


def list_accounts(scope: Scope, *, after: str | None = None, limit: int = 50) -> Page[AccountRow]:
    """Those of the operator, by code. Raises InvalidCursor."""
    rows = CarrierAccount.objects.filter(operator_id=scope.operator)
    if after is not None:
        rows = rows.filter(code__gt=read_cursor(after, str)[0])
    return page(list(rows.order_by("code")[: reach(limit)]), limit, account_row, lambda one: (one.code,))


def account(pk: int) -> AccountRow | None:
    """The account that a webhook names, whosever it is; its secret says whether the message is the carrier's."""
    row = CarrierAccount.objects.filter(pk=pk).first()
    return account_row(row) if row else None


def same_carrier(account_pk: int) -> tuple[int, ...]:
    """Accounts (row ids) of one operator that reach one and the same carrier: it tells the scans of all to any.

    One query.
    """
    return tuple(pk for (pk,) in rows_of(ALIKE, [account_pk]))


def carriers_of(scope: Scope) -> tuple[str, ...]:
    """The carriers whose services the brands use, by name."""
    named = Service.objects.filter(brand_id__in=scope.brands).order_by("carrier").values_list("carrier", flat=True)
    return tuple(named.distinct())


def all_accounts() -> tuple[AccountRow, ...]:
    """Those of every operator, for what runs by itself."""
    return tuple(account_row(one) for one in CarrierAccount.objects.order_by("pk"))


def account_row(row: CarrierAccount) -> AccountRow:
    return AccountRow(
        row.pk,
        row.operator_id,
        row.code,
        row.carrier,
        row.plugin,
        row.base_url,
        row.key_variable,
        row.hook_variable,
    )


def set_company_prefix(operator: int, company_prefix: str) -> None:
    """Have SSCCs given out under this prefix of GS1; another one than before begins at 1. Raises Conflict."""
    try:
        sscc(company_prefix, 1)
    except ValueError as why:
        raise Conflict(str(why)) from None
    row, made = SsccRange.objects.get_or_create(operator_id=operator, defaults={"company_prefix": company_prefix})
    if not made and row.company_prefix != company_prefix:
        SsccRange.objects.filter(pk=operator).update(company_prefix=company_prefix, serial=0)


def next_sscc(operator: int) -> str:
    """Give out the next SSCC, never one twice; empty: the operator has no company prefix.

    The row stays locked until the transaction ends: keep it short. Raises Conflict when the numbers are used up.
    """
    with transaction.atomic():
        if not SsccRange.objects.filter(pk=operator).update(serial=F("serial") + 1):
            return ""
        row = SsccRange.objects.get(pk=operator)
    try:
        return sscc(row.company_prefix, row.serial)
    except ValueError as why:
        raise Conflict(str(why)) from None
