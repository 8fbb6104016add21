"""Why, in words for a planner: what stands in the way of a stop, and what somebody can do about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from doorstep.kernels.route.conflicts import Found, Remedy
from doorstep.kernels.route.eased import Ease, Key, together
from doorstep.kernels.route.insertion import Insertion
from doorstep.kernels.route.laid import Laid
from doorstep.kernels.route.problem import NEVER

DAY_S = 86_400


def _plain(cost: int) -> str:
    return f"{cost:,}"


@dataclass(frozen=True, slots=True)
class Names:
    """What things are called.

    Parameters
    ----------
    stops, vans, loads
        Names by number, of rows of the fleet for vans, of dimensions for loads; empty: by their numbers.
    clocked
        Whether instants are seconds since a midnight; else they are told in units.
    money
        How a cost is told.
    """

    stops: Sequence[str] = ()
    vans: Sequence[str] = ()
    loads: Sequence[str] = ()
    clocked: bool = True
    money: Callable[[int], str] = _plain

    def stop(self, number: int) -> str:
        """Name a stop."""
        return self.stops[number] if number < len(self.stops) else f"stop {number}"

    def van(self, row: int) -> str:
        """Name a row of the fleet."""
        return self.vans[row] if row < len(self.vans) else f"van {row}"

    def load(self, dimension: int) -> str:
        """Name a dimension of load."""
        return self.loads[dimension] if dimension < len(self.loads) else f"load {dimension}"

    def instant(self, at_s: int) -> str:
        """Tell an instant: 09:30, 01:15 on the next day."""
        if not self.clocked:
            return f"{at_s:,}"
        day, second = divmod(at_s, DAY_S)
        clock = f"{second // 3600:02d}:{second // 60 % 60:02d}" + (f":{second % 60:02d}" if second % 60 else "")
        return clock if day == 0 else f"{clock} on day {day:+d}"

    def lapse(self, seconds: int) -> str:
        """Tell a duration, rounded up to a minute from two minutes on."""
        if not self.clocked:
            return f"{seconds:,}"
        if seconds < 120:
            return f"{seconds} seconds"
        return f"{-(-seconds // 60)} minutes"


def way_told(names: Names, one: Insertion) -> str:
    """Say where a stop would go."""
    return f"{names.van(one.row)}, behind {one.at} visits"


def hindrance(laid: Laid, stop: int, key: Key, names: Names) -> str:
    """Say a constraint, with its numbers."""
    kind, k = key
    return _HINDRANCES[kind](laid, together(laid.stops, stop), k, names)


def _window(laid: Laid, those: Sequence[int], _: int, names: Names) -> str:
    return " and ".join(f"service may begin {hours(laid, stop, names)}" for stop in those)


def hours(laid: Laid, stop: int, names: Names) -> str:
    """Say when service may begin at a stop."""
    opens, closes = int(laid.stops.from_s[stop]), int(laid.stops.to_s[stop])
    until = "without end" if closes >= NEVER else f"until {names.instant(closes)}"
    return f"from {names.instant(opens)} {until}"


def _capacity(laid: Laid, those: Sequence[int], k: int, names: Names) -> str:
    stops, most = laid.stops, int(laid.fleet.capacity[:, k].max(initial=0))
    brought, taken = (int(of[list(those), k].max()) for of in (stops.delivery, stops.pickup))
    load = f"brings {brought:,}" + (f" and takes {taken:,}" if taken else "") if brought else f"takes {taken:,}"
    return f"it {load} of {names.load(k)}; a van carries up to {most:,}"


def _skills(laid: Laid, those: Sequence[int], _: int, names: Names) -> str:
    needed = int(np.bitwise_or.reduce(laid.stops.skills[list(those)]))
    able = [row for row, skills in enumerate(laid.fleet.skills.tolist()) if not needed & ~skills]
    bits = ", ".join(str(bit) for bit in range(needed.bit_length()) if needed >> bit & 1)
    return f"it needs skill {bits}, which {_listed([names.van(row) for row in able]) or 'no van'} has"


def _only(laid: Laid, those: Sequence[int], _: int, names: Names) -> str:
    row = max(int(laid.stops.only[stop]) for stop in those)
    return f"it is for {names.van(row)} alone"


def _shift(laid: Laid, _: Sequence[int], __: int, names: Names) -> str:
    first, last = int(laid.fleet.from_s.min()), int(laid.fleet.to_s.max())
    until = "" if last >= NEVER else f" and are back by {names.instant(last)}"
    return f"vans leave from {names.instant(first)} on{until}"


def _break(laid: Laid, _: Sequence[int], __: int, names: Names) -> str:
    row = int(laid.fleet.break_s.argmax())
    begins = names.instant(int(laid.fleet.break_from_s[row])), names.instant(int(laid.fleet.break_to_s[row]))
    return f"vans pause for {names.lapse(int(laid.fleet.break_s[row]))}, from {begins[0]} to {begins[1]}"


def _distance(laid: Laid, _: Sequence[int], __: int, ___: Names) -> str:
    return f"a round is {int(laid.fleet.max_distance_m.max()):,} m long at most"


def _duration(laid: Laid, _: Sequence[int], __: int, names: Names) -> str:
    return f"a round takes {names.lapse(int(laid.fleet.max_duration_s.max()))} at most"


def _trips(laid: Laid, _: Sequence[int], __: int, ___: Names) -> str:
    return f"a van makes up to {int(laid.fleet.max_trips.max())} trips"


def _fleet(laid: Laid, _: Sequence[int], __: int, ___: Names) -> str:
    owned, out = int(laid.fleet.count.sum()), len(laid.rounds)
    if owned <= 1:
        return "the only van is out" if owned else "no van is left"
    return (
        f"{out} of {owned} vans are out, and none of the others can take it"
        if out < owned
        else (f"all {owned} vans are out")
    )


_HINDRANCES: dict[str, Callable[[Laid, Sequence[int], int, Names], str]] = {
    "window": _window, "capacity": _capacity, "skills": _skills, "only": _only, "shift": _shift, "break": _break,
    "distance": _distance, "duration": _duration, "trips": _trips, "fleet": _fleet,
}  # fmt: skip


def told(laid: Laid, stop: int, remedy: Remedy, names: Names) -> str:
    """Say a remedy, and what it costs."""
    eases = [_eased(laid, stop, one, remedy.insertion.row, names) for one in remedy.eases]
    return f"{_listed(eases)}; the rounds cost {names.money(remedy.cost)} more then"


def _eased(laid: Laid, stop: int, one: Ease, row: int, names: Names) -> str:
    fleet, van = laid.fleet, names.van(row)
    amount, lapse = f"{one.amount:,}", names.lapse(one.amount)
    if one.kind == "window_opens":
        at = int(min(laid.stops.from_s[list(together(laid.stops, stop))])) - one.amount
        return f"let its window open {lapse} earlier, at {names.instant(at)}"
    if one.kind == "window_closes":
        at = int(max(laid.stops.to_s[list(together(laid.stops, stop))])) + one.amount
        return f"let its window close {lapse} later, at {names.instant(at)}"
    if one.kind == "capacity":
        most = int(fleet.capacity[row, one.dimension]) + one.amount
        return f"let {van} carry {amount} more of {names.load(one.dimension)}, {most:,} in all"
    return {
        "skills": f"give {van} the skill",
        "only": f"let {van} have it",
        "shift_begins": f"let {van} leave {lapse} earlier, at {names.instant(int(fleet.from_s[row]) - one.amount)}",
        "shift_ends": f"let {van} be back {lapse} later, by {names.instant(int(fleet.to_s[row]) + one.amount)}",
        "break": f"let {van} go without its pause",
        "distance": f"let {van} drive {amount} m more",
        "duration": f"let {van} be out {lapse} longer",
        "trips": f"let {van} reload {amount} times more",
        "fleet": f"send one more {van}",
    }[one.kind]


def code(found: Found) -> str:
    """Name the first conflict by a stable code."""
    if found.servable is not None:
        return "servable"
    if not found.groups:
        return "unreachable"
    kinds = {kind for kind, _ in found.groups[0]}
    if kinds == {"window", "shift"}:
        return "window_outside_shift"
    if kinds == {"capacity"}:
        return "too_large"
    return "no_van_free" if "fleet" in kinds else found.groups[0][0][0]


def _listed(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def obstacle(laid: Laid, stop: int, found: Found, names: Names) -> str:
    """Say all that stands in the way."""
    if found.servable is not None:
        cost = names.money(found.servable.cost)
        return f"it can be served as all is, by {way_told(names, found.servable)}, for {cost} more"
    if not found.groups:
        return "no way leads from the depots there and back" if laid.fleet.kinds else "there are no vans"
    groups = [_listed([hindrance(laid, stop, key, names) for key in group]) for group in found.groups]
    return "; besides, ".join(groups)
