"""What an API key looks like: `ds_<prefix>_<secret>`. Nothing here touches the database.

The prefix names the key in lists and finds its row; the secret is 256 random bits and is kept as a hash alone. A slow
hash would add nothing: there is no dictionary of such secrets to try.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import string
from dataclasses import dataclass

_ALPHABET = string.ascii_lowercase + string.digits
_SHAPE = re.compile(r"ds_([a-z0-9]{8})_([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class Secret:
    prefix: str
    raw: str
    digest: str


def new_secret() -> Secret:
    prefix = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    raw = f"ds_{prefix}_{secrets.token_urlsafe(32)}"
    return Secret(prefix, raw, digest_of(raw))


def digest_of(raw: str) -> str:
    return hashlib.sha256(raw.encode()).hexdigest()


def prefix_of(raw: str) -> str | None:
    """Say which key this claims to be; None if it does not look like one of ours."""
    match = _SHAPE.fullmatch(raw)
    return match[1] if match else None
