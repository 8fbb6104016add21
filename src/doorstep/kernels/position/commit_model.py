"""The two-stage programme: shares of lanes first, what contracts come to in each scenario after.

All-units and incremental rebates are the total quantity discounts of Goossens, Maas, Spieksma and van de Klundert,
"Exact algorithms for procurement problems under a total quantity discount structure", European Journal of Operational
Research 178 (2007): a binary for each interval of volume. Here each scenario has intervals of its own, and shares are
common to all: the deterministic equivalent of a two-stage programme (Birge and Louveaux, Introduction to Stochastic
Programming, section 2.4).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from doorstep.kernels.position.commit_problem import MICROS, CommitProblem, Contract, FloatArray
from doorstep.kernels.position.commit_rows import INF, Programme

SCALED_TO = 1_000.0  # volumes are scaled to about this, so that parcels and minor units sit well beside shares


@dataclass(frozen=True, slots=True)
class Booking:
    """The equation that defines a volume in one scenario."""

    contract: int
    scenario: int
    row: int
    scale: float
    basis: bool  # of what the rate is of, where that is another thing than the volume


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """The programme, where its shares stand, and its equations of volumes."""

    programme: Programme
    lane: NDArray[np.int64]  # of each share
    service: NDArray[np.int64]
    bookings: tuple[Booking, ...]

    def share(self, values: FloatArray, shape: tuple[int, int]) -> FloatArray:
        """Give the shares [n, s] of an answer; rows add up to 1."""
        share = np.zeros(shape)
        share[self.lane, self.service] = np.clip(values[: len(self.lane)], 0.0, 1.0)
        whole: FloatArray = share / share.sum(axis=1, keepdims=True)
        return whole


def model_of(problem: CommitProblem) -> Model:
    """Write the problem down as a programme."""
    programme = Programme()
    lane, service = np.nonzero(problem.eligible)
    mean = problem.demand.mean(axis=0)
    for n, s in zip(lane, service, strict=True):
        programme.column(float(mean[n] * problem.price_minor[n, s]), high=1.0)
    starts = np.searchsorted(lane, np.arange(len(problem.lanes) + 1))
    for first, end in pairwise(starts):
        programme.long_row(np.arange(first, end), np.ones(end - first), 1.0, 1.0)
    bookings: list[Booking] = []
    for c, contract in enumerate(problem.contracts):
        _Writer(programme, problem, contract, c, lane, service, bookings).write()
    return Model(programme, lane, service, tuple(bookings))


class _Writer:
    """Writes one contract, scenario by scenario."""

    def __init__(
        self,
        programme: Programme,
        problem: CommitProblem,
        contract: Contract,
        number: int,
        lane: NDArray[np.int64],
        service: NDArray[np.int64],
        bookings: list[Booking],
    ) -> None:
        self.programme, self.contract, self.number, self.bookings = programme, contract, number, bookings
        self.demand, self.lane = problem.demand, lane
        self.weight = 1.0 / len(problem.demand)
        prices = problem.prices
        self.unit = contract.unit(prices)[lane, service]
        self.basis_unit = contract.basis_unit(prices)[lane, service]
        reach = np.where(problem.eligible, contract.unit(prices), 0.0)
        self.most = problem.demand @ reach.max(axis=1) + contract.booked
        self.least = problem.demand @ np.where(problem.eligible, reach, INF).min(axis=1) + contract.booked
        basis = np.where(problem.eligible, contract.basis_unit(prices), 0.0)
        self.most_basis = problem.demand @ basis.max(axis=1) + contract.booked_basis
        self.scale = max(1.0, float(self.most.max()) / SCALED_TO)
        self.basis_scale = max(1.0, float(self.most_basis.max()) / SCALED_TO)

    def write(self) -> None:
        """Write all scenarios."""
        for w in range(len(self.demand)):
            volume = self._booking(w, basis=False)
            if self.contract.kind == "all_units":
                self._all_units(w, volume)
            elif self.contract.kind == "incremental":
                self._incremental(w, volume)
            else:
                self._one_sided(w, volume)

    def _booking(self, w: int, basis: bool) -> int:
        """Add the column of a volume and the equation that defines it."""
        scale, unit = (self.basis_scale, self.basis_unit) if basis else (self.scale, self.unit)
        booked = self.contract.booked_basis if basis else self.contract.booked
        column = self.programme.column()
        terms = self.demand[w][self.lane] * unit / scale
        used = np.flatnonzero(terms)
        row = self.programme.long_row(
            np.append(used, column), np.append(-terms[used], 1.0), booked / scale, booked / scale
        )
        self.bookings.append(Booking(self.number, w, row, scale, basis))
        return column

    def _rate(self, step: int, scale: float) -> float:
        """What a scaled unit at a step pays in the mean over the scenarios."""
        return self.contract.steps[step].rate_micros / MICROS * scale * self.weight if step >= 0 else 0.0

    def _all_units(self, w: int, volume: int) -> None:
        """One interval holds all of the volume, and its rate is paid on all of the basis."""
        programme, contract = self.programme, self.contract
        apart = contract.in_spend != contract.rate_of_spend
        basis = self._booking(w, basis=True) if apart else volume
        edges = [0.0, *(float(one.volume) for one in contract.steps), max(self.most[w], contract.steps[-1].volume)]
        within = [
            k for k in range(len(edges) - 1) if edges[k] <= self.most[w] + 1 and edges[k + 1] >= self.least[w] - 1
        ]
        scale, most = (self.basis_scale, self.most_basis[w]) if apart else (self.scale, self.most[w])
        if len(within) == 1:
            programme.cost[basis] -= self._rate(within[0] - 1, scale)
            return
        sums, paid, picks = {volume: 1.0}, {basis: 1.0}, {}
        for k in within:
            pick = programme.column(whole=True)
            part = programme.column(0.0 if apart else -self._rate(k - 1, scale))
            picks[pick], sums[part] = 1.0, -1.0
            programme.row({part: 1.0, pick: -edges[k] / self.scale}, 0.0, INF)
            programme.row({part: 1.0, pick: -edges[k + 1] / self.scale}, -INF, 0.0)
            if apart:
                share = programme.column(-self._rate(k - 1, scale))
                paid[share] = -1.0
                programme.row({share: 1.0, pick: -most / scale}, -INF, 0.0)
        programme.row(picks, 1.0, 1.0)
        programme.row(sums, 0.0, 0.0)
        if apart:
            programme.row(paid, 0.0, 0.0)

    def _incremental(self, w: int, volume: int) -> None:
        """Intervals fill one after another: the later ones pay better, so each waits for the one before."""
        programme, steps = self.programme, self.contract.steps
        edges = [0.0, *(float(one.volume) for one in steps), max(self.most[w], steps[-1].volume + 1.0)]
        sums, before = {volume: 1.0}, -1
        for k in range(len(edges) - 1):
            width = (edges[k + 1] - edges[k]) / self.scale
            if edges[k] > self.most[w] or not width:
                continue
            part = programme.column(-self._rate(k - 1, self.scale), high=width)
            sums[part] = -1.0
            if before >= 0:
                opened = programme.column(whole=True)
                programme.row({part: 1.0, opened: -width}, -INF, 0.0)
                programme.row({before: 1.0, opened: -programme.high[before]}, 0.0, INF)
            before = part
        programme.row(sums, 0.0, 0.0)

    def _one_sided(self, w: int, volume: int) -> None:
        """What is short of a minimum, or over a cap, pays; and once, if anything is."""
        programme, contract = self.programme, self.contract
        bound, sign = contract.steps[0].volume, 1.0 if contract.kind == "minimum" else -1.0
        off = programme.column(self._rate(0, self.scale))
        programme.row({off: 1.0, volume: sign}, sign * bound / self.scale, INF)
        if contract.fixed_minor:
            most = bound if sign > 0 else max(0.0, self.most[w] - bound)
            missed = programme.column(contract.fixed_minor * self.weight, whole=True)
            programme.row({off: 1.0, missed: -most / self.scale}, -INF, 0.0)
