"""Safe exploration: a small share of orders goes to services that nobody has measured, within a bound on what it costs.

Thompson sampling among the unmeasured ones (Thompson 1933), under the condition of conservative bandits (Wu, Shariff,
Lattimore & Szepesvari 2016): even if each of them is as bad as its evidence allows, all orders together cost at most a
given share more than by the best one known, and are late at most a given share more often. The bound holds order by
order in expectation, so nothing has to be remembered; which order is drawn follows from its id.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

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
        Share of eligible orders at most.
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
class Explored:
    """Who carries an order: `share_ppm` of orders like it go to services not measured yet; whether it does."""

    service: str
    explored: bool
    share_ppm: int
    unmeasured: tuple[str, ...]


def explore(order: str, candidates: Sequence[Candidate], params: ExploreParams, seed: int = 0) -> Explored:
    """Choose who carries an order.

    Parameters
    ----------
    order
        Its id; with the seed it decides alone, so that a second look gives the same answer.
    candidates
        Services that are eligible, at least one.
    params
        Bounds.
    seed
        Of the operator.

    Raises
    ------
    InvalidProblem
        Without a candidate.
    """
    if not candidates:
        raise InvalidProblem("no service is eligible")
    ranked = sorted(candidates, key=lambda one: (_loss(one, _mean(one, params), params), one.service))
    known = [one for one in ranked if one.parcels >= params.measured_parcels]
    best = known[0] if known else ranked[0]
    unknown = [one for one in ranked if one.parcels < params.measured_parcels and one is not best]
    shares = {one.service: share_ppm(one, best, params) for one in unknown}
    open_to = [one for one in unknown if shares[one.service] > 0]
    if not open_to:
        return Explored(best.service, False, 0, ())
    share = min(shares[one.service] for one in open_to)  # whichever is drawn, the bound holds
    names = tuple(sorted(one.service for one in open_to))
    digest = hashlib.sha256(f"{seed} {order}".encode()).digest()
    if int.from_bytes(digest[:8]) * PPM >= share << 64:
        return Explored(best.service, False, share, names)
    rng = np.random.default_rng(list(digest[8:]))
    sampled = [(_loss(one, float(rng.beta(*_beta(one, params))), params), one.service) for one in open_to]
    return Explored(min(sampled)[1], True, share, names)


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
