"""Open the carriers of an operator. The secrets are read from the environment here, and kept nowhere."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from doorstep.core.events.actions import record
from doorstep.core.parcels import carriers as accounts
from doorstep.core.parcels.carriers import AccountRow
from doorstep.domain.errors import Conflict
from doorstep.domain.rights import Scope
from doorstep.plugins.carriers.base import Carrier, Settings
from doorstep.plugins.carriers.registry import names, open_carrier
from doorstep.sandbox import HOOK_VARIABLE, KEY_VARIABLE

Carriers = Callable[[AccountRow], Carrier]
COMPANY_PREFIX = "4012345"  # which GS1 gives in its examples, and to nobody


def connected(account: AccountRow) -> Carrier:
    """Open the carrier of an account with what the environment says. Raises NotFound if its plug-in is not there."""
    key, hook = (os.environ.get(name, "") if name else "" for name in (account.key_variable, account.hook_variable))
    return open_carrier(account.plugin, Settings(account.base_url, key, hook))


def by_hand(scope: Scope) -> tuple[AccountRow, ...]:
    """The operator's accounts with carriers that have no API: somebody enters their scans."""
    found = accounts.accounts(scope.operator)
    return tuple(one for one in found if one.plugin in names() and not connected(one).capabilities.online)


def add_carrier(
    scope: Scope,
    code: str,
    carrier: str,
    plugin: str,
    *,
    base_url: str = "",
    key_variable: str = "",
    hook_variable: str = "",
    now: datetime,
) -> AccountRow:
    """Add an account with a carrier, or set the one with this carrier anew. Raises Conflict for what cannot be."""
    if plugin not in names():
        raise Conflict(f"no carrier plug-in {plugin}; there are {', '.join(names())}")
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,29}", code):
        raise Conflict("a code has at most 30 small letters, digits and hyphens")
    if base_url and not base_url.startswith(("http://", "https://")):
        raise Conflict("an address begins with http:// or https://")
    with transaction.atomic():
        said = {"base_url": base_url, "key_variable": key_variable, "hook_variable": hook_variable}
        row = accounts.put_account(scope.operator, code, carrier, plugin, **said)
        record(
            scope.operator,
            None,
            kind="CarrierSet",
            subject=f"carrier:{row.pk}",
            data={"carrier": carrier, "plugin": plugin},
            at=now,
            actor=scope.actor,
        )
    return row


def register_sandbox(scope: Scope, base_url: str) -> tuple[AccountRow, ...]:
    """Have the sandbox carrier stand in for every carrier that the services of the brands name.

    It may send the scans of all to the webhook of any. Meant for demonstrations: real accounts would be replaced.
    """
    accounts.set_company_prefix(scope.operator, COMPANY_PREFIX)
    return tuple(
        accounts.put_account(
            scope.operator,
            f"sandbox-{number}",
            name,
            "sandbox",
            base_url=base_url,
            key_variable=KEY_VARIABLE,
            hook_variable=HOOK_VARIABLE,
        )
        for number, name in enumerate(accounts.carriers_of(scope), 1)
    )
