"""Services of own vans: what their tariff charges, and the price of a ride.

What a van's stop costs hangs on all other stops. The choice sees it as a price for each order, site and service, which
`own_fleet` finds; whoever is given no such price cannot choose the service.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.rate.explain import explain as rate_reason
from doorstep.kernels.rate.problem import RateProblem
from doorstep.kernels.rate.result import RateResult, reason_text

IntArray = NDArray[np.int64]
NO_RIDE = np.int64(1) << 60  # the price of a ride that is not to be had
NO_ROUND = np.uint8(255)  # beside the reasons of the rate kernel
NO_ROUND_TEXT = "no round has room for it, or passes it cheaply enough"


@dataclass(frozen=True, slots=True)
class Fleets:
    """Sites and services z between which own vans drive; small enough to travel to another process."""

    site: IntArray  # [Z]
    service: IntArray  # [Z]
    own: NDArray[np.bool_]  # [V] services of own vans, wherever they call

    def driven(self, rates: RateResult, origin: IntArray, rides: IntArray) -> RateResult:
        """Add the price [n, Z] of a ride to the freight of parcels [n]; without one their service refuses them."""
        freight, reason = rates.freight_minor.copy(), rates.reason.copy()
        refused = np.broadcast_to(self.own, reason.shape).copy()
        for z, (site, service) in enumerate(zip(self.site.tolist(), self.service.tolist(), strict=True)):
            taken = (origin == site) & (rides[:, z] < NO_RIDE)
            refused[taken, service] = False
            freight[:, service] += np.where(taken & (reason[:, service] == 0), rides[:, z], 0)
        reason[refused & (reason == 0)] = NO_ROUND
        return replace(rates, freight_minor=freight, reason=reason)


def index_fleets(problem: PlanProblem) -> Fleets | None:
    """Give the fleets of a problem as arrays; None: there are no vans."""
    if not problem.vans:
        return None
    site = {one.site: k for k, one in enumerate(problem.sites)}
    service = {one.service: v for v, one in enumerate(problem.tariff.services)}
    pairs = sorted({(site[one.site], service[one.service]) for one in problem.vans})
    own, relays = {one.service for one in problem.vans}, {one.service: one.local for one in problem.relays}
    return Fleets(
        site=np.array([k for k, _ in pairs], np.int64),
        service=np.array([v for _, v in pairs], np.int64),
        own=np.array([relays.get(one.service, one.service) in own for one in problem.tariff.services], bool),
    )


def refusal(problem: RateProblem, rates: RateResult, parcel: int, service: int) -> tuple[str, str]:
    """Code and words for why a service does not take a parcel that it refuses."""
    code = rates.reason[parcel, service]
    if code == NO_ROUND:
        return "no_round", NO_ROUND_TEXT
    return reason_text(code), rate_reason(problem, rates, parcel, service)
