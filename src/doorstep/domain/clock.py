"""Working days and local times, as data. Nothing here reads a clock."""

from __future__ import annotations

from dataclasses import dataclass

DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The weekdays on which somebody works; bit 0 is Monday."""

    mask: int

    def __post_init__(self) -> None:
        if not 0 < self.mask < 128:
            raise ValueError("a week needs at least one working day")

    @classmethod
    def parse(cls, text: str) -> WorkingDays:
        """Read `Mon-Fri`, `Mon,Wed,Fri`, `Mon-Thu,Sat`; a range may pass Sunday (`Sat-Mon`). Raises ValueError."""
        mask = 0
        for part in text.split(","):
            ends = [name.strip() for name in part.split("-")]
            if len(ends) > 2 or any(name not in DAY_NAMES for name in ends):
                raise ValueError(f"not working days: {text!r}; write Mon-Fri or Mon,Wed,Fri")
            first, last = DAY_NAMES.index(ends[0]), DAY_NAMES.index(ends[-1])
            for offset in range((last - first) % 7 + 1):
                mask |= 1 << (first + offset) % 7
        return cls(mask)

    def __contains__(self, weekday: int) -> bool:
        return bool(self.mask >> weekday & 1)

    def __str__(self) -> str:
        return ",".join(name for day, name in enumerate(DAY_NAMES) if day in self)


def parse_time_of_day(text: str) -> int:
    """Seconds after local midnight of `HH:MM`. Raises ValueError."""
    hours, colon, minutes = text.partition(":")
    if not (colon and len(hours) == len(minutes) == 2 and (hours + minutes).isdecimal()):
        raise ValueError(f"not a time of day: {text!r}; write HH:MM")
    if int(hours) > 23 or int(minutes) > 59:
        raise ValueError(f"no such time of day: {text!r}")
    return int(hours) * 3600 + int(minutes) * 60
