"""The state of a rich search, built from a problem and read back as rounds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doorstep.kernels.route.compiled_near import nearest
from doorstep.kernels.route.compiled_random import State, seeded
from doorstep.kernels.route.compiled_rich import (
    AT,
    CLOSES,
    COST,
    END,
    FAR_M,
    FINISH,
    HAS,
    KIND,
    LEAVE,
    LEG_M,
    LEG_S,
    MOST_M,
    MOST_S,
    MOST_TRIPS,
    ONLY,
    OPENS,
    PAUSE,
    PAUSE_FROM,
    PAUSE_S,
    PAUSE_TO,
    PLAIN,
    PRED,
    RING,
    SERVICE,
    SHIFT_FROM,
    SHIFT_TO,
    SKILLS,
    SPEED,
    STAMP,
    START,
    STOP,
    SUCC,
    UNIT,
    Floats,
    Ints,
    Small,
    refresh,
)  # fmt: skip
from doorstep.kernels.route.compiled_rich_anneal import anneal, settle
from doorstep.kernels.route.compiled_rich_journal import ABSENT, BEST, BEST_ABSENT, CURRENT, make_reload, put_in
from doorstep.kernels.route.in_space import in_space, rule_of
from doorstep.kernels.route.problem import ANY, NEVER, RELOAD, RouteProblem
from doorstep.kernels.route.travel import block, pairwise

MATRIX_UP_TO = 4_000  # locations; beyond, distances are reckoned as they are needed
NEAR, FIT = 100, 100
LATE_PER_S, WAIT_PER_S = 1.0, 0.2  # of a second that a neighbour would be late or wait (Vidal et al. 2013, section 4.3)
SAME = [
    START,
    FINISH,
    SHIFT_FROM,
    SHIFT_TO,
    MOST_M,
    MOST_S,
    MOST_TRIPS,
    HAS,
    PAUSE_S,
    PAUSE_FROM,
    PAUSE_TO,
    SPEED,
    PLAIN,
]
"""What kinds of van have in common that can drive each other's rounds."""
KNOBS = (10.0, 10.0, 0.01, 0.5)
"""Strings, longest, blink, split."""


@dataclass(frozen=True, slots=True)
class Stand:
    """How a search stands: kind and visits of each round, units that wait, and the objective."""

    rounds: list[tuple[int, Ints]]
    absent: Ints
    objective: int


@dataclass(frozen=True, slots=True)
class Field:
    """The ground of a rich search, which never changes in it; see compiled_rich for the arrays.

    `node` and `load` have stops only: rounds and reloads come behind.
    """

    points: Floats
    rates: Ints
    metres: Small
    seconds: Small
    node: Ints
    load: Ints
    kind: Ints
    unit: Ints
    member: Ints
    near: Small
    fit: Small
    windows: bool


def field_of(problem: RouteProblem, leave: Ints) -> Field:
    """Lay the ground; `leave` [n] is what it costs to leave a stop, with those it goes with."""
    stops, travel = problem.stops, problem.travel
    every = np.arange(travel.locations)
    if travel.rule == "matrix" or travel.locations <= MATRIX_UP_TO:
        metres, seconds = (np.minimum(one, 2**31 - 1).astype(np.int32) for one in block(travel, every, every))
    else:
        metres = seconds = np.zeros((0, 0), np.int32)
    rates = np.array([rule_of(travel), travel.seconds_per_km, travel.detour_ppm], np.int64)
    unit, start, member = _units(stops.group)
    near = _near(problem)
    windows = bool((stops.to_s < NEVER).any())
    return Field(
        in_space(travel, every), rates, metres, seconds, _nodes(problem, unit), _loads(problem), _kinds(problem),
        np.stack([np.append(leave[member[start[:-1]]], 0), start], 1), member, near,
        _fit(problem, near) if windows else near[:, :FIT].copy(), windows,
    )  # fmt: skip


