"""Safe exploration: a small share of orders goes to services that nobody has measured, within a bound on what it costs.

The condition is that of conservative bandits (Wu, Shariff, Lattimore & Szepesvari 2016): even if each of these services
is as bad as its evidence allows, all orders together cost at most a given share more than by the best one known, and
are late at most a given share more often. The bound holds order by order in expectation: nothing is remembered.
Which order tries what is a lot of fixed shares, drawn by its id: so the chance of it, the propensity, is known whatever
else the order could have had, and stays the same until shares are proposed anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from doorstep.domain.errors import InvalidProblem

PPM = 1_000_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """A service that may carry an order: its price for it, parcels decided so far, and how many were kept."""

    service: str
    price_micros: int
    parcels: int
    kept: int

    def __post_init__(self) -> None:
        if not 0 <= self.kept <= self.parcels or self.price_micros < 0:
            raise InvalidProblem(f"{self.service}: more parcels were kept than carried, or its price is below 0")


@dataclass(frozen=True, slots=True)
class ExploreParams:
    """Bounds.

    Attributes
    ----------
    most_ppm
        Share of eligible orders at most, all services together.
    dearer_ppm, later_ppm
        By how much all orders together may be dearer, as a share of the best one's cost; how many more may be late.
    measured_parcels
        From so many decided parcels on a service is measured.
    late_cost_micros
        What a late parcel costs.
    usual_ppm, usual_parcels
        What an unknown service is taken to keep, and with the weight of how many parcels.
    pessimism
        Normal quantile of the bad case.
    """

    most_ppm: int = 50_000
    dearer_ppm: int = 10_000
    later_ppm: int = 5_000
    measured_parcels: int = 200
    late_cost_micros: int = 0
    usual_ppm: int = 850_000
    usual_parcels: int = 4
    pessimism: float = 1.645

    def __post_init__(self) -> None:
        shares = (self.most_ppm, self.dearer_ppm, self.later_ppm, self.usual_ppm)
        if any(not 0 <= one <= PPM for one in shares) or self.usual_parcels < 1 or self.measured_parcels < 1:
            raise InvalidProblem("shares lie between 0 and 1000000 ppm, numbers of parcels are at least 1")


@dataclass(frozen=True, slots=True)
class Proposal:
    """The share of orders that may try a service, and by how much each of them may cost more."""

    service: str
    parcels: int  # decided so far
    share_ppm: int
    most_extra_micros: int


def propose(candidates: Sequence[Candidate], params: ExploreParams) -> tuple[Proposal, ...]:
    """Propose shares of all services that are not measured yet, by name; none where nothing is measured.

    Parameters
    ----------
    candidates
        Services, each at its price of a usual parcel.
    params
        Bounds. Those on all orders together are parted alike among the services.

    Raises
    ------
    InvalidProblem
        A service stands twice.
    """
    if len({one.service for one in candidates}) < len(candidates):
        raise InvalidProblem("a service stands twice")
    measured = [one for one in candidates if one.parcels >= params.measured_parcels]
    if not measured:
        return ()
    best = min(measured, key=lambda one: (_loss(one, _mean(one, params), params), one.service))
    unknown = sorted((one for one in candidates if one.parcels < params.measured_parcels), key=lambda one: one.service)
    shares = [(one, share_ppm(one, best, params)) for one in unknown]
    open_to = [(one, share) for one, share in shares if share >= len(unknown)]
    return tuple(
        Proposal(one.service, one.parcels, share // len(open_to), _most_extra(one, best, share, params))
        for one, share in open_to
    )


def draw(order: str, shares: Iterable[tuple[str, int]], seed: int) -> str | None:
    """Draw the service that an order tries; None: none, it goes as is known to be best.

    Parameters
    ----------
    order
        Its id; with the seed it decides alone, so that a second look gives the same answer.
    shares
        Services, and the share of orders that tries each, ppm; together at most `PPM`. Their sequence does not matter.
    seed
        Of the operator.
    """
    digest = hashlib.sha256(f"{seed} {order}".encode()).digest()
    lot, begins = int.from_bytes(digest[:8]), 0
    for service, share in sorted(shares):
        begins += share
        if lot * PPM < begins << 64:
            return service
    return None


def share_ppm(one: Candidate, best: Candidate, params: ExploreParams) -> int:
    """Give the share of orders that may go to a service, were it as bad as its evidence allows."""
    bad, usual = _bad(one, params), _mean(best, params)
    base = _loss(best, usual, params)
    dearer, later = _loss(one, bad, params) - base, usual - bad
    share = params.most_ppm / PPM
    if dearer > 0:
        share = min(share, params.dearer_ppm / PPM * base / dearer)
    if later > 0:
        share = min(share, params.later_ppm / PPM / later)
    return int(share * PPM)


def _most_extra(one: Candidate, best: Candidate, share: int, params: ExploreParams) -> int:
    """By how much an order may be dearer, so that orders of that share use up what all of them may be dearer."""
    usual = _mean(best, params)
    worse = params.late_cost_micros * max(0.0, usual - _bad(one, params))
    return max(0, int(params.dearer_ppm * _loss(best, usual, params) / share - worse))


def _loss(one: Candidate, kept: float, params: ExploreParams) -> float:
    return one.price_micros + params.late_cost_micros * (1 - kept)


def _beta(one: Candidate, params: ExploreParams) -> tuple[float, float]:
    usual = min(max(params.usual_ppm / PPM, 0.01), 0.99) * params.usual_parcels
    return usual + one.kept, params.usual_parcels - usual + one.parcels - one.kept


def _mean(one: Candidate, params: ExploreParams) -> float:
    kept, late = _beta(one, params)
    return kept / (kept + late)


def _bad(one: Candidate, params: ExploreParams) -> float:
    """Give the lower end of Wilson's interval, with the usual parcels counted in."""
    kept, late = _beta(one, params)
    n, z = kept + late, params.pessimism
    share = kept / n
    reach = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, (share + z * z / (2 * n) - reach) / (1 + z * z / n))
