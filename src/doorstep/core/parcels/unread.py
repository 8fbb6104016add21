"""Events of carriers that could not be read: kept as they came, told apart by what they say."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from doorstep.core.parcels.models import UnreadEvent
from doorstep.domain.rights import Scope

LONGEST_LIST = 100
_WHY = 300


@dataclass(frozen=True, slots=True)
class UnreadRow:
    pk: int
    account_id: int
    account: str
    carrier: str
    raw: str
    why: str
    received_at: datetime


def keep(
    account_pk: int, events: Iterable[tuple[str, str]], *, at: datetime, bare: Collection[str] = frozenset()
) -> int:
    """Keep events (raw, why); what is kept already changes nothing. Gives how many are new.

    Of those in `bare` no more is kept than that they came, and why they were not read.
    """
    new = 0
    for raw, why in events:
        digest = hashlib.sha256(raw.encode()).hexdigest()
        said = {
            "raw": "" if raw in bare else raw.replace("\0", ""),
            "why": why.replace("\0", "")[:_WHY],
            "received_at": at,
        }
        _, made = UnreadEvent.objects.get_or_create(account_id=account_pk, digest=digest, defaults=said)
        new += made
    return new


def unread(scope: Scope) -> tuple[UnreadRow, ...]:
    """Those of the operator that nobody has seen to, the oldest first. One query."""
    rows = UnreadEvent.objects.filter(account__operator_id=scope.operator, settled_at=None)
    return tuple(_row(one) for one in rows.select_related("account").order_by("pk")[:LONGEST_LIST])


def unread_one(scope: Scope, pk: int) -> UnreadRow | None:
    """One of them, seen to or not."""
    rows = UnreadEvent.objects.filter(account__operator_id=scope.operator, pk=pk)
    found = rows.select_related("account").first()
    return None if found is None else _row(found)


def still_not(pk: int, why: str) -> None:
    UnreadEvent.objects.filter(pk=pk).update(why=why.replace("\0", "")[:_WHY])


def settle(pk: int, *, at: datetime) -> None:
    UnreadEvent.objects.filter(pk=pk, settled_at=None).update(settled_at=at)


def _row(one: UnreadEvent) -> UnreadRow:
    return UnreadRow(one.pk, one.account_id, one.account.code, one.account.carrier, one.raw, one.why, one.received_at)
