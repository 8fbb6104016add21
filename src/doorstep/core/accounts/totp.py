"""Time-based one-time passwords (RFC 6238) and recovery codes. Nothing here touches the database."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import datetime

import pyotp

STEP_S = 30
DRIFT = 1  # steps that a telephone's clock may be early or late
RECOVERY_CODES = 10
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # 32 that are not taken for one another


def new_secret() -> str:
    return pyotp.random_base32()


def address_of(secret: str, email: str) -> str:
    """Give what the QR code says: an otpauth address for authenticator apps."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name="Doorstep")


def code_at(secret: str, now: datetime) -> str:
    return pyotp.HOTP(secret).at(step_at(now))


def step_at(now: datetime) -> int:
    return int(now.timestamp()) // STEP_S


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """Say which time step the code is of, the latest that fits; None: it is of none near `now`."""
    digits = re.sub(r"\s", "", code)
    if not re.fullmatch(r"[0-9]{6}", digits):
        return None
    here, hotp = step_at(now), pyotp.HOTP(secret)
    fitting = [step for step in range(here - DRIFT, here + DRIFT + 1) if hmac.compare_digest(hotp.at(step), digits)]
    return max(fitting, default=None)


def new_recovery_codes() -> tuple[str, ...]:
    """Draw codes of 80 random bits, in groups of four letters to be written down."""
    return tuple("-".join(_group() for _ in range(4)) for _ in range(RECOVERY_CODES))


def recovery_digest(written: str) -> str:
    """Hash a recovery code, however it was spaced. A slow hash would add nothing to 80 random bits."""
    return hashlib.sha256(re.sub(r"[\s-]", "", written).lower().encode()).hexdigest()


def _group() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(4))
