"""Open the carriers of an operator. The secrets are read from the environment here, and kept nowhere."""

from __future__ import annotations

import os
from collections.abc import Callable

from doorstep.core.parcels import carriers as accounts
from doorstep.core.parcels.carriers import AccountRow
from doorstep.domain.rights import Scope
from doorstep.plugins.carriers.base import Carrier, Settings
from doorstep.plugins.carriers.registry import open_carrier
from doorstep.sandbox import HOOK_VARIABLE, KEY_VARIABLE

Carriers = Callable[[AccountRow], Carrier]
COMPANY_PREFIX = "4012345"  # which GS1 gives in its examples, and to nobody


def connected(account: AccountRow) -> Carrier:
    """Open the carrier of an account with what the environment says. Raises NotFound if its plug-in is not there."""
    key, hook = (os.environ.get(name, "") if name else "" for name in (account.key_variable, account.hook_variable))
    return open_carrier(account.plugin, Settings(account.base_url, key, hook))


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
