"""What a scenario changes: the same policy in the world as it is and as it would be, under the same chance."""

from __future__ import annotations

from dataclasses import dataclass

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.simulate.figures import differences
from doorstep.kernels.simulate.intervals import DayBlocks
from doorstep.kernels.simulate.problem import Policy, SimulateParams
from doorstep.kernels.simulate.result import Difference, Outcome, SimulateResult


@dataclass(frozen=True, slots=True)
class Change:
    """A policy as it is and as it would be, and by figure what the scenario adds, with intervals."""

    policy: Policy
    before: Outcome
    after: Outcome
    differences: dict[str, Difference]


def compare(before: SimulateResult, after: SimulateResult, params: SimulateParams, seed: int) -> Change:
    """Compare the first policy of two simulations of the same span and seeds, day by day and seed by seed.

    Parameters
    ----------
    before, after
        Without and with the scenario.
    params
        As both were made with.
    seed
        The first of the seeds; days are drawn by it.

    Raises
    ------
    InvalidProblem
        When the two are not of the same days, seeds or first policy.
    """
    old, new = before.outcomes[0], after.outcomes[0]
    same = (before.first_day, before.until_day) == (after.first_day, after.until_day)
    if not same or old.policy != new.policy or len(old.of_seeds) != len(new.of_seeds):
        raise InvalidProblem("two simulations are compared that are not of the same days, seeds or policy")
    span = after.until_day - after.first_day
    blocks = DayBlocks(span, params.samples, seed, params.level) if span >= params.least_days else None
    found = differences(new.of_seeds, old.of_seeds, blocks, span, params.level)
    return Change(new.policy, old, new, found)
