"""Tell the subscribers what has happened. A fact that one of them cannot take is set aside, and the rest goes on."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.db import transaction

from doorstep.core.events import pending
from doorstep.core.events.queries import Told
from doorstep.domain.errors import said
from doorstep.flows.subscribers import SUBSCRIBERS, Subscriber

log = logging.getLogger("doorstep.relay")
AT_ONCE = 500
MOST_TURNS = 20  # then others have their turn, too


def hand_over(now: datetime, subscribers: Sequence[Subscriber] = SUBSCRIBERS) -> int:
    """Tell what is pending; returns how many facts were told. Any number of workers may do so at once."""
    handed = 0
    for _ in range(MOST_TURNS):
        found = pending.hand_over(lambda facts: _tell_all(subscribers, facts, now), AT_ONCE)
        handed += found
        if found < AT_ONCE:
            break
    return handed


def retry_stuck(now: datetime, subscribers: Sequence[Subscriber] = SUBSCRIBERS) -> int:
    """Try what is stuck and due once more, each by itself; returns how many were taken."""
    known = {one.name: one for one in subscribers}
    due = pending.to_try(known, now)
    return sum(pending.try_again(pk, now, partial(known[name].take, now=now)) for pk, name in due)


def _tell_all(subscribers: Sequence[Subscriber], facts: tuple[Told, ...], now: datetime) -> None:
    for one in subscribers:
        if wanted := one.wants(facts):
            _tell(one, wanted, now)


def _tell(one: Subscriber, facts: Sequence[Told], now: datetime) -> None:
    """Tell all at once; if that fails, halve, until what fails stands alone.

    If it is the database that fails, so does what is written here, and with it the transaction: nothing is set aside.
    """
    try:
        with transaction.atomic():
            one.take(facts, now)
    except Exception as error:
        if len(facts) == 1:
            log.exception("%s could not take fact %d", one.name, facts[0].id)
            pending.set_aside(facts[0].id, one.name, now, said(error))
            return
        middle = len(facts) // 2
        _tell(one, facts[:middle], now)
        _tell(one, facts[middle:], now)
