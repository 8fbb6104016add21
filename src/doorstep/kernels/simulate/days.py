"""The timetable: which orders are planned together, and at which instant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from doorstep.domain.demand import Order

DAY_S = 86_400
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Slot:
    """Orders that came in one share of a day, and the end of it, at which they are planned."""

    day: int  # since 1970-01-01
    last_of_day: bool
    now: datetime  # UTC
    orders: tuple[int, ...]  # places in the problem


def day_of(at: datetime) -> int:
    """Give the date as written, in days since 1970-01-01."""
    return at.toordinal() - EPOCH_ORDINAL


def lay_out_days(orders: Sequence[Order], first_day: int, end_day: int, batches: int) -> tuple[Slot, ...]:
    """Cut the days from `first_day` to before `end_day` into slots, the earliest first.

    Days and hours are those of the clock that each order was written by. A slot ends when its hour has struck on the
    westernmost of its orders' clocks; one without orders goes by the clock of the slot before it, or the next one's.
    """
    within: dict[tuple[int, int], list[int]] = {}
    for i, order in enumerate(orders):
        within.setdefault((day_of(order.placed_at), _share(order.placed_at, batches)), []).append(i)
    offset = _west([orders[i] for i in min(within.items())[1]]) if within else 0
    found: list[Slot] = []
    now = -(2**62)
    for day in range(first_day, end_day):
        for share in range(batches):
            own = within.get((day, share), [])
            offset = _west([orders[i] for i in own]) if own else offset
            now = max(now, day * DAY_S + (share + 1) * DAY_S // batches - offset)
            at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=now)
            found.append(Slot(day, share == batches - 1, at, tuple(own)))
    return tuple(found)


def begins_at(slots: Sequence[Slot], batches: int) -> datetime:
    """Give the instant at which the first day begins."""
    return slots[0].now - timedelta(seconds=DAY_S // batches)


def _share(at: datetime, batches: int) -> int:
    return (at.hour * 3600 + at.minute * 60 + at.second) * batches // DAY_S


def _west(orders: Sequence[Order]) -> int:
    """UTC offset of the clock that strikes last, in seconds."""
    offsets = (order.placed_at.utcoffset() or timedelta(0) for order in orders)
    return min(int(one.total_seconds()) for one in offsets)
