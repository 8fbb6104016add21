"""/v1/carrier-accounts: the operator's accounts with carriers, without what opens them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import Field, with_config

from doorstep.api.answers import After, Limit, Next, page_answer, shown
from doorstep.api.auth import allowed
from doorstep.core.parcels import carriers
from doorstep.core.parcels.carriers import AccountRow

router = Router(tags=["tracking"])

EXAMPLE = {"account": "post", "carrier": "Postbird", "plugin": "sandbox", "hook": "/hooks/carriers/4"}


@with_config(shown(EXAMPLE))
@dataclass(frozen=True, slots=True)
class AccountOut:
    account: Annotated[str, Field(description="as `doorstep add-carrier` named it; `POST /v1/scans` takes it")]
    carrier: Annotated[str, Field(description="as the services of the tariff name it")]
    plugin: Annotated[str, Field(description="the program that talks to it; `offline`: it has no API")]
    hook: Annotated[str, Field(description="where it may send its scans, on this host")]


@dataclass(frozen=True, slots=True)
class AccountPage:
    data: list[AccountOut]
    next: Next


@router.get("", response=AccountPage, operation_id="listCarrierAccounts", summary="List accounts with carriers")
def list_carrier_accounts(request: HttpRequest, after: After, limit: Limit) -> HttpResponse:
    """By their codes. Their keys and secrets are in the environment of the server. Needs the right `move_stock`."""
    caller = allowed(request, "move_stock")
    page = carriers.list_accounts(caller.scope, after=after, limit=limit)
    return page_answer(map(_told, page.rows), page.after)


def _told(row: AccountRow) -> AccountOut:
    return AccountOut(row.code, row.carrier, row.plugin, f"/hooks/carriers/{row.pk}")
