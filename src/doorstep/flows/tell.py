"""Tell shoppers: claim a message and commit, send it outside of any transaction, record what became of it.

A message may stay unsent when a worker dies between the claim and the record; it is never sent twice. Such a one is put
before a person as `unknown`, for only the mail server's log knows.
"""

from __future__ import annotations

import hashlib
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

LOST_AFTER = timedelta(minutes=10)  # longer than any server lets us wait


def send_messages(notifier: Notifier, *, now: datetime) -> int:
    """Send what is due, and put those that were lost before a person; returns how many were sent."""
    outbox.sweep(now - LOST_AFTER, now)
    sent = 0
    for pk in outbox.due(now):
        one = outbox.claim(pk, now, _message_id(pk))  # commits: the tests of this hold no transaction open
        if one is not None:
            sent += _send(notifier, one, now)
    return sent


def _send(notifier: Notifier, one: Due, now: datetime) -> bool:
    if not is_address(one.to):
        outbox.ended(one.pk, "refused", now, "there is no address to send it to")
        return False
    carried = notifier.send(_letter(one))
    _record(one, carried, now)
    return carried.outcome == "sent"


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
