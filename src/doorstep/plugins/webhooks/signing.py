"""Signatures as Standard Webhooks asks (standardwebhooks.com)."""

from __future__ import annotations

import secrets as randomness
from base64 import b64encode
from collections.abc import Iterable
from datetime import datetime

from standardwebhooks import Webhook

SECRET_BYTES = 32


def new_secret() -> str:
    """Make a secret: `whsec_` and the base64 of 256 random bits."""
    return "whsec_" + b64encode(randomness.token_bytes(SECRET_BYTES)).decode()


def signed(message_id: str, at: datetime, body: str, secrets: Iterable[str]) -> dict[str, str]:
    """Give the headers of a message sent at `at`; several secrets sign while one takes over from another."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(one).sign(message_id, at, body) for one in secrets),
    }
