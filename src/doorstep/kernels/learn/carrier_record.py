"""What is told of carriers: figures, each with how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from doorstep.domain.errors import InvalidProblem

Outcome = Literal["on_time", "undamaged", "first_attempt"]
OUTCOMES: tuple[Outcome, ...] = ("on_time", "undamaged", "first_attempt")
ChartState = Literal["in control", "alarm", "too few weeks"]


@dataclass(frozen=True, slots=True)
class CarrierParams:
    """How to learn.

    Attributes
    ----------
    level
        Of credible intervals.
    draws, reference
        Draws of the posterior, and parcels of the common mix at most that each of them is asked of.
    least_parcels
        Decided parcels of a service that is ranked.
    least_pair
        Of a service on a lane, for an effect of its own.
    most_services
        Services with most parcels are told apart; all others are one.
    compared
        Services with most parcels, compared two by two.
    late_cost_micros
        What a late parcel costs beside its freight, in millionths of the major unit.
    watch_weeks, least_weeks
        Weeks that a control chart watches; weeks before them that it needs to know what is usual.
    false_alarms_a_year
        Probability that a chart in control raises one within a year.
    worse_odds
        By how much odds of lateness grow in the change whose delay is told.
    """

    level: float = 0.9
    draws: int = 1000
    reference: int = 400
    least_parcels: int = 30
    least_pair: int = 10
    most_services: int = 150
    compared: int = 12
    late_cost_micros: int = 0
    watch_weeks: int = 13
    least_weeks: int = 8
    false_alarms_a_year: float = 0.05
    worse_odds: float = 2.0

    def __post_init__(self) -> None:
        if not 0 < self.level < 1 or not 0 < self.false_alarms_a_year < 1:
            raise InvalidProblem("a level and a probability of false alarms lie between 0 and 1, both excluded")
        counts = (self.draws, self.reference, self.least_parcels, self.least_pair, self.most_services, self.compared)
        if min(*counts, self.watch_weeks, self.least_weeks) < 1:
            raise InvalidProblem("numbers of draws, parcels, services and weeks are at least 1")
        if self.late_cost_micros < 0 or self.worse_odds <= 1:
            raise InvalidProblem("a late parcel does not cost less than nothing, and what gets worse has odds above 1")


@dataclass(frozen=True, slots=True)
class Credible:
    """A figure with its equal-tailed credible interval: posterior mean, low, high."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Standing:
    """A service. Rates are shares of decided parcels, whatever never came among them.

    Attributes
    ----------
    parcels, late, never
        Decided; late of all of them; never arrived, which are late too.
    shipper_late, late_after
        Handed over too late; late of those. Neither is the carrier's doing.
    raw
        Kept of what was handed over in time; None: nothing was.
    on_time, undamaged, first_attempt
        Of the common mix of its group, had this service carried all of it (the others: of all parcels for which it is
        told); None: not told, or too few parcels.
    told_undamaged, told_first_attempt
        Parcels for which it is told.
    group
        Services of one number share lanes, by a chain at least; others cannot be compared.
    rank, rank_low, rank_high
        Among those of the group by `on_time`, 1 the best; None: too few parcels.
    best
        Probability to be the best of its group.
    served
        Share of the common mix on lanes that it serves; for the rest its interval is wide.
    freight_micros, freight_parcels
        Paid in all, and for how many parcels it is told.
    per_kept_micros, per_kept_with_late_micros
        Freight of all parcels, and with what late ones cost, over the promises kept; None: not told, or none kept.
    """

    service: str
    parcels: int
    late: int
    never: int
    shipper_late: int
    late_after: int
    raw: float | None
    on_time: Credible | None
    undamaged: Credible | None
    first_attempt: Credible | None
    told_undamaged: int
    told_first_attempt: int
    group: int
    rank: int | None
    rank_low: int | None
    rank_high: int | None
    best: float | None
    served: float
    freight_micros: int
    freight_parcels: int
    per_kept_micros: int | None
    per_kept_with_late_micros: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Whether A is better than B on the lanes that both serve.

    `difference` is A's share on time less B's, of the parcels of both on these lanes; `better` the probability that it
    is above 0. Both None: cannot be compared, no lane is shared.
    """

    a: str
    b: str
    lanes: int
    parcels_a: int
    parcels_b: int
    difference: Credible | None
    better: float | None


@dataclass(frozen=True, slots=True)
class LaneStanding:
    """A service on a lane, as it is learned with all others."""

    service: str
    lane: str
    parcels: int
    late: int
    on_time: Credible


@dataclass(frozen=True, slots=True)
class Week:
    """Promises of a service that fell due in a week, handed over in time.

    `expected` late by what was usual before the watch; `sum` is the chart's, None before the watch.
    """

    first_day: int
    due: int
    late: int
    expected: float
    variance: float
    watched: bool
    score: float
    sum: float | None


@dataclass(frozen=True, slots=True)
class Chart:
    """A control chart of a service.

    Attributes
    ----------
    scatter
        By how much weeks scatter more than a binomial: Laney's sigma of z, at least 1.
    limit
        Of the sum.
    alarm_day, since_day
        Monday after the week that raised it; Monday of the week since which it has summed. None: no alarm.
    weeks_between_false_alarms, weeks_to_alarm
        Average run lengths, simulated: nothing changes; odds of lateness grow as `CarrierParams.worse_odds` says.
    """

    service: str
    state: ChartState
    weeks: tuple[Week, ...]
    scatter: float
    limit: float
    alarm_day: int | None
    since_day: int | None
    weeks_between_false_alarms: float | None
    weeks_to_alarm: float | None


@dataclass(frozen=True, slots=True)
class Investigation:
    """What a chart opened: a case with its evidence.

    `lanes`: where most late parcels are beyond what was expected: lane, due, late, expected. `parcels`: late ones, the
    last first.
    """

    service: str
    alarm_day: int
    since_day: int
    due: int
    late: int
    expected: float
    lanes: tuple[tuple[str, int, int, float], ...]
    parcels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CarrierRecord:
    """All of it. `sd` and `dispersion` are of the fit of what came on time."""

    as_of_day: int
    parcels: int
    left_out: dict[str, int]
    standings: tuple[Standing, ...]
    lanes: tuple[LaneStanding, ...]
    comparisons: tuple[Comparison, ...]
    charts: tuple[Chart, ...]
    investigations: tuple[Investigation, ...]
    sd: dict[str, float]
    dispersion: float
