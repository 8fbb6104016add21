"""The time that a search has: what is left of that of the whole process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class Watcher(Protocol):
    """Whoever watches a search."""

    def notice(self, text: str) -> None:
        """Take notice of something beside it."""

    def at(self, age_s: float) -> None:
        """Take notice of the time."""

    def better(self, told: str) -> None:
        """Take notice of better rounds: what they cost, and what they leave."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The time that a process has. `age_s` counts from its start."""

    age_s: Callable[[], float]
    seconds: float  # that it may live
    ended: Callable[[], bool]  # somebody has asked for the best rounds so far
    watcher: Watcher


def spent(clock: Clock, until: float) -> Callable[[], float]:
    """Tell which share of the time from now on is used up; all of it when somebody ends the search."""
    begun = clock.age_s()

    def share() -> float:
        age = clock.age_s()
        clock.watcher.at(age)
        if clock.ended() or age >= until:
            return 1.0
        return (age - begun) / (until - begun)

    return share
