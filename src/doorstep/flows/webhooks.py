"""Webhooks to the shops: written with the facts they tell of, sent afterwards, at least once, each order's in order.

A delivery is claimed and committed, sent outside of any transaction, and recorded. Only this thread speaks to the
database; the others wait for answers, so that one slow receiver holds up nobody else.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

import orjson
from django.conf import settings
from django.db import transaction

from doorstep.core.events.actions import record
from doorstep.core.events.queries import Told
from doorstep.core.orders.queries import codes_of
from doorstep.core.webhooks import actions, outbox, outcomes
from doorstep.core.webhooks.outbox import Claimed, NewDelivery, Wanted
from doorstep.core.webhooks.outcomes import Outcome
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.plugins.webhooks.post import Poster, Reply
from doorstep.plugins.webhooks.signing import signed

log = logging.getLogger("doorstep.webhooks")
AT_ONCE = 16  # of a worker
RESERVED = 4  # kept free by one endpoint alone, for another that comes
TURN = timedelta(seconds=10)  # after which nothing more is begun: a worker has other chores
PATIENCE_S = 0.2  # before it is looked again whether there is more to send
KEPT = timedelta(days=30)
MOST_BATCHES = 20  # forgotten in a turn
OURS: Final = frozenset({"message"})  # row ids that nobody outside can do anything with


def announce(facts: Sequence[Told], now: datetime) -> None:
    """Write a delivery of each fact for each endpoint of its brand that wants it. Four queries at most.

    Called in a transaction, with facts in their order.
    """
    told = [one for one in facts if one.brand is not None and one.kind in EVENT_TYPES]
    endpoints = outbox.wanted({one.brand for one in told if one.brand is not None}) if told else ()
    pairs = [(fact, one) for fact in told for one in endpoints if _wants(one, fact)]
    if not pairs:
        return
    orders = codes_of({int(of) for fact, _ in pairs for kind, of in [_parts(fact.subject)] if kind == "order"})
    outbox.add([_delivery(fact, one, orders) for fact, one in pairs], at=now)


def send_webhooks(*, now: datetime, clock: Callable[[], datetime] | None = None, limit: int = 2_000) -> int:
    """Send what is due, several at once; returns how many were delivered.

    Begins nothing new after a while; what is under way by then is waited for. `clock` tells when each was sent.
    """
    time = clock or (lambda: now)
    outbox.free_lost(time())
    with Poster(settings.WEBHOOK_NETWORKS, at_once=AT_ONCE) as poster, ThreadPoolExecutor(AT_ONCE) as threads:
        return _Turn(poster, threads, time, now + TURN, limit).run()


def forget_webhooks(now: datetime) -> int:
    """Delete deliveries that were over long ago, a batch in each transaction; returns how many."""
    forgotten = 0
    for _ in range(MOST_BATCHES):
        some = outbox.forget(now - KEPT)
        forgotten += some
        if some < outbox.FORGOTTEN_AT_ONCE:
            break
    return forgotten


def give_up(endpoint: int, why: str, now: datetime) -> None:
    """Disable an endpoint that only fails, or that says it is gone, and say so: a fact, and a note on today's page."""
    with transaction.atomic():
        if actions.disable(endpoint, why, now):
            operator, brand = actions.owner_of(endpoint)
            record(
                operator,
                brand,
                kind="WebhookDisabled",
                subject=f"webhook:{endpoint}",
                data={"webhook": endpoint, "why": why},
                at=now,
                actor="system",
            )
            log.warning("webhook endpoint %d was disabled: %s", endpoint, why)


def body_of(type: str, at: datetime, data: dict[str, Any]) -> str:
    """Write a message as Standard Webhooks recommends."""
    said = {"type": type, "timestamp": at.astimezone(UTC), "data": data}
    return orjson.dumps(said, option=orjson.OPT_UTC_Z).decode()


def asked_to_wait(text: str, now: datetime) -> timedelta | None:
    """Read a Retry-After: seconds, or an instant. None: it says nothing that can be understood."""
    if text.isascii() and text.isdecimal() and len(text) < 10:
        return timedelta(seconds=int(text))
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)) - now


class _Turn:
    """One turn of one worker: claims as many as threads are free, and records what came back."""

    def __init__(
        self,
        poster: Poster,
        threads: ThreadPoolExecutor,
        clock: Callable[[], datetime],
        until: datetime,
        limit: int,
    ) -> None:
        self._poster, self._threads, self._clock = poster, threads, clock
        self._until, self._left = until, limit
        self._running: dict[Future[Reply], Claimed] = {}
        self._delivered = 0
        self._served: Counter[int] = Counter()  # who has had least comes first

    def run(self) -> int:
        while self._begin() or self._running:
            self._record(wait(self._running, PATIENCE_S, FIRST_COMPLETED).done)
        return self._delivered

    def _begin(self) -> bool:
        """Give free threads something to send, if there is anything."""
        now = self._clock()
        free = min(AT_ONCE - len(self._running), self._left)
        if free <= 0 or now >= self._until:
            return False
        shares = self._shares(free, now)
        claimed = outbox.claim(shares, now) if shares else []
        for one in claimed:
            headers = signed(one.message_id, now, one.body, one.secrets)
            self._running[self._threads.submit(self._poster.post, one.url, one.body, headers)] = one
        self._left -= len(claimed)
        return bool(claimed)

    def _shares(self, free: int, now: datetime) -> dict[int, int]:
        """Divide free threads among endpoints, those that have the fewest first."""
        busy = Counter(one.endpoint for one in self._running.values())
        due = sorted(outbox.endpoints_due(now), key=lambda one: (busy[one], self._served[one]))
        most = max(1, (AT_ONCE - RESERVED) // max(1, len(due)))
        shares: dict[int, int] = {}
        for endpoint in due:
            shares[endpoint] = max(0, min(most - busy[endpoint], free))
            free -= shares[endpoint]
            self._served[endpoint] += shares[endpoint]
        return shares

    def _record(self, done: set[Future[Reply]]) -> None:
        if not done:
            return
        now = self._clock()
        told = [_outcome(self._running.pop(one), one.result(), now) for one in done]
        self._delivered += sum(one.taken for one in told)
        for endpoint, why in outcomes.settle(told).items():
            give_up(endpoint, why, now)


def _outcome(one: Claimed, reply: Reply, now: datetime) -> Outcome:
    return Outcome(
        one,
        now,
        reply.taken,
        reply.status,
        reply.error,
        reply.duration_ms,
        reply.excerpt,
        asked_to_wait(reply.retry_after, now),
        reply.status == 410,
    )


def _wants(one: Wanted, fact: Told) -> bool:
    return one.brand == fact.brand and (not one.types or EVENT_TYPES[fact.kind] in one.types)


def _delivery(fact: Told, one: Wanted, orders: dict[int, str]) -> NewDelivery:
    kind, of = _parts(fact.subject)
    named = {"order": orders[int(of)]} if kind == "order" and int(of) in orders else {}
    named |= {"transfer": of} if kind == "transfer" else {}
    data = {"brand": one.brand_code, **named, **{key: value for key, value in fact.data.items() if key not in OURS}}
    type = EVENT_TYPES[fact.kind]
    return NewDelivery(one.endpoint, fact.id, fact.subject, type, body_of(type, fact.at, data), one.active)


def _parts(subject: str) -> tuple[str, str]:
    kind, _, of = subject.partition(":")
    return kind, of
