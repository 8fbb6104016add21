"""Messages to a shopper who is erased: those that wait end, and what a mail server answered of the others is emptied.

Call within a transaction, `end` before `being_sent`: a message that is claimed meanwhile is then seen there.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from doorstep.core.messages.models import Message

ERASED = "the shopper was erased"


def end(orders: Collection[int], *, at: datetime) -> int:
    """Let what waits be sent to nobody; returns how many messages that were."""
    waiting = Message.objects.filter(order_id__in=orders, state="waiting")
    return waiting.update(state="refused", ended_at=at, error=ERASED)


def being_sent(orders: Collection[int]) -> set[int]:
    """Those of the orders of which a message is on its way to the mail server in this moment."""
    return set(Message.objects.filter(order_id__in=orders, state="sending").values_list("order_id", flat=True))


def blank(orders: Collection[int]) -> dict[str, int]:
    said = Message.objects.filter(order_id__in=orders).exclude(error__in=("", ERASED))
    return {"messages": said.update(error="")}
