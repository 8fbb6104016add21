"""Promises made up so that what was stated is true, and outcomes that keep to it, or do not."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from doorstep.kernels.promise.walked import NOT_DELIVERED, Walked

MONDAY = 17_532  # 2018-01-01
TARGETS = (500_000, 800_000, 900_000, 950_000)
LONGEST = 60


@dataclass(frozen=True, slots=True)
class World:
    """How parcels travel: `slower_from` days after the first placing every journey takes `slower_days` more."""

    parcels: int = 2_000
    days: int = 140
    seed: int = 0
    targets: tuple[int, ...] = TARGETS
    never: float = 0.0
    slower_from: int = 10_000
    slower_days: int = 0
    weekly_shock: float = 0.0  # standard deviation of days that all parcels of a week share, unforeseen
    known_days: int = 10_000  # after the first placing the history ends
    weights: tuple[float, ...] = (1.0,)
    regions: int = 4
    carriers: int = 2


def walk(world: World) -> Walked:
    """Promise by the true chances of an undisturbed world."""
    random = np.random.default_rng(world.seed)
    n = world.parcels
    placed = np.sort(random.integers(0, world.days, n))
    region = random.integers(0, world.regions, n)
    carrier = random.integers(0, world.carriers, n)
    chances = np.stack([_arrived(4.0 + 1.5 * one) for one in range(world.regions)]) * (1 - world.never)
    drawn = random.random(n)
    arrived = (drawn[:, None] >= chances[region]).sum(axis=1).astype(np.int64)
    lost = arrived > LONGEST
    shocks = random.normal(0.0, world.weekly_shock, world.days // 7 + 1)[placed // 7]
    arrived = np.maximum(0, arrived + np.rint(shocks).astype(np.int64))
    arrived = np.maximum(0, arrived + np.where(placed >= world.slower_from, world.slower_days, 0))
    known = np.maximum(0, world.known_days - placed)
    arrived = np.where(lost | (arrived > known), NOT_DELIVERED, arrived)
    promised = np.stack([(chances < target / 1e6).sum(axis=1) for target in world.targets], axis=1).clip(max=LONGEST)
    stated = np.take_along_axis(chances, promised, axis=1)
    return Walked(
        parcel=tuple(f"p{at}" for at in range(n)),
        service=tuple(f"c{one}-std" for one in carrier),
        carrier=tuple(f"c{one}" for one in carrier),
        origin_region=("HUB",) * n,
        destination_region=tuple(f"R{one}" for one in region),
        placed_day=MONDAY + placed,
        targets_ppm=np.array(world.targets, dtype=np.int64),
        promised_days=promised[region].astype(np.int16),
        stated_ppm=np.rint(stated[region] * 1e6).astype(np.int32),
        arrived_days=arrived,
        shop_days=np.where(random.random(n) < 0.9, 12, -1).astype(np.int64),
        known_days=known,
        weight=np.array(world.weights)[random.integers(0, len(world.weights), n)],
    )


def _arrived(mean: float) -> npt.NDArray[np.float64]:
    """Chance of having arrived by each day, 0..LONGEST: Poisson."""
    terms = np.concatenate([[1.0], mean / np.arange(1, LONGEST + 1)])
    return np.asarray(np.exp(-mean) * np.cumsum(np.cumprod(terms)), dtype=np.float64)


def with_outcomes(walked: Walked, arrived: npt.NDArray[np.int64]) -> Walked:
    """Put other outcomes in place."""
    return replace(walked, arrived_days=arrived)
