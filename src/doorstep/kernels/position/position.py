"""Where stock lives and how much: a placement, its targets, and the frontier that it stands on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doorstep.kernels.position.placement import (
    Placement,
    PlacementProblem,
    Targets,
    frontier,
    place,
    site_sets,
    targets,
)

POINTS = 8  # of the frontier that are looked for, besides the two ends
CHEAPEST, DEAREST = 0.05, 20.0  # worths that are looked at, in usual parcels
PRICED = 1e14  # above it no service goes


@dataclass(frozen=True, slots=True, eq=False)
class Positions:
    """The placement for what being in time is worth, its targets, and others that are cheaper or faster."""

    placement: Placement
    targets: Targets
    points: list[Placement]


def position(problem: PlacementProblem, worth: float, members: tuple[int, ...] = (), most: int = 0) -> Positions:
    """Place all skus where a unit in time is worth `worth` minor units more than a late one.

    Parameters
    ----------
    problem
        Skus, sites, regions, prices and forecasts.
    worth
        Of being in time; the frontier looks at others, too.
    members
        Sites to use; all where empty.
    most
        Sites that a sku lives in at most: 1 is single sourcing; 0 is any number.
    """
    members = members or tuple(range(len(problem.pick)))
    sets = [tuple(members[n] for n in some) for some in site_sets(len(members), most or len(members))]
    known = problem.price[problem.price < PRICED]
    usual = float(np.median(known)) if known.size else 1.0
    worths = np.unique(np.append(np.geomspace(CHEAPEST, DEAREST, POINTS) * usual, [0.0, worth]))
    placement = place(problem, worth, sets)
    return Positions(placement, targets(problem, placement), frontier(problem, worths, sets))
