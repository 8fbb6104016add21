"""Webhooks signed as Standard Webhooks asks (standardwebhooks.com): who sent it, unchanged, and not long ago."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from standardwebhooks import Webhook

from doorstep.plugins.carriers.base import HookRefused

WINDOW = timedelta(minutes=5)  # what is older may have been recorded by somebody, and is not believed


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Raise HookRefused unless one of the signatures is that of the secret, and the time of sending is near.

    The package verifies too, but reads the clock itself; here the time is a parameter, as everywhere.
    """
    if not secret:
        raise HookRefused("no secret is set for the webhooks of this carrier")
    named = {name.lower(): value for name, value in headers.items()}
    number, sent, signatures = (named.get(f"webhook-{part}", "") for part in ("id", "timestamp", "signature"))
    try:
        at = datetime.fromtimestamp(int(sent), tz=UTC)
        text = body.decode()
    except (ValueError, OverflowError, OSError):
        raise HookRefused("the message is not signed as it should be") from None
    if not number or abs(now - at) > WINDOW:
        raise HookRefused("the message was sent too long ago, or its clock is wrong")
    expected = Webhook(secret).sign(number, at, text).encode()
    # Compared as bytes, each to its end: how long it takes says nothing about the signature.
    if not any([hmac.compare_digest(expected, one.encode()) for one in signatures.split(" ")]):
        raise HookRefused("the signature is not that of this carrier")