def _nodes(problem: RouteProblem, unit: Ints) -> Ints:
    stops = problem.stops
    node = np.full((stops.count, 20), -1, np.int64)
    columns = {
        STOP: np.ones(stops.count, np.int64), AT: stops.location, SERVICE: stops.service_s, OPENS: stops.from_s,
        CLOSES: stops.to_s, SKILLS: stops.skills, ONLY: stops.only, UNIT: unit, FAR_M: _far(problem),
    }  # fmt: skip
    for column, values in columns.items():
        node[:, column] = values
    return node


def _loads(problem: RouteProblem) -> Ints:
    stops = problem.stops
    return np.concatenate([stops.delivery, stops.pickup, np.zeros_like(stops.delivery), np.zeros_like(stops.pickup)], 1)


def _units(group: Ints) -> tuple[Ints, Ints, Ints]:
    """[n] unit of a stop, and the stops of each unit."""
    n = len(group)
    key = np.where(group == ANY, np.arange(n), n + group)
    unit = np.unique(key, return_inverse=True)[1].astype(np.int64).ravel()
    member = np.argsort(unit, kind="stable").astype(np.int64)
    start = np.searchsorted(unit[member], np.arange(unit.max() + 2)).astype(np.int64)
    return unit, start, member


def _kinds(problem: RouteProblem) -> Ints:
    fleet = problem.fleet
    columns = [
        fleet.start, fleet.end, fleet.from_s, fleet.to_s, fleet.fixed, fleet.per_m, fleet.per_s,
        np.minimum(fleet.max_distance_m, 2 * NEVER), np.minimum(fleet.max_duration_s, 2 * NEVER), fleet.max_trips,
        fleet.reload_s, fleet.skills, fleet.break_s, fleet.break_from_s, fleet.break_to_s, fleet.speed_ppm,
        (fleet.per_s > 0) | (fleet.max_duration_s < NEVER), fleet.speed_ppm == 1_000_000, fleet.reload_at,
    ]  # fmt: skip
    return np.concatenate([np.stack(columns, 1).astype(np.int64), fleet.capacity], 1)


def _far(problem: RouteProblem) -> Ints:
    depots = np.unique(problem.fleet.start)
    out, _ = block(problem.travel, depots, problem.stops.location)
    back, _ = block(problem.travel, problem.stops.location, depots)
    far: Ints = (out.T + back).min(1)
    return far


def _near(problem: RouteProblem) -> Small:
    """[n, k] nearest stops by distance, there and back where that differs."""
    stops, travel = problem.stops, problem.travel
    k = min(NEAR, stops.count - 1)
    if k < 1:
        return np.full((stops.count, 1), -1, np.int32)
    if travel.rule != "matrix":
        return nearest(in_space(travel, stops.location), k)
    near = np.zeros((stops.count, k), np.int32)
    for i in range(stops.count):
        metres = (
            pairwise(travel, stops.location[i], stops.location)[0]
            + pairwise(travel, stops.location, stops.location[i])[0]
        )
        metres[i] = 4 * NEVER
        near[i] = np.argsort(metres, kind="stable")[:k]
    return near


def _fit(problem: RouteProblem, near: Small) -> Small:
    """[n, k] whom it is worth trying beside: near in distance, and in time before or behind."""
    stops = problem.stops
    n = stops.count
    k = min(FIT, n - 1)
    everyone = n <= MATRIX_UP_TO
    fit = np.zeros((n, k), np.int32)
    for i in range(n):
        others = np.arange(n) if everyone else near[i]
        out_m, out_s = pairwise(problem.travel, stops.location[i], stops.location[others])
        in_m, in_s = pairwise(problem.travel, stops.location[others], stops.location[i])
        mine, theirs = (stops.from_s[i], stops.to_s[i]), (stops.from_s[others], stops.to_s[others])
        behind = out_m + _misfit(*mine, stops.service_s[i] + out_s, *theirs)
        before = in_m + _misfit(*theirs, stops.service_s[others] + in_s, *mine)
        cost = np.minimum(behind, before)
        cost[others == i] = np.inf
        fit[i] = others[np.argsort(cost, kind="stable")[:k]]
    return fit


