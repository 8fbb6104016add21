"""A message as it is handed to whoever carries it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["sent", "later", "refused", "unknown"]


@dataclass(frozen=True, slots=True)
class Letter:
    to: str  # an address and nothing else
    sender_name: str  # the brand
    reply_to: str  # empty: the sender
    subject: str
    text: str
    html: str
    message_id: str  # with its angle brackets; the same however often it is composed


@dataclass(frozen=True, slots=True)
class Carried:
    """What became of a letter. `later`: clearly not taken, try again; `unknown`: nobody knows whether it was taken."""

    outcome: Outcome
    why: str = ""
