"""A verifier of facility location, written anew: customer by customer, from the problem itself."""

from __future__ import annotations

from fractions import Fraction
from math import floor

from doorstep.kernels.position.problem import FacilityProblem, FacilityResult

HALF = Fraction(1, 2)
HAIR = 1e-7  # of a unit or a share: shares are floating-point numbers


def check(problem: FacilityProblem, result: FacilityResult) -> tuple[str, ...]:
    """Say where an answer breaks a rule or its figures are not true; empty where it does not."""
    wrong: list[str] = []
    cost = Fraction(0)
    load = [0.0] * problem.sites
    for j in range(problem.customers):
        shares = [float(result.share[i, j]) for i in range(problem.sites)]
        if abs(sum(shares) - 1) > HAIR or min(shares) < -HAIR:
            wrong.append(f"customer {j} is served {sum(shares)} times")
        if problem.single_source and sum(part > HAIR for part in shares) != 1:
            wrong.append(f"customer {j} is split")
        for i, part in enumerate(shares):
            if part > HAIR and not result.open_sites[i]:
                wrong.append(f"customer {j} is served from site {i}, which is not used")
            load[i] += part * int(problem.demand_units[j])
            cost += Fraction(part).limit_denominator(int(problem.demand_units[j])) * int(problem.cost_minor[i, j])
    for i in range(problem.sites):
        if load[i] > int(problem.capacity_units[i]) * (1 + HAIR) + HAIR:
            wrong.append(f"site {i} serves {load[i]} of {int(problem.capacity_units[i])}")
        if result.open_sites[i]:
            cost += int(problem.fixed_cost_minor[i])
    if abs(floor(cost + HALF) - result.cost_minor) > 1:
        wrong.append(f"it costs {floor(cost + HALF)}, not {result.cost_minor}")
    if result.lower_bound_minor > result.cost_minor:
        wrong.append(f"the bound {result.lower_bound_minor} is above the cost {result.cost_minor}")
    return tuple(wrong)
