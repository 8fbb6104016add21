"""Whose key it is that a program comes with."""

from __future__ import annotations

from datetime import datetime

from doorstep.core.accounts import actions, queries, rates, wrong_keys


def authenticate(raw_key: str, *, now: datetime) -> queries.KnownKey | None:
    """Say whose rows the key may touch and how often, None if it is none in force; its use is noted once a minute."""
    known = queries.find_key(raw_key, now)
    if known is None:
        return None
    if known.last_used_at is None or known.last_used_at <= now - actions.TOUCH_EVERY:
        actions.touch_key(known.id, at=now)
    return known


def counted(known: queries.KnownKey, *, tick: float) -> rates.Quota | None:
    """Count a request of a key; None: it may ask as often as it likes."""
    return None if known.rate is None else rates.take(known.id, known.rate, tick)


def refused(address: str, *, now: datetime) -> int:
    """Count a key that opened nothing; gives for how many seconds the address is answered nothing else, 0: it is not.

    Right keys are served from any address: one broken script must not stop the shop behind the same router, and 256
    random bits are not found by trying.
    """
    until = wrong_keys.count(address, at=now)
    return 0 if until is None else max(1, round((until - now).total_seconds()))