def _misfit(opens: Ints, closes: Ints, takes: Ints, then_opens: Ints, then_closes: Ints) -> Floats:
    """What two stops cost in waiting and lateness, one served right behind the other."""
    wait = np.maximum(0, then_opens - takes - closes)
    late = np.maximum(0, opens + takes - then_closes)
    misfit: Floats = WAIT_PER_S * wait + LATE_PER_S * late
    return misfit


class RichSearch:
    """Rounds under way: `run` changes them, `rounds` reads them."""

    def __init__(self, on: Field, count: Ints, rounds: list[tuple[int, Ints]], seed: int) -> None:
        self.on = on
        n, units = len(on.node), len(on.unit) - 1
        vans = np.minimum(count, n)
        kinds = np.repeat(np.arange(len(count)), vans)
        self.spare_from = n + 2 * len(kinds)
        reloads = int(min(n, ((on.kind[:, MOST_TRIPS] - 1).clip(0, n) * vans).sum()))
        self.node, self.load = _with_rounds(on, kinds, reloads)
        self.ring, self.free = _idle(kinds, n, len(count))
        self.spare = np.append(np.arange(self.spare_from, self.spare_from + reloads), reloads).astype(np.int64)
        self.alike = _alike(on.kind, on.node[:, ONLY])
        self.state: State = seeded(seed)
        self.counts = np.zeros(16, np.int64)
        self.absent, self.best_absent = np.zeros(units, np.int64), np.zeros(units, np.int64)
        self.dirty = np.zeros(len(kinds), np.int64)
        for r in range(len(kinds)):
            refresh(self.node, self.load, on.kind, self.ring, r)
        served = self._fill(rounds)
        self.best = self.node[:, SUCC].copy()
        self._stand(np.setdiff1d(np.arange(units), served))

    def _stand(self, waiting: Ints) -> None:
        """Take what there is for the best so far; units in `waiting` are not served."""
        self.absent[: len(waiting)] = self.best_absent[: len(waiting)] = waiting
        self.counts[ABSENT] = self.counts[BEST_ABSENT] = len(waiting)
        self.counts[CURRENT] = self.counts[BEST] = self.ring[:, COST].sum() + self.on.unit[waiting, LEAVE].sum()
        self.best[:] = self.node[:, SUCC]

    def _fill(self, rounds: list[tuple[int, Ints]]) -> Ints:
        """Drive given rounds: kind and visits. Gives the units that are served."""
        journal, counts = np.zeros((1, 8), np.int64), np.zeros(16, np.int64)
        on, served = self.on, [np.zeros(0, np.int64)]
        for k, visits in rounds:
            self.free[k, -1] -= 1
            r = int(self.free[k, self.free[k, -1]])
            last = int(self.ring[r, END]) - 1
            for c in visits:
                node = self._reload(k) if c == RELOAD else int(c)
                counts[:] = 0
                put_in(
                    on.points, on.rates, on.metres, on.seconds, self.node, on.kind, self.ring, node, last, journal,
                    counts,
                )  # fmt: skip
                last = node
            served.append(self.node[visits[visits != RELOAD], UNIT])
            refresh(self.node, self.load, on.kind, self.ring, r)
        return np.concatenate(served)

    def _reload(self, k: int) -> int:
        self.spare[-1] -= 1
        node = int(self.spare[self.spare[-1]])
        make_reload(self.node, self.on.kind, node, k)
        return node

    @property
    def mixed(self) -> bool:
        """Whether some kinds of van could drive each other's rounds but for what they hold."""
        return bool(self.alike[:, -1].any())

    def begin(self, order: Ints, larger: bool = False) -> None:
        """Put the units that wait in, in the order given: beside neighbours first, then wherever there is a place.

        `larger`: a round may be given to a larger van for one.
        """
        on, knobs = self.on, np.array([*KNOBS, 30.0])
        alike = self.alike if larger else np.zeros_like(self.alike)
        for scan in (False, True):
            settle(
                on.points, on.rates, on.metres, on.seconds, self.node, self.load, on.kind, self.ring, self.free,
                self.spare, alike, on.unit, on.member, on.fit, knobs, self.state, self.counts, self.absent, order,
                scan,
            )  # fmt: skip
            order = self.absent[: self.counts[ABSENT]].copy()
        self._stand(order)

    def run(self, iterations: int, hot: float, cold: float, depth: int) -> None:
        """Anneal for so many iterations; an insertion looks at `depth` neighbours, more if there is no room."""
        on = self.on
        anneal(
            on.points, on.rates, on.metres, on.seconds, self.node, self.load, on.kind, self.ring, self.free,
            self.spare, self.alike, on.unit, on.member, on.fit, on.near, np.array([*KNOBS, float(depth)]), self.state,
            self.counts, self.absent, self.dirty, self.best, self.best_absent, iterations, hot, cold, on.windows,
        )  # fmt: skip

    def stand(self, best: bool = False) -> Stand:
        """Read the rounds, as they are or the best there were."""
        n = len(self.on.node)
        follows = (self.best if best else self.node[:, SUCC]).tolist()
        found = []
        for k, end in self.ring[:, [KIND, END]].tolist():
            line, here = [], follows[end - 1]
            while here != end:
                line.append(here if here < n else RELOAD)
                here = follows[here]
            if line:
                found.append((k, np.array(line, np.int64)))
        absent = self.best_absent[: self.counts[BEST_ABSENT]] if best else self.absent[: self.counts[ABSENT]]
        return Stand(found, np.sort(absent), int(self.counts[BEST if best else CURRENT]))


