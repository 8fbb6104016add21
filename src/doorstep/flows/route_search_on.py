"""All that is still to be driven searched on, once the changes are in place: windows are held, what moves is told."""

from __future__ import annotations

from dataclasses import dataclass, replace

from doorstep.domain.errors import InvalidProblem
from doorstep.files.route_day_out import Changed
from doorstep.flows.route_changes import Replanning, changes_told
from doorstep.flows.route_clock import Clock, spent
from doorstep.flows.route_summary import cost_number, people_cost
from doorstep.kernels.route.by_pyvrp import NotInstalled
from doorstep.kernels.route.resume import resumed
from doorstep.kernels.run import Incumbent, Run

BECAUSE = "the search went on, and the rounds cost less"


@dataclass(frozen=True, slots=True)
class Search:
    """For how long the search goes on; `cold`: it is compiled first, and the seconds count from then on."""

    seconds: float
    cold: bool = False


def searched_on(at: Replanning, search: Search, clock: Clock, run: Run) -> dict[str, object]:
    """Go on with the search of all rounds, beginning with them as they are; give what the summary says of it.

    It ends when its seconds are over, or somebody ends it. What is dearer, or breaks anything, is not taken.
    """
    began = clock.age_s()
    try:
        if search.cold:
            resumed(at.day, Run(seed=run.seed, iterations=1))
            began = clock.age_s()
        own = replace(clock, age_s=lambda: clock.age_s() - began, seconds=search.seconds)
        watched = replace(run, spent=spent(own, search.seconds), incumbent=_told(at, clock))
        result = resumed(at.day, watched)
    except (InvalidProblem, NotInstalled) as error:
        at.changes.append(Changed(None, "search", "searched", why=f"it cannot be searched on: {error}"))
        return {"search_seconds": 0.0, "search_moved": 0, "search_cost_less": 0.0}
    took_s = round(clock.age_s() - began, 3)
    was, at.day = at.day, result.day
    moved = len(result.moved)
    why = f"{moved:,} stops are on another van, {len(result.shifted):,} begin at another time"
    if result.day == was:
        why = "no cheaper rounds were found that hold all windows and the order of locked stops"
        if result.unfit:
            why = "a round cannot be driven as it is, so that nothing was searched"
    at.changes.append(Changed(None, "search", "searched", cost=result.cost, why=why))
    at.changes += changes_told(at, was, result, None, "search", BECAUSE)
    less = cost_number(-result.cost, at.told.instance)
    return {"search_seconds": took_s, "search_moved": moved, "search_cost_less": less}


def _told(at: Replanning, clock: Clock) -> Incumbent:
    def better(objective: int, unserved: int) -> None:
        clock.watcher.better(f"best {people_cost(objective, at.told.instance)}, {unserved:,} not served")

    return better
