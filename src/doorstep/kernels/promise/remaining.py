"""When a parcel under way arrives, given how far it has come, how long ago, and that it is not there yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from doorstep.domain.carriage import Service
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.learned import TransitModel
from doorstep.domain.place import Place
from doorstep.domain.supply import Collection, Site
from doorstep.domain.units import PPM
from doorstep.kernels.promise.calendars import DAY_S, IntArray
from doorstep.kernels.promise.compiled_remaining import OUTLIVED, Foreseen, ParcelRows, Rules, foresee_parcels
from doorstep.kernels.promise.network import NetworkParams, PromiseTables, compile_network
from doorstep.kernels.promise.problem import refuse_columns, refuse_strangers
from doorstep.kernels.run import Run

__all__ = [
    "OUTLIVED",
    "RemainingParams",
    "RemainingProblem",
    "RemainingResult",
    "RemainingTables",
    "UnderWay",
    "compile_remaining",
    "remaining",
]

MOST_SPAN_DAYS = 400
BROAD_LEVEL = 3  # lanes of a whole country, and of everywhere
BLOCK = 1 << 14  # parcels between two reports of progress


@dataclass(frozen=True, slots=True)
class RemainingParams:
    """How remaining time is told, each with its default here and nowhere else.

    Attributes
    ----------
    span_days
        Days considered, from today on.
    quantiles_ppm
        Probabilities whose days are told, beside that of the target.
    likely_late_ppm
        From this risk on a parcel is *likely late*: more likely than not.
    least_ppm
        Of a curve's parcels the last so many are beyond what it can tell: one of the 20 that a lane or a site needs.
    never_ppm
        Of the parcels of a country at least so many are taken never to arrive.
    grace_s
        A departure has gone without a parcel when its last collection is so long over and nobody has handed it over:
        records come later than vans.
    """

    span_days: int = 90
    quantiles_ppm: tuple[int, ...] = (500_000, 800_000, 900_000)
    likely_late_ppm: int = 500_000
    least_ppm: int = 50_000
    never_ppm: int = 1_000
    grace_s: int = 7_200

    def __post_init__(self) -> None:
        if not 1 <= self.span_days <= MOST_SPAN_DAYS:
            raise InvalidProblem(f"span_days lies between 1 and {MOST_SPAN_DAYS}")
        shares = (*self.quantiles_ppm, self.likely_late_ppm, self.least_ppm, self.never_ppm)
        if not all(0 < share < PPM for share in shares):
            raise InvalidProblem("quantiles_ppm, likely_late_ppm, least_ppm and never_ppm lie between 0 and a million")
        if not 0 <= self.grace_s <= DAY_S:
            raise InvalidProblem("grace_s lies between 0 and a day")


@dataclass(frozen=True, slots=True)
class UnderWay:
    """n parcels that have not arrived, as columns of whole numbers.

    A parcel that was planned, picked or packed is *waiting*; from its hand-over on it has *left*, whatever scans came
    since: history holds no other milestone to learn from.

    Attributes
    ----------
    site, service, destination
        [n] indices into the network.
    ready_at
        [n] epoch seconds: when the order was placed. Of what has left it says nothing more.
    ship_day
        [n] local day of the departure that it is meant for; -1: the first possible one.
    left_at
        [n] epoch seconds of the hand-over; -1: it waits.
    promised_by
        [n] day promised, local at the destination; -1: none.
    """

    site: IntArray
    service: IntArray
    destination: IntArray
    ready_at: IntArray
    ship_day: IntArray
    left_at: IntArray
    promised_by: IntArray

    def __post_init__(self) -> None:
        least = {"site": 0, "service": 0, "destination": 0, "ship_day": -1, "left_at": -1, "promised_by": -1}
        refuse_columns("parcels", {one.name: getattr(self, one.name) for one in fields(self)}, least)

    def __len__(self) -> int:
        return len(self.site)


@dataclass(frozen=True, slots=True)
class RemainingTables:
    """The network as promises are read from it, and once more as known from whole countries alone.

    Attributes
    ----------
    own
        With all lanes.
    broad
        Alike but for its curves: lanes of a country or of everywhere.
    """

    own: PromiseTables
    broad: PromiseTables


@dataclass(frozen=True, slots=True)
class RemainingProblem:
    """Parcels whose indices the tables know, at one instant; nothing of a parcel is later.

    Attributes
    ----------
    now
        Epoch seconds.
    """

    tables: RemainingTables
    parcels: UnderWay
    now: int

    def __post_init__(self) -> None:
        parcels = self.parcels
        refuse_strangers("parcels", self.tables.own, parcels.site, parcels.service, parcels.destination)
        waits = self.parcels.left_at < 0
        began = np.where(waits, self.parcels.ready_at, self.parcels.left_at)
        if self.parcels and began.max() > self.now:
            raise InvalidProblem("parcels: one is placed or handed over after now")


@dataclass(frozen=True, slots=True)
class RemainingResult:
    """Answers, one per parcel. Days are local at the destination, and taken to change with those at the site.

    Attributes
    ----------
    today
        [n] int64; -1: no answer.
    arrived_ppm
        [n, S] int32 probability of having arrived by the end of the i-th day from today on, given that it is not there
        yet; -1: beyond the calendar, or no answer.
    quantile_day
        [n, Q] int64 earliest day by whose end each probability is reached, never before today; -1: not in the span.
    expected_day
        [n] int64 the same of the target of the tables.
    late_ppm
        [n] int64 probability that it has not arrived by the end of the promised day; -1: none promised, or no answer.
    likely_late
        [n] bool: `late_ppm` reaches `likely_late_ppm`.
    reason
        [n] uint8: OK, NO_COLLECTION (it waits where its service does not call), BEYOND_CALENDAR (both: no answer),
        OUTLIVED (answered: its own curve tells nothing of parcels so old).
    """

    today: npt.NDArray[np.int64]
    arrived_ppm: npt.NDArray[np.int32]
    quantile_day: npt.NDArray[np.int64]
    expected_day: npt.NDArray[np.int64]
    late_ppm: npt.NDArray[np.int64]
    likely_late: npt.NDArray[np.bool_]
    reason: npt.NDArray[np.uint8]


def compile_remaining(
    sites: Sequence[Site],
    collections: Sequence[Collection],
    services: Sequence[Service],
    destinations: Sequence[Place],
    transit: TransitModel,
    target_ppm: int,
    first_day: int,
    last_day: int,
    params: NetworkParams | None = None,
) -> RemainingTables:
    """Lay out a network for parcels under way.

    Parameters
    ----------
    sites, collections, services, destinations, transit, target_ppm, params
        As of `compile_network`.
    first_day, last_day
        Days since 1970-01-01 from the first on which a parcel was ready or left to the instant asked about.

    Returns
    -------
    RemainingTables
        Serves any number of problems.

    Raises
    ------
    InvalidProblem
        As of `compile_network`.
    """
    coarse = replace(transit, lanes=tuple(lane for lane in transit.lanes if lane.level >= BROAD_LEVEL))
    own, broad = (
        compile_network(sites, collections, services, destinations, model, target_ppm, first_day, last_day, params)
        for model in (transit, coarse)
    )
    return RemainingTables(own, broad)


def remaining(
    problem: RemainingProblem, params: RemainingParams | None = None, run: Run | None = None
) -> RemainingResult:
    """Tell when parcels under way arrive, and how likely each is late.

    What has left: P(arrived by d | not there yet) = (F(d) - F(e)) / (1 - F(e)) with F the curve of its lane, e the eve
    of today. What waits: the departures that went without it are struck from its handling curve, and the others count
    as in a promise. What a curve cannot tell, its last `least_ppm`, follows the broad curve (of departures: half of
    those left leave with each), and of that at least `never_ppm` never arrive; so no age is without an answer, and the
    probability of having arrived by a day only falls while nothing happens.

    Parameters
    ----------
    problem
        Tables, n parcels and the instant.
    params
        Defaults when None.
    run
        Progress is reported per block. Nothing is random.

    Returns
    -------
    RemainingResult
        n answers, in the order of the parcels.
    """
    params, run = params or RemainingParams(), run or Run()
    size, own = len(problem.parcels), problem.tables.own
    rules = Rules(
        problem.now,
        params.grace_s,
        params.least_ppm,
        params.never_ppm,
        own.target_ppm,
        np.array(params.quantiles_ppm, np.int64),
    )
    told = Foreseen(
        today=np.full(size, -1, np.int64),
        arrived_ppm=np.full((size, params.span_days), -1, np.int32),
        quantile_day=np.full((size, len(params.quantiles_ppm)), -1, np.int64),
        expected_day=np.full(size, -1, np.int64),
        late_ppm=np.full(size, -1, np.int64),
        reason=np.zeros(size, np.uint8),
    )
    # Copied, so that they are alike to the compiled loop whether or not they may be written to.
    rows = ParcelRows(*(np.array(getattr(problem.parcels, name), np.int64) for name in ParcelRows._fields))
    network, broad = own.network(), problem.tables.broad.network()
    for start in range(0, size, BLOCK):
        stop = min(size, start + BLOCK)
        foresee_parcels(start, stop, rows, network, broad, rules, told)
        run.progress("foreseeing", stop, size)
    return RemainingResult(
        today=told.today,
        arrived_ppm=told.arrived_ppm,
        quantile_day=told.quantile_day,
        expected_day=told.expected_day,
        late_ppm=told.late_ppm,
        likely_late=told.late_ppm >= params.likely_late_ppm,
        reason=told.reason,
    )
