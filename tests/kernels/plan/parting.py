"""Every way to spread what must travel whole over parcels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

Load = tuple[tuple[str, int], ...]  # sku, units


def partitions(atoms: list[tuple[str, int]], most: int = 3) -> Iterator[tuple[Load, ...]]:
    """Every way to spread atoms over at most so many parcels."""

    def spread(n: int, groups: list[list[tuple[str, int]]]) -> Iterator[tuple[Load, ...]]:
        if n == len(atoms):
            yield tuple(_load(group) for group in groups)
            return
        for group in groups:
            group.append(atoms[n])
            yield from spread(n + 1, groups)
            group.pop()
        if len(groups) < most:
            yield from spread(n + 1, [*groups, [atoms[n]]])

    return spread(0, [])


def _load(atoms: list[tuple[str, int]]) -> Load:
    units: Counter[str] = Counter()
    for sku, count in atoms:
        units[sku] += count
    return tuple(sorted(units.items()))