def _with_rounds(on: Field, kinds: Ints, reloads: int) -> tuple[Ints, Ints]:
    """The stops' nodes and loads with those of all rounds, idle, and of reloads behind them."""
    n, r = len(on.node), len(kinds)
    node = np.full((n + 2 * r + reloads, 20), -1, np.int64)
    node[:n] = on.node
    node[n:, [LEG_M, LEG_S, STOP, SERVICE]] = 0
    first = n + 2 * np.arange(r)
    for at, place, beside, which in ((first, START, SUCC, first + 1), (first + 1, FINISH, PRED, first)):
        node[at, RING], node[at, AT], node[at, beside] = np.arange(r), on.kind[kinds, place], which
        node[at, OPENS], node[at, CLOSES] = on.kind[kinds, SHIFT_FROM], on.kind[kinds, SHIFT_TO]
    load = np.zeros((len(node), on.load.shape[1]), np.int64)
    load[:n] = on.load
    return node, load


def _idle(kinds: Ints, n: int, v: int) -> tuple[Ints, Ints]:
    """Rounds that stand idle, and the list of them by kind."""
    r = len(kinds)
    ring = np.zeros((r, 11), np.int64)
    ring[:, KIND], ring[:, END] = kinds, n + 2 * np.arange(r) + 1
    ring[:, STAMP] = ring[:, PAUSE] = -1
    free = np.zeros((v, r + 1), np.int64)
    for k in range(v):
        mine = np.flatnonzero(kinds == k)[::-1]
        free[k, : len(mine)], free[k, -1] = mine, len(mine)
    return ring, free


def is_mixed(problem: RouteProblem) -> bool:
    """Whether some kinds of van could drive each other's rounds but for what they hold."""
    return bool(_alike(_kinds(problem), problem.stops.only)[:, -1].any())


def _alike(kind: Ints, only: Ints) -> Ints:
    """[v, v + 1] Kinds whose vans could drive each other's rounds but for what they hold, and how many they are."""
    v = len(kind)
    found = np.full((v, v + 1), -1, np.int64)
    found[:, -1] = 0
    if (only >= 0).any():
        return found
    _, group = np.unique(kind[:, SAME], axis=0, return_inverse=True)
    for k in np.flatnonzero(kind[:, MOST_TRIPS] == 1).tolist():
        others = np.flatnonzero((group.ravel() == group.ravel()[k]) & (kind != kind[k]).any(axis=1))
        found[k, : len(others)], found[k, -1] = others, len(others)
    return found
