"""The nouns of a promise record: figures, intervals, groups, bins, charts and what another target would have done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from doorstep.domain.disruption import DeclaredDisruption

GroupKind = Literal["all", "carrier", "service", "lane", "destination_region", "week", "month"]
GROUP_KINDS: tuple[GroupKind, ...] = ("carrier", "service", "lane", "destination_region", "week", "month")
COMPARED: tuple[GroupKind, ...] = ("carrier", "service", "lane", "destination_region")  # ranked as worst groups
IntervalMethod = Literal["week_blocks", "wilson"]
Direction = Literal["later", "earlier"]  # than stated


@dataclass(frozen=True, slots=True)
class Interval:
    """95% unless the parameters say otherwise; both ends within the range of the figure."""

    low: float
    high: float
    method: IntervalMethod


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of some promises; None where nothing is there to tell it by. Rates and means are weighted.

    Attributes
    ----------
    n, delivered, decided, open, late, excused
        Parcels: all; delivered; delivered or past their promise; neither; late among the decided; excused among those.
    weight, effective_n
        Sum of the weights of the decided, and (sum w)^2 / sum w^2 of the same.
    on_time_rate
        Of the decided.
    on_time_rate_delivered
        Of the delivered.
    on_time_rate_passed
        Of those whose promise has passed: unlike the two others, it does not take in early arrivals before the late
        ones of the same days can be known.
    on_time_rate_without_excused
        Of the decided that are not excused.
    stated
        Mean stated probability of the decided.
    brier
        Mean of (stated - outcome)^2 of the decided.
    mean_promised_days
        Of all, from placing.
    mean_early_days
        Promised less arrived days, of the delivered; what came late counts negative.
    mean_late_days
        Days behind the promise, of the delivered; what came in time counts 0.
    pinball_loss
        Of the promised days as a quantile at the target, in days, of the delivered.
    """

    n: int
    delivered: int
    decided: int
    open: int
    late: int
    excused: int
    weight: float
    effective_n: float
    on_time_rate: float | None
    on_time_rate_delivered: float | None
    on_time_rate_passed: float | None
    on_time_rate_without_excused: float | None
    stated: float | None
    brier: float | None
    mean_promised_days: float | None
    mean_early_days: float | None
    mean_late_days: float | None
    pinball_loss: float | None


@dataclass(frozen=True, slots=True)
class Group:
    """Parcels that have something in common; `gap`: on_time_rate - stated."""

    by: GroupKind
    key: str  # a lane: `SP > RJ`; a week: `2018-W05`; a month: `2018-02`; empty: not recorded, or all
    figures: Figures
    interval: Interval | None
    gap: float | None
    gap_interval: Interval | None


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Dates stated with a probability in [from, to) and the share of them that held; a parcel counts once a target."""

    from_ppm: int
    to_ppm: int
    n: int
    weight: float
    stated: float
    observed: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Alarm:
    """A chart left its limit: promises hold less (`later`) or more (`earlier`) often than stated.

    Days are days since 1970-01-01. `since_day`: from when the deviation is counted. `raised_day`: at its end the
    alarm is raised by what was known by then. `cleared_day`: the deviation is made up for; None: still on.
    `gap`: observed less stated share over since..raised, of `promises` so many promises' worth.
    """

    direction: Direction
    since_day: int
    raised_day: int
    cleared_day: int | None
    gap: float
    promises: float


@dataclass(frozen=True, slots=True)
class DriftPoint:
    """The sums of a chart in parts of its limit; 1: alarm."""

    day: int
    later: float
    earlier: float


@dataclass(frozen=True, slots=True)
class DriftChart:
    """What a chart of all parcels, a carrier or a service has shown, by day."""

    by: GroupKind
    key: str
    points: tuple[DriftPoint, ...]
    alarms: tuple[Alarm, ...]


@dataclass(frozen=True, slots=True)
class WorstGroup:
    """`gap_shrunk`: the gap drawn towards that of all as far as its own evidence is weak.

    `sure`: below 0 even if allowance is made for having looked at so many groups (Bonferroni, 5%).
    """

    group: Group
    gap_shrunk: float
    sure: bool


@dataclass(frozen=True, slots=True)
class Worst:
    """`compared` groups had enough parcels; `below`: so many have an interval wholly below 0."""

    groups: tuple[WorstGroup, ...]
    compared: int
    below: int
    below_by_chance: float  # expected if every promise held as stated


@dataclass(frozen=True, slots=True)
class TargetChoice:
    """What promising at this target would have meant; costs are per parcel, in millionths of the currency's unit.

    `implied_day_micros`: what a day less to wait must be worth for the next lower target to be as good as this one;
    None at the lowest, or where the two promise the same days.
    """

    target_ppm: int
    figures: Figures
    interval: Interval | None
    late_cost_micros: int
    waiting_cost_micros: int
    cost_micros: int
    implied_day_micros: int | None


@dataclass(frozen=True, slots=True)
class ExcuseUse:
    """A declared disruption and the parcels that met it on the way to their promised date.

    `excused`: the late ones among them, where it excuses. `told_before`: those of the excused that were promised when
    the disruption had been declared already. `told_after`: those whose promise had passed when it was declared.
    """

    declared: DeclaredDisruption
    met: int
    late: int
    excused: int
    told_before: int
    told_after: int


@dataclass(frozen=True, slots=True)
class Record:
    """Stated against observed at one target; days since 1970-01-01, None where no parcel is there."""

    target_ppm: int
    first_day: int | None  # of placing
    last_day: int | None
    known_day: int | None  # the last day that the history tells of
    overall: Group
    shop: Figures  # at the shop's own dates, of the parcels that have one
    groups: tuple[Group, ...]  # by kind, then by key
    reliability: tuple[ReliabilityBin, ...]
    calibration_error: float | None  # mean |observed - stated| of the bins, by weight
    drift: tuple[DriftChart, ...]
    false_alarms_expected: float
    worst: Worst
    what_if: tuple[TargetChoice, ...]
    cheapest_ppm: int | None
    excuses: tuple[ExcuseUse, ...]

    def of(self, by: GroupKind) -> tuple[Group, ...]:
        """Groups of one kind."""
        return tuple(group for group in self.groups if group.by == by)
