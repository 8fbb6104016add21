"""Daily capacities over several batches: what one has taken, the next finds gone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from doorstep.kernels.plan.assemble import Picks
from doorstep.kernels.plan.board import Table, holding
from doorstep.kernels.plan.market import Market

WHOLE_SITE = -1  # in place of a service: the orders of a site


@dataclass(slots=True)
class Taken:
    """Orders of a (site, WHOLE_SITE, day), and parcels of a (site, service, day)."""

    of: Counter[tuple[int, int, int]] = field(default_factory=Counter)

    def add(self, market: Market, picks: Picks) -> None:
        """Count what a batch has taken where something is limited."""
        limited = market.site_capacity >= 0, market.service_capacity >= 0
        if not (limited[0].any() or limited[1].any()):
            return
        rows = zip(
            picks.order.tolist(), picks.site.tolist(), picks.service.tolist(), picks.ship_day.tolist(), strict=True
        )
        picked: set[tuple[int, int, int]] = set()
        for order, site, service, day in rows:
            if limited[1][site, service]:
                self.of[site, service, day] += 1
            if limited[0][site]:
                picked.add((order, site, day))
        self.of.update((site, WHOLE_SITE, day) for _, site, day in picked)

    def amend(self, table: Table, market: Market) -> Table:
        """Take it off the rows of a table, and find anew what is short."""
        days = table.best.days
        if not self.of or not len(table.ledger.row) or not (days >= 0).any():
            return table
        first, last = int(days.min(initial=2**62, where=days >= 0)), int(days.max())
        held = table.ledger.row.reshape(-1, last - first + 1).copy()
        of_site, of_service = np.flatnonzero(market.site_capacity >= 0), np.argwhere(market.service_capacity >= 0)
        limits = [(int(k), WHOLE_SITE) for k in of_site] + [(int(k), int(v)) for k, v in of_service]
        for row, (site, service) in enumerate(limits):
            for day in range(first, last + 1):
                held[row, day - first] -= self.of[site, service, day]
        return holding(table, table.ledger._replace(row=np.maximum(held.reshape(-1), 0)))
