"""What promising at another target would have meant: days to wait, dates kept, and what both cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from doorstep.kernels.promise.recorded import Group, TargetChoice

Settled = Callable[[int], Group]  # the record of all parcels at the target of this place


def what_if(
    targets_ppm: Sequence[int], settled: Settled, late_cost_micros: int, day_value_micros: int
) -> tuple[tuple[TargetChoice, ...], int | None]:
    """Reckon every target; give them with the cheapest one, None where nothing is decided.

    A late parcel costs `late_cost_micros`, a day between placing and the promised date `day_value_micros`. Whatever a
    day is worth, `implied_day_micros` tells what it has to be worth for a target to be as good as the one below it.
    """
    found: list[TargetChoice] = []
    for at, target_ppm in enumerate(targets_ppm):
        group = settled(at)
        rate, days = group.figures.on_time_rate, group.figures.mean_promised_days
        late = round(late_cost_micros * (1 - rate)) if rate is not None else 0
        waiting = round(day_value_micros * days) if days is not None else 0
        implied = None
        if found and rate is not None and days is not None:
            before = found[-1]
            longer = days - (before.figures.mean_promised_days or 0.0)
            implied = round((before.late_cost_micros - late) / longer) if longer > 1e-9 else None
        found.append(
            TargetChoice(int(target_ppm), group.figures, group.interval, late, waiting, late + waiting, implied)
        )
    decided = [one for one in found if one.figures.on_time_rate is not None]
    # Of equally cheap ones the lowest: it promises the earliest dates.
    cheapest = min(decided, key=lambda one: (one.cost_micros, one.target_ppm), default=None)
    return tuple(found), cheapest.target_ppm if cheapest else None
