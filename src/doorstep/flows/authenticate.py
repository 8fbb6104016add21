"""Whose key it is that a program comes with."""

from __future__ import annotations

from datetime import datetime

from doorstep.core.accounts import actions, queries
from doorstep.domain.rights import Scope


def authenticate(raw_key: str, *, now: datetime) -> Scope | None:
    """Say whose rows the key may touch, None if it is none in force; its use is noted once a minute."""
    known = queries.find_key(raw_key, now)
    if known is None:
        return None
    if known.last_used_at is None or known.last_used_at <= now - actions.TOUCH_EVERY:
        actions.touch_key(known.id, at=now)
    return known.scope
