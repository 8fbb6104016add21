"""How a shopper is named who asks for their data, or to have them erased."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shopper:
    """Everybody of an e-mail address, or the one of an order; exactly one of them is told."""

    email: str = ""
    order: str = ""
