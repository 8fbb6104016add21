"""Tell shoppers: claim a message and commit, send it outside of any transaction, record what became of it.

A message may stay unsent when a worker dies between the claim and the record; it is never sent twice. Such a one is put
before a person as `unknown`, for only the mail server's log knows.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction

from doorstep.core.accounts.queries import brand_details
from doorstep.core.events.actions import record
from doorstep.core.messages import outbox
from doorstep.core.messages.outbox import Due
from doorstep.documents.letters import Delay, Sender, delay_letter
from doorstep.domain.letter import Carried, Letter
from doorstep.domain.rights import Scope
from doorstep.flows.track_page import tracking_url
from doorstep.plugins.notifiers.base import Notifier, is_address

log = logging.getLogger("doorstep.messages")
LOST_AFTER = timedelta(minutes=10)  # longer than any server lets us wait


def send_messages(notifier: Notifier, *, now: datetime, clock: Callable[[], datetime] | None = None) -> int:
    """Send what is due, and put those that were lost before a person; returns how many were sent.

    A slow mail server lets the messages of one turn take long: each is claimed at its own instant, which `clock` tells,
    so that none is taken for lost while it waits for those before it.
    """
    outbox.sweep(now - LOST_AFTER, now)
    return sum(_send(notifier, pk, clock or (lambda: now)) for pk in outbox.due(now))


def _send(notifier: Notifier, pk: int, clock: Callable[[], datetime]) -> bool:
    one = outbox.read(pk)
    if one is None:
        return False
    letter, why = _written(one)
    if not outbox.claim(one, clock(), _message_id(pk)):  # commits: the tests of this hold no transaction open
        return False
    if letter is None:
        outbox.ended(pk, "refused", clock(), why)
        return False
    carried = notifier.send(letter)
    _record(one, carried, clock())
    return carried.outcome == "sent"


def _written(one: Due) -> tuple[Letter | None, str]:
    """Write a message; one that cannot be written says why, and holds up no other."""
    if not is_address(one.to):
        return None, "there is no address to send it to"
    try:
        return _letter(one), ""
    except Exception as error:
        log.exception("message %d cannot be written", one.pk)
        return None, f"it cannot be written: {type(error).__name__}"


def _record(one: Due, carried: Carried, now: datetime) -> None:
    if carried.outcome == "later":
        outbox.again(one.pk, one.attempts, now, carried.why)
        return
    with transaction.atomic():
        if outbox.ended(one.pk, carried.outcome, now, carried.why) and carried.outcome == "sent":
            record(
                one.operator,
                one.brand_id,
                kind="ShopperTold",
                subject=f"order:{one.order_id}",
                data={"message": one.pk, "template": one.template},
                at=now,
                actor="system",
            )


def _letter(one: Due) -> Letter:
    brand = brand_details(Scope(one.operator, frozenset({one.brand_id}), "brand_viewer", "system"), code=one.brand)[0]
    sender = Sender(brand.name or brand.code, brand.colour, brand.text_colour, brand.support_email or brand.email)
    delay = Delay(
        one.order,
        date.fromisoformat(one.data["promised_by"]),
        date.fromisoformat(one.data["expected_by"]),
        one.data.get("text", ""),
        tracking_url(one.order_id),
    )
    return delay_letter(sender, delay, one.to, _message_id(one.pk))


def _message_id(pk: int) -> str:
    """The same for every try, and none that another installation gives."""
    host = settings.PUBLIC_ADDRESS.partition("://")[2].partition("/")[0].partition(":")[0] or "localhost"
    own = hashlib.sha256(f"{settings.SECRET_KEY}.{pk}".encode()).hexdigest()[:20]
    return f"<message.{pk}.{own}@{host}>"
