"""Lanes and columns: how an order can leave.

A lane is (site, service, shift): a service that calls at a site, on its first or a later collection day. Later days
matter only where a capacity may be used up. A column gathers the lanes between which no capacity distinguishes, so
that only its cheapest lane need be kept; columns of one site and day form a group, which pays the picking of an order
once; a site without any daily capacity is one group. Which day a column means differs by order: its rank counts the
distinct days on which that order can leave.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doorstep.kernels.plan.market import BoolArray, IntArray, Market

MORE_DAYS = 4  # services that call on other days, and nominated days, spread an order's leaving days further


@dataclass(frozen=True, slots=True)
class Lanes:
    """Arrays over lanes e, columns q, groups g; `column_at[k, v, rank]` is -1 where there is none."""

    site: IntArray  # [E]
    service: IntArray  # [E]
    shift: IntArray  # [E]
    lane_at: IntArray  # [K, H, V]
    shifts: IntArray  # [K] those that some service of the site has
    column_at: IntArray  # [K, V, R]
    follows_day: BoolArray  # [K] the site's columns depend on the leaving day
    column_site: IntArray  # [Q]
    column_group: IntArray  # [Q]
    column_rank: IntArray  # [Q]
    group_site: IntArray  # [G]
    group_rank: IntArray  # [G]
    limit: IntArray  # [L] what a day holds: of the sites with a capacity, then of the services with one
    limit_site: IntArray  # [L]
    limit_service: IntArray  # [L] -1: the orders of the site
    column_limit: IntArray  # [Q] index of the limit that a column's parcels count for, -1: none
    group_limit: IntArray  # [G] likewise of a group's orders

    @property
    def ranks(self) -> int:
        """Distinct leaving days considered, R."""
        return int(self.column_at.shape[2])


def lay_lanes(market: Market, days_ahead: int) -> Lanes:
    """Number lanes, columns and groups."""
    sites, services = market.calls.shape
    limited = (market.site_capacity[:, None] >= 0) | (market.service_capacity >= 0)
    dated: BoolArray = np.asarray(
        (limited & market.calls).any(axis=1)
    )  # sites where it matters on which day a parcel leaves
    any_limit = bool(dated.any())
    days, ranks = (days_ahead, days_ahead + MORE_DAYS) if any_limit else (1, 1)
    lane_at = np.full((sites, days, services), -1, np.int64)
    column_at = np.full((sites, services, ranks), -1, np.int64)
    lanes: list[tuple[int, int, int]] = []
    columns: dict[tuple[int, int, int], int] = {}  # (site, rank, service with a capacity or -1)
    groups: dict[tuple[int, int], int] = {}
    pool = _pools(market, services)
    for k in range(sites):
        for v in range(services):
            if not (market.calls[k, v] and market.ships[k]):
                continue
            own = int(pool[v]) if market.service_capacity[k, v] >= 0 else -1
            for h in range(days if limited[k, v] else 1):
                lane_at[k, h, v] = len(lanes)
                lanes.append((k, v, h))
            for rank in range(ranks if dated[k] else 1):
                groups.setdefault((k, rank), len(groups))
                column_at[k, v, rank] = columns.setdefault((k, rank, own), len(columns))
    lane = np.array(lanes, np.int64).reshape(-1, 3)
    column = np.array(list(columns), np.int64).reshape(-1, 3)
    counted = (market.service_capacity >= 0) & (pool == np.arange(services))
    of_site, of_service = np.flatnonzero(market.site_capacity >= 0), np.argwhere(counted)
    pairs = [(k, -1) for k in of_site.tolist()] + [(k, v) for k, v in of_service.tolist()]
    limits = {pair: n for n, pair in enumerate(pairs)}
    return Lanes(
        site=lane[:, 0].copy(),
        service=lane[:, 1].copy(),
        shift=lane[:, 2].copy(),
        lane_at=lane_at,
        shifts=(lane_at >= 0).any(axis=2).sum(axis=1),
        column_at=column_at,
        follows_day=dated,
        column_site=column[:, 0].copy(),
        column_group=np.array([groups[int(k), int(rank)] for k, rank, _ in column], np.int64),
        column_rank=column[:, 1].copy(),
        group_site=np.array([k for k, _ in groups], np.int64),
        group_rank=np.array([rank for _, rank in groups], np.int64),
        limit=np.concatenate([market.site_capacity[of_site], market.service_capacity[tuple(of_service.T)]]),
        limit_site=np.array([k for k, _ in limits], np.int64),
        limit_service=np.array([v for _, v in limits], np.int64),
        column_limit=np.array([limits.get((k, v), -1) if v >= 0 else -1 for k, _, v in columns], np.int64),
        group_limit=np.array([limits.get((k, -1), -1) for k, _ in groups], np.int64),
    )


def _pools(market: Market, services: int) -> IntArray:
    """Say for each service with which one its parcels count for one capacity: relays of a linehaul go together."""
    pool = np.arange(services)
    if market.relays is not None:
        pool[market.relays.first :] = market.relays.pool
    return pool
