"""A day cut in parts by where its rounds lie, so that each is searched by itself."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from doorstep.kernels.route.compiled_rich import UNIT, Ints, Small
from doorstep.kernels.route.problem import RELOAD, RouteProblem
from doorstep.kernels.route.rich import Field, RichSearch, Stand

PARTED = 200  # stops of a part, at least
GOLDEN = 2.399963  # angle by which the axis of the cuts turns: no two cuts are alike for long


@dataclass(frozen=True, slots=True)
class Part:
    """Stops [n'] of the day, ascending, their rounds, and how many vans of each kind they may use."""

    stops: Ints
    stand: Stand
    vans: Ints


@dataclass(frozen=True, slots=True)
class Task:
    """What a part is searched with."""

    on: Field
    part: Part
    seed: int
    iterations: int
    hot: float
    cold: float
    depth: int


def parts(problem: RouteProblem, now: Stand, width: int, number: int) -> list[Part]:
    """Cut a day in as many parts of like size, along an axis that turns with `number`; units are single stops."""
    n = problem.stops.count
    heaps = min(width, n // PARTED, len(now.rounds) // 2)
    if heaps < 2:
        return [_whole(problem, now)]
    at = np.stack([problem.travel.x, problem.travel.y], 1)[problem.stops.location]
    middles = np.array([at[line[line != RELOAD]].mean(0) for _, line in now.rounds])
    axis = np.array([np.cos(number * GOLDEN), np.sin(number * GOLDEN)]) / np.maximum(np.ptp(at, 0), 1e-9)
    order = np.argsort(middles @ axis, kind="stable")
    upto = np.cumsum([len(now.rounds[r][1]) for r in order])
    heap = np.minimum((upto - 1) * heaps // upto[-1], heaps - 1)
    borders = np.array([(middles[order[heap == h]] @ axis).max() for h in range(heaps - 1)])
    waiting = np.searchsorted(borders, at[now.absent] @ axis)
    kinds = np.array([k for k, _ in now.rounds])
    idle = problem.fleet.count - np.bincount(kinds, minlength=problem.fleet.kinds)
    found = []
    for h in range(heaps):
        mine = order[heap == h]
        share = idle // heaps + (np.arange(len(idle)) % heaps == h) * (idle % heaps)
        used = np.bincount(kinds[mine], minlength=problem.fleet.kinds)
        stand = Stand([now.rounds[r] for r in mine], now.absent[waiting == h], 0)
        found.append(_part(stand, used + share))
    return [one for one in found if len(one.stops)]


def _whole(problem: RouteProblem, now: Stand) -> Part:
    return Part(np.arange(problem.stops.count), now, problem.fleet.count)


def _part(stand: Stand, vans: Ints) -> Part:
    stops = np.concatenate([stand.absent, *(line for _, line in stand.rounds)])
    return Part(np.unique(stops[stops != RELOAD]), stand, vans)


def part_of(on: Field, stops: Ints) -> Field:
    """The ground of some stops alone."""
    place = np.full(len(on.node), -1, np.int32)
    place[stops] = np.arange(len(stops), dtype=np.int32)
    node = on.node[stops].copy()
    unit = on.unit[node[:, UNIT]]
    node[:, UNIT] = np.arange(len(stops))
    unit = np.concatenate([unit, [[0, 0]]])
    unit[:, 1] = np.arange(len(stops) + 1)
    return replace(
        on, node=node, load=on.load[stops], unit=unit, member=np.arange(len(stops)), near=_among(on.near[stops], place),
        fit=_among(on.fit[stops], place),
    )  # fmt: skip


def _among(near: Small, place: Small) -> Small:
    """Neighbours who are in the part, by their new numbers, the nearest first; -1 behind them."""
    mine = np.where(near >= 0, place[near], -1)
    first = np.argsort(mine < 0, axis=1, kind="stable")
    return np.ascontiguousarray(np.take_along_axis(mine, first, 1))


def anneal_part(task: Task) -> tuple[Stand, Stand]:
    """Anneal a part; as it stands then, and its best, in the numbers of the day."""
    part, stops = task.part, task.part.stops
    place = {stop: i for i, stop in enumerate(stops.tolist())} | {RELOAD: RELOAD}
    rounds = [(k, np.array([place[c] for c in line.tolist()], np.int64)) for k, line in part.stand.rounds]
    search = RichSearch(task.on, part.vans, rounds, task.seed)
    search.run(task.iterations, task.hot, task.cold, task.depth)
    return _named(search.stand(), stops), _named(search.stand(best=True), stops)


def _named(stand: Stand, stops: Ints) -> Stand:
    names = np.append(stops, RELOAD)  # RELOAD is -1, and the last
    return Stand([(k, names[line]) for k, line in stand.rounds], stops[stand.absent], stand.objective)


def joined(stands: list[Stand]) -> Stand:
    """Parts, one beside another."""
    return Stand(
        [one for stand in stands for one in stand.rounds],
        np.sort(np.concatenate([stand.absent for stand in stands])),
        sum(stand.objective for stand in stands),
    )
