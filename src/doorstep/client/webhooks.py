"""Check a webhook before it is believed: that Doorstep sent it, that nobody changed it, and that it is not an old one.

    event = verify(body, headers, "whsec_...", datetime.now(UTC))

The body is the bytes as they came, before any parser. Answer 2xx within 15 seconds once the event is safely kept, and
work on it afterwards. **Events arrive at least once**: keep `event.id` under a unique key in the same transaction as
what you do, and answer 2xx to an id you have; all tries of a message bear the same.
"""

from __future__ import annotations

import hmac
import json
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

TOLERANCE_S = 300


class NotVerified(ValueError):
    """Do not act upon this message; answer 400."""


class Unsigned(NotVerified):
    """A header is missing, or not as the specification says."""


class OutOfTime(NotVerified):
    """It was sent too long ago, so that it may be a recording; or one of the clocks is wrong."""


class Forged(NotVerified):
    """No signature is that of a secret of ours: another sender, a changed body, or the wrong secret."""


class Unreadable(NotVerified):
    """It is signed, and is no event as this version knows it."""


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, as the shop is told of it."""

    id: str  # the same for every try
    type: str  # `order.promised`
    timestamp: datetime  # when it happened; it may be told later
    data: Mapping[str, Any]


def verify(
    body: bytes, headers: Mapping[str, str], secrets: str | Iterable[str], now: datetime, tolerance_s: int = TOLERANCE_S
) -> Event:
    """Give the event that a request brings. Several secrets are all good, while one takes over from another.

    Raises NotVerified, of which each kind says what is wrong; ValueError if a secret itself is none.
    """
    named = {name.lower(): value for name, value in headers.items()}
    number, sent, signatures = (named.get(f"webhook-{part}", "") for part in ("id", "timestamp", "signature"))
    if not (number and sent and signatures):
        raise Unsigned("webhook-id, webhook-timestamp or webhook-signature is missing")
    if not (sent.isascii() and sent.isdecimal() and len(sent) < 12):
        raise Unsigned("webhook-timestamp is not a number of seconds")
    if abs(now - datetime.fromtimestamp(int(sent), tz=UTC)) > timedelta(seconds=tolerance_s):
        raise OutOfTime(f"the message was not sent within {tolerance_s} seconds of now")
    told = b".".join((number.encode(), sent.encode(), body))
    given = [one.encode() for one in signatures.split(" ")]
    keys = [_key(one) for one in ((secrets,) if isinstance(secrets, str) else secrets)]
    expected = [b"v1," + b64encode(hmac.new(key, told, sha256).digest()) for key in keys]
    # All are compared, each to its end: how long it takes says nothing about the signature.
    if not any([hmac.compare_digest(one, other) for one in expected for other in given]):
        raise Forged("no signature is that of the secret")
    return _event(number, body)


def _key(secret: str) -> bytes:
    try:
        key = b64decode(secret.removeprefix("whsec_"), validate=True)
    except NotBase64:
        key = b""
    if not key:
        raise ValueError("a secret is `whsec_` and base64")
    return key


def _event(number: str, body: bytes) -> Event:
    try:
        said = json.loads(body)
        at = datetime.fromisoformat(said["timestamp"])
        if at.tzinfo is None or not isinstance(said["type"], str) or not isinstance(said["data"], dict):
            raise ValueError
        return Event(number, said["type"], at, said["data"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Unreadable("the body is no event") from None
