"""One order decided again from the problem anew, while all others keep what they hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from doorstep.domain.parcel import Parcel
from doorstep.kernels.pack.problem import PackParams
from doorstep.kernels.plan.alone import Alone, Setting, decide_alone, with_orders
from doorstep.kernels.plan.loads import Verdicts
from doorstep.kernels.plan.problem import PlanParams, PlanProblem
from doorstep.kernels.plan.taken import Taken

Sending = tuple[str, str, str, str, tuple[tuple[str, int], ...]]  # site, carton, service, day of leaving, goods


@dataclass(frozen=True, slots=True)
class Again:
    """What the order then costs, and how it is sent; not at all: it is left."""

    cost_minor: int
    sent: tuple[Sending, ...]


def decided_again(
    problem: PlanProblem,
    order: str,
    held: Iterable[Parcel],
    params: PlanParams | None = None,
    pack_params: PackParams | None = None,
    known: Verdicts | None = None,
) -> Again:
    """Decide an order anew out of a problem, others keeping their parcels.

    It sees the problem's whole stock when it is cut into atoms, as in a plan of all, and draws on what is left of it.

    Parameters
    ----------
    problem
        With the order; what others are is read off their parcels.
    order
        Its id.
    held
        Parcels of a plan of the problem; those of the order itself do not count.
    params, pack_params, known
        As in `plan`; what the packer found before.
    """
    verdicts = {} if known is None else known
    setting = Setting.of(problem, params or PlanParams(), pack_params or PackParams(), verdicts)
    mine = [one for one in problem.orders if one.order == order]
    others = [parcel for parcel in held if order not in parcel.orders]
    alone = decide_alone(
        with_orders(problem, mine), setting, held=lambda market, lanes: Taken.by(market, lanes, others)
    )
    assert alone is not None
    return Again(int(alone.cost[0]), tuple(sorted(_sent(alone))))


def _sent(alone: Alone) -> Iterable[Sending]:
    picks, problem = alone.picks(), alone.market.problem
    for n, block in enumerate(picks.block.tolist()):
        yield (
            problem.sites[int(picks.site[n])].site,
            alone.market.carton_name(int(picks.carton[n])),
            problem.tariff.services[int(picks.service[n])].service,
            np.datetime64(int(picks.ship_day[n]), "D").item().isoformat(),
            tuple((problem.products[j].sku, units) for j, units in alone.goods(block)),
        )
