"""Times, ways and loads of rounds as people read them."""

from __future__ import annotations

from collections.abc import Sequence

from doorstep.documents.report.wording import count, decimal
from doorstep.domain.rounds import Loads, Measure, Rounds, Visit


def distance(metres: int, rounds: Rounds) -> str:
    if not rounds.on_earth:
        return f"{decimal(metres / rounds.scale, len(str(rounds.scale)) - 1)} units"
    return f"{decimal(metres / 1000, 1)} km" if metres < 1_000_000 else f"{count(round(metres / 1000))} km"


def duration(seconds: int) -> str:
    return f"{seconds // 3600} h {seconds // 60 % 60:02d} min"


def clock(seconds: int, rounds: Rounds) -> str:
    """`HH:MM`, of the next day with a `+1`."""
    of_day = seconds + rounds.since_midnight_s
    day = f" +{of_day // 86_400}" if of_day >= 86_400 else ""
    return f"{of_day // 3600 % 24:02d}:{of_day // 60 % 60:02d}{day}"


def window_text(visit: Visit, rounds: Rounds) -> str:
    first, last = visit.window_s
    if first is None and last is None:
        return "any time"
    if first is None or last is None:
        return f"from {clock(first, rounds)}" if first is not None else f"until {clock(last or 0, rounds)}"
    return f"{clock(first, rounds)}–{clock(last, rounds)}"


def loads_text(loads: Loads, measures: Sequence[Measure]) -> str:
    told = [_amount(amount, one) for amount, one in zip(loads, measures, strict=True) if amount]
    return ", ".join(told) or "nothing"


def _amount(amount: int, measure: Measure) -> str:
    if measure.unit == "g":
        return f"{amount / 1000:,.1f} kg"
    if measure.unit == "cm3":
        return f"{amount / 1000:,.1f} l"
    return f"{amount:,} {measure.unit}".rstrip()
