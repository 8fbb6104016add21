"""Verifiers of placements and transfers, written anew: product by product."""

from __future__ import annotations

from collections.abc import Sequence

from doorstep.kernels.position.placement import Placement, PlacementProblem, Targets
from doorstep.kernels.position.problem import IntArray
from doorstep.kernels.position.transfers import Transfer

HAIR = 1e-6


def check_placement(problem: PlacementProblem, placement: Placement, levels: Targets) -> tuple[str, ...]:
    """Say where a placement contradicts itself: who serves whom, what flows, and how much is kept."""
    wrong: list[str] = []
    skus, regions = problem.forecast.mean_week.shape
    for n in range(skus):
        flow = [0.0] * len(problem.pick)
        for r in range(regions):
            site = int(placement.serves[n, r])
            flow[site] += float(problem.forecast.mean_week[n, r])
            if problem.forecast.mean_week[n, r] > 0 and not placement.held[n, site]:
                wrong.append(f"sku {n} is served to region {r} from site {site}, which does not hold it")
        for k, due in enumerate(flow):
            target, point = int(levels.target[n, k]), int(levels.reorder_point[n, k])
            if abs(due - float(placement.flow[n, k])) > HAIR * (1 + due):
                wrong.append(f"sku {n} flows {float(placement.flow[n, k])} from site {k}, not {due}")
            if placement.held[n, k] and not 0 <= point < target:
                wrong.append(f"sku {n} at site {k} is asked for at {point} and filled to {target}")
            if not placement.held[n, k] and target:
                wrong.append(f"sku {n} at site {k} is not held and filled to {target}")
    return tuple(wrong)


def check_transfers(
    on_hand: IntArray, target: IntArray, reserve: IntArray, moved: Sequence[Transfer]
) -> tuple[str, ...]:
    """Say where transfers take what a site keeps, fill above a target, or are not worth anything."""
    wrong: list[str] = []
    out: dict[tuple[int, int], int] = {}
    into: dict[tuple[int, int], int] = {}
    for one in moved:
        out[one.sku, one.origin] = out.get((one.sku, one.origin), 0) + one.quantity
        into[one.sku, one.destination] = into.get((one.sku, one.destination), 0) + one.quantity
        if one.quantity < 1 or one.worth_minor <= 0 or one.origin == one.destination:
            wrong.append(f"a transfer of sku {one.sku} moves nothing of worth")
    for (sku, site), units in out.items():
        if units > max(0, int(on_hand[sku, site]) - int(reserve[sku, site])):
            wrong.append(f"site {site} gives {units} of sku {sku}")
    for (sku, site), units in into.items():
        if units > max(0, int(target[sku, site]) - int(on_hand[sku, site])):
            wrong.append(f"site {site} gets {units} of sku {sku}")
    return tuple(wrong)
