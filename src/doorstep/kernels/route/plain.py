"""The state of a search for rounds that only loads bound, built from arrays and read back as rounds."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from doorstep.kernels.route.compiled_near import costs_of, nearest, savings
from doorstep.kernels.route.compiled_plain import (
    AFTER,
    AWAY,
    BEFORE,
    BEST,
    CURRENT,
    DEMAND,
    FREE,
    OPEN,
    PRED,
    ROUND,
    SUCC,
    Ints,
    Nodes,
    Points,
    anneal,
    arc,
)  # fmt: skip
from doorstep.kernels.route.compiled_random import State, seeded

WIDTH = 8  # of a row: half a line of the cache
KNOBS = (7.0, 7.0, 0.01, 0.5)
"""Strings, longest, blink, split. Christiaens and Vanden Berghe 2020 (table 5) have 10 and 10 for the first two: where
seconds count, more and smaller steps lead further (docs/algorithms/route.md)."""


@dataclass(frozen=True, slots=True)
class Ground:
    """n customers as the search sees them, in an order in which neighbours lie close in memory.

    `points` [n + 1, 3]: the depot last. `rates`: see compiled_plain. `near` and `near_cost` [n, k].
    """

    points: Points
    rates: Ints
    demand: Nodes
    depot_cost: Nodes
    near: Nodes
    near_cost: Nodes

    @property
    def customers(self) -> int:
        """The number of them, n."""
        return len(self.demand)


def ground(points: Points, rates: Ints, demand: Ints, k: int) -> Ground:
    """Lay the ground for customers in `points` (the depot last)."""
    n = len(demand)
    near = nearest(points[:n], min(k, max(1, n - 1)))
    depot_cost = np.array([arc(points, rates, i, n) for i in range(n)], np.int32)
    return Ground(points, rates, demand.astype(np.int32), depot_cost, near, costs_of(points, rates, near))


def part_of(whole: Ground, chosen: Ints) -> Ground:
    """The ground of some customers alone (rows, ascending), with those neighbours that are among them."""
    place = np.full(whole.customers, -1, np.int32)
    place[chosen] = np.arange(len(chosen), dtype=np.int32)
    near, cost = place[whole.near[chosen]], whole.near_cost[chosen]
    near[whole.near[chosen] < 0] = -1
    first = np.argsort(near < 0, axis=1, kind="stable")
    near, cost = np.take_along_axis(near, first, 1), np.take_along_axis(cost, first, 1)
    points = whole.points[np.append(chosen, whole.customers)]
    return Ground(points, whole.rates, whole.demand[chosen], whole.depot_cost[chosen], near, cost)


def first_rounds(on: Ground, capacity: int) -> list[Ints]:
    """Rounds to begin with, by savings."""
    follows = savings(on.near, on.near_cost, on.depot_cost, on.demand, capacity)
    led = np.zeros(on.customers, np.bool_)
    led[follows[follows >= 0]] = True
    rounds = []
    for first in np.flatnonzero(~led):
        line, here = [], first
        while here >= 0:
            line.append(here)
            here = follows[here]
        rounds.append(np.array(line, np.int64))
    return rounds


class Search:
    """Rounds under way: `run` changes them, `rounds` and `best` read them."""

    def __init__(self, on: Ground, rounds: list[Ints], spare: int, seed: int) -> None:
        n, r = on.customers, len(rounds) + spare
        self.on = on
        self.nodes = np.zeros((n + r, WIDTH), np.int32)
        self.load, self.size = np.zeros(r, np.int64), np.zeros(r, np.int64)
        self.free, self.dirty, self.is_dirty = np.zeros(r, np.int64), np.zeros(r, np.int64), np.zeros(r, np.int32)
        self.counts = np.zeros(8, np.int64)
        self.state: State = seeded(seed)
        self.points = np.concatenate([on.points[:n], np.repeat(on.points[n:], r, 0)])
        self._fill(rounds)
        self.best_follows = self.nodes[:, SUCC].copy()

    def _fill(self, rounds: list[Ints]) -> None:
        n, nodes, on = self.on.customers, self.nodes, self.on
        rings = np.arange(n, len(nodes))
        nodes[:, ROUND] = AWAY
        nodes[rings, ROUND] = np.arange(len(self.load))
        nodes[rings, PRED] = nodes[rings, SUCC] = rings
        nodes[:n, DEMAND] = on.demand
        cost = 0
        for r, line in enumerate(rounds):
            way = np.concatenate([[n + r], line, [n + r]])
            arcs = [on.depot_cost[line[0]]]
            arcs += [arc(on.points, on.rates, a, b) for a, b in pairwise(line)]
            arcs += [on.depot_cost[line[-1]]]
            nodes[way[:-1], SUCC], nodes[way[1:], PRED] = way[1:], way[:-1]
            nodes[way[:-1], AFTER], nodes[way[1:], BEFORE] = arcs, arcs
            nodes[line, ROUND] = r
            self.load[r], self.size[r] = on.demand[line].sum(), len(line)
            cost += int(sum(arcs)) + int(on.rates[5])
        unused = np.arange(len(self.load) - 1, len(rounds) - 1, -1)
        self.free[: len(unused)] = unused
        self.counts[FREE], self.counts[OPEN] = len(unused), len(rounds)
        self.counts[CURRENT] = self.counts[BEST] = cost

    def run(self, iterations: int, hot: float, cold: float, depth: int) -> None:
        """Anneal for so many iterations; an insertion looks at `depth` neighbours, more if there is no room."""
        on, knobs = self.on, np.array([*KNOBS, float(depth)])
        anneal(
            self.nodes, self.load, self.size, self.points, on.rates, on.depot_cost, on.near, on.near_cost,
            on.customers, self.counts, knobs, self.state, self.free, self.dirty, self.is_dirty, self.best_follows,
            iterations, hot, cold,
        )  # fmt: skip

    def rounds(self, best: bool = False) -> list[Ints]:
        """The rounds as they are, or the best there were."""
        n = self.on.customers
        follows = self.best_follows if best else self.nodes[:, SUCC]
        found = []
        for ring in range(n, len(follows)):
            line, here = [], follows[ring]
            while here < n:
                line.append(here)
                here = follows[here]
            if line:
                found.append(np.array(line, np.int64))
        return found
