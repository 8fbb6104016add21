"""Publishing learned durations is a decision: a model worse than the one in force is refused, with the reason.

Two questions are asked. *The trial*: would what is learned this way have served better? A model is learned by what was
known when the weeks judged began, and held against the one in force, which had not seen them either. *The candidate*:
is the very model that would be published sound? It has seen these weeks, so they cannot speak for it; that they speak
against it tells of a broken history. Either may refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import NormalDist
from typing import Literal

import numpy as np
import numpy.typing as npt

from doorstep.domain.errors import InvalidProblem
from doorstep.domain.learned import PastParcel, TransitModel
from doorstep.domain.units import PPM
from doorstep.kernels.promise.durations import learn_durations
from doorstep.kernels.promise.intervals import WeekBlocks
from doorstep.kernels.promise.journeys import NOT_YET
from doorstep.kernels.promise.judged import FloatArray, Ground, Judged, Scored, judged, scored
from doorstep.kernels.run import Run

Cause = Literal[
    "first", "same", "not_worse", "only_newer",
    "worse", "off_target", "candidate_worse", "candidate_off_target", "too_few", "older", "nothing_learned",
]  # fmt: skip
PUBLISHED: frozenset[Cause] = frozenset({"first", "same", "not_worse", "only_newer"})
BoolArray = npt.NDArray[np.bool_]
Recipe = Callable[[Sequence[PastParcel], datetime, Ground], TransitModel]


@dataclass(frozen=True, slots=True)
class PublishParams:
    """When a model is worse, each with its default here and nowhere else.

    Attributes
    ----------
    weeks
        Judged are the parcels that began in so many weeks before the instant of the candidate.
    least_parcels
        Parcels that a judgement needs whose arrival is known, or whose promise has passed.
    level
        Of the intervals by blocks of weeks.
    least_worse_ppm
        A loss that is greater by no more than this share is no reason: nobody would notice.
    least_off_ppm
        Nor is an on-time share that is further off the target by no more than this.
    samples
        Draws of weeks.
    """

    weeks: int = 8
    least_parcels: int = 100
    level: float = 0.95
    least_worse_ppm: int = 10_000
    least_off_ppm: int = 10_000
    samples: int = 1_000

    def __post_init__(self) -> None:
        if not 1 <= self.weeks <= 52 or self.least_parcels < 1 or self.samples < 1 or not 0 < self.level < 1:
            raise InvalidProblem("weeks, least_parcels, samples or level not understood")
        if self.least_worse_ppm < 0 or self.least_off_ppm < 0:
            raise InvalidProblem("least_worse_ppm < 0 or least_off_ppm < 0 not understood")


@dataclass(frozen=True, slots=True)
class Score:
    """Of one model. `loss_days`: mean ranked probability score; `on_time`: of the decided, None where none is."""

    loss_days: float
    on_time: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two models on the same parcels.

    Attributes
    ----------
    since, until
        The parcels judged began in [since, until).
    seen_days
        Days of it that the model in force had seen when it was learned.
    parcels, from_order, arrived, known, decided
        Parcels: all; judged from their order on; arrived; arrived or past the promise of the challenger; past the
        promises of both models.
    challenger, in_force
        Scores; None: nothing is in force.
    worse_by
        Ends of the interval of the challenger's loss less that of the model in force, in days.
    off_by
        The same of how far the on-time share is off the target, as shares.
    """

    since: datetime
    until: datetime
    seen_days: int
    parcels: int
    from_order: int
    arrived: int
    known: int
    decided: int
    challenger: Score
    in_force: Score | None = None
    worse_by: tuple[float, float] | None = None
    off_by: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a candidate takes over, and why.

    Attributes
    ----------
    cause
        Why, as a code; `PUBLISHED` are those that publish.
    reason
        Why, as a sentence.
    as_of, in_force_as_of
        Instants of the candidate and of the model in force; None: nothing is in force.
    target_ppm
        Probability that promises have to reach.
    lanes, handled_sites
        That the candidate has learned.
    trial, candidate
        The two comparisons, as far as they were made.
    """

    cause: Cause
    reason: str
    as_of: datetime
    in_force_as_of: datetime | None
    target_ppm: int
    lanes: int
    handled_sites: int
    trial: Comparison | None = None
    candidate: Comparison | None = None

    @property
    def published(self) -> bool:
        """Whether the candidate takes over."""
        return self.cause in PUBLISHED


def as_published(history: Sequence[PastParcel], as_of: datetime, ground: Ground) -> TransitModel:
    """Learn durations as plans and quotes do, but for the pace of the last days, which they take anew: the recipe."""
    return learn_durations(history, as_of, ground.sites, ground.collections, ground.services)


def judge(
    candidate: TransitModel,
    in_force: TransitModel | None,
    history: Sequence[PastParcel],
    ground: Ground,
    params: PublishParams | None = None,
    run: Run | None = None,
    *,
    recipe: Recipe = as_published,
) -> Verdict:
    """Say whether a model may take the place of the one in force, by what was known at its instant.

    Parameters
    ----------
    candidate
        Learned by `recipe` from `history` as known at its `as_of`; nothing of that instant or later is used.
    in_force
        The model that promises rest on; None: none is published.
    history
        Parcels in any order.
    ground
        The network that promises are made on, and their target.
    params
        Defaults when None.
    run
        Its seed draws the weeks; progress is reported per part.
    recipe
        How the model of the trial is learned.

    Returns
    -------
    Verdict
        Equal for equal input and seed.

    Raises
    ------
    InvalidProblem
        For an instant without offset, a weight that is negative or no number, or a network that contradicts itself.
    """
    params, run = params or PublishParams(), run or Run()
    verdict = Verdict(
        "nothing_learned", "nothing was learned: too few parcels have been handed over",
        candidate.as_of, in_force.as_of if in_force else None, ground.target_ppm,
        len(candidate.lanes), len({one.site for one in candidate.handling}),
    )  # fmt: skip
    if not candidate.lanes and not candidate.handling:
        return verdict
    if in_force and candidate.as_of < in_force.as_of:
        why = f"older than the one in force, which knows what happened before {_minute(in_force.as_of)}"
        return replace(verdict, cause="older", reason=why)
    if in_force and replace(candidate, as_of=in_force.as_of) == in_force:
        return replace(verdict, cause="same", reason="says the same as the one in force")
    return _tried(verdict, candidate, in_force, history, ground, params, run, recipe)


def _tried(
    verdict: Verdict,
    candidate: TransitModel,
    in_force: TransitModel | None,
    history: Sequence[PastParcel],
    ground: Ground,
    params: PublishParams,
    run: Run,
    recipe: Recipe,
) -> Verdict:
    """Ask the two questions in turn."""
    until = candidate.as_of
    whole = until - timedelta(weeks=params.weeks)
    since = max(whole, in_force.as_of) if in_force else whole
    stage = "judging the model"
    run.progress(stage, 0, 3)
    trial = recipe(history, since, ground)
    run.progress(stage, 1, 3)
    # Learned anew by what was known then, it is the very model in force: what is new is what has happened since.
    again = in_force is not None and since > whole and replace(trial, as_of=in_force.as_of) == in_force
    tried = None if again else _compared(trial, in_force, history, (since, until), ground, params, run)
    run.progress(stage, 2, 3)
    own = _compared(candidate, in_force, history, (whole, until), ground, params, run) if in_force else None
    run.progress(stage, 3, 3)
    verdict = replace(verdict, trial=tried, candidate=own)
    weighed = own if again else tried
    if weighed is None or weighed.known < params.least_parcels:
        return replace(verdict, cause="too_few", reason=_too_few(weighed, since, params))
    questions: tuple[tuple[Comparison | None, Cause, Cause], ...] = (
        (tried, "worse", "off_target"),
        (own, "candidate_worse", "candidate_off_target"),
    )
    for compared, worse, off in questions:
        cause = _worse(compared, worse, off, params)
        if compared is not None and cause is not None:
            return replace(verdict, cause=cause, reason=_told(cause, compared, ground.target_ppm))
    found: Cause = "first" if in_force is None else "only_newer" if again else "not_worse"
    return replace(verdict, cause=found, reason=_told(found, weighed, ground.target_ppm))


def _compared(
    challenger: TransitModel,
    in_force: TransitModel | None,
    history: Sequence[PastParcel],
    between: tuple[datetime, datetime],
    ground: Ground,
    params: PublishParams,
    run: Run,
) -> Comparison | None:
    """Hold two models against the parcels that began in a span; None: there are none."""
    since, until = between
    parcels = judged(history, since, until, ground)
    weight = parcels.weight
    if not len(parcels) or weight.sum() <= 0:
        return None
    one = scored(parcels, challenger, ground)
    other = scored(parcels, in_force, ground) if in_force else None
    arrived = parcels.came_day != NOT_YET
    past = _past(one, parcels) if other is None else _past(one, parcels) & _past(other, parcels)
    compared = Comparison(
        since=since,
        until=until,
        seen_days=max(0, (in_force.as_of - since).days) if in_force else 0,
        parcels=len(parcels),
        from_order=int((parcels.site >= 0).sum()),
        arrived=int(arrived.sum()),
        known=int((arrived | _past(one, parcels)).sum()),
        decided=int(past.sum()),
        challenger=_score(one, parcels, past),
    )
    if other is None:
        return compared
    worse = _interval(one.loss_days - other.loss_days, weight, parcels.began_day, params, run.seed)
    scores = compared.challenger, _score(other, parcels, past)
    target = ground.target_ppm / PPM
    off_by = None
    if scores[0].on_time is not None and scores[1].on_time is not None:
        # How far a share is off is the share itself, but for its sign and the target.
        signs = [1.0 if score.on_time > target else -1.0 for score in scores if score.on_time is not None]
        off = signs[0] * (_in_time(one, parcels) - target) - signs[1] * (_in_time(other, parcels) - target)
        off_by = _interval(off[past], weight[past], parcels.began_day[past], params, run.seed)
    return replace(compared, in_force=scores[1], worse_by=worse, off_by=off_by)


def _past(found: Scored, parcels: Judged) -> BoolArray:
    """Whose promise is over: whether it was kept is known of all of them alike, early or late."""
    return (found.promised_day >= 0) & (found.promised_day <= parcels.known_day)


def _in_time(found: Scored, parcels: Judged) -> FloatArray:
    kept = (parcels.came_day != NOT_YET) & (parcels.came_day <= found.promised_day)
    return np.where(kept, 1.0, 0.0)


def _score(found: Scored, parcels: Judged, past: BoolArray) -> Score:
    loss = float((found.loss_days * parcels.weight).sum() / parcels.weight.sum())
    decided = float(parcels.weight[past].sum())
    kept = float((_in_time(found, parcels) * parcels.weight)[past].sum())
    return Score(loss, kept / decided if decided > 0 else None)


def _interval(
    values: FloatArray, weight: FloatArray, day: npt.NDArray[np.int64], params: PublishParams, seed: int
) -> tuple[float, float]:
    """Ends around a mean: blocks of weeks drawn anew, and never closer than if parcels shared nothing.

    Of one or two weeks every draw is the same; the second bound holds there.
    """
    mean = float((values * weight).sum() / weight.sum())
    blocks = WeekBlocks(day, params.samples, seed, params.level)
    one = np.zeros(len(values), dtype=np.int64)
    reach = blocks.reach(blocks.table(weight * values, one, 1), blocks.table(weight, one, 1))[0]
    spread = float(np.sqrt((weight * weight * (values - mean) ** 2).sum()) / weight.sum())
    least = NormalDist().inv_cdf((1 + params.level) / 2) * spread
    return mean - max(float(reach[0]), least), mean + max(float(reach[1]), least)


def _worse(compared: Comparison | None, worse: Cause, off: Cause, params: PublishParams) -> Cause | None:
    """Give the cause to refuse, if there is one: worse by more than anybody would notice, by the whole interval.

    Who describes all of the parcels' days better is not refused for one point of the curve: few weeks speak for that.
    """
    if compared is None or compared.in_force is None or compared.worse_by is None:
        return None
    if compared.challenger.loss_days < compared.in_force.loss_days:
        return None
    if compared.worse_by[0] > compared.in_force.loss_days * params.least_worse_ppm / PPM:
        return worse
    return off if compared.off_by is not None and compared.off_by[0] > params.least_off_ppm / PPM else None


def _minute(at: datetime) -> str:
    return at.isoformat(sep=" ", timespec="minutes")


def _too_few(compared: Comparison | None, since: datetime, params: PublishParams) -> str:
    known = compared.known if compared else 0
    needed = f"to judge takes {params.least_parcels:,}"
    return f"of the parcels since {_minute(since)} the outcome of {known:,} is known; {needed}"


def _told(cause: Cause, compared: Comparison, target_ppm: int) -> str:
    """Say a comparison in one sentence."""
    ours, theirs = compared.challenger, compared.in_force
    on_time = "" if ours.on_time is None else f"{ours.on_time:.1%} on time at {target_ppm / PPM:.4g}"
    if theirs is None or compared.worse_by is None:
        beside = f" and {on_time}" if on_time else ""
        return f"the first: off by {ours.loss_days:.3f} days{beside}, of {compared.parcels:,} parcels"
    low, high = compared.worse_by
    loss = (
        f"off by {ours.loss_days:.3f} days where the one in force is by {theirs.loss_days:.3f}"
        f" ({low:+.3f} to {high:+.3f}), of {compared.parcels:,} parcels"
    )
    kept = f"; {on_time}, the one in force {theirs.on_time:.1%}" if on_time and theirs.on_time is not None else ""
    return f"{_WORDS[cause]} {loss}{kept}"


_WORDS: dict[Cause, str] = {
    "not_worse": "not worse:",
    "only_newer": "learned as the one in force, of newer parcels:",
    "worse": "worse: what is learned this way would have been",
    "off_target": "its target is kept worse: what is learned this way would have been",
    "candidate_worse": "worse, although it knows these parcels:",
    "candidate_off_target": "its target is kept worse, although it knows these parcels:",
}
