"""How often a program may ask."""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests a second for long, and so many at once after a pause. None a second: as many as they like."""

    per_s: int
    burst: int

    def __post_init__(self) -> None:
        if not 0 <= self.per_s <= MOST or not 1 <= self.burst <= MOST:
            raise ValueError(f"a rate is 0 to {MOST} requests a second, with a burst of 1 to {MOST}")

    @property
    def window_s(self) -> int:
        """In how many seconds a whole burst is earned, as a policy tells it."""
        return max(1, -(-self.burst // self.per_s))


def rate(text: str) -> Rate | None:
    """Read `50/200`: 50 a second, bursts of 200; `0`: None, there is no limit. Raises ValueError."""
    found = re.fullmatch(r"(\d{1,7})(?:/(\d{1,7}))?", text.strip())
    if not found:
        raise ValueError(f"{text!r} is not a rate: write requests a second and the burst, as in 50/200, or 0 for none")
    per_s = int(found[1])
    return Rate(per_s, int(found[2] or per_s)) if per_s else None
