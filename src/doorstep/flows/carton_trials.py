"""What sets of cartons cost, tried by packing every order with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from doorstep.domain.catalog import Carton
from doorstep.flows.pack_problem import Asked, Prices, asked
from doorstep.flows.past_baskets import Kinds
from doorstep.kernels.pack.pack import pack
from doorstep.kernels.pack.problem import PackParams
from doorstep.kernels.pack.result import OWN_BOX, PackResult
from doorstep.kernels.run import Run


@dataclass(frozen=True, slots=True)
class Trial:
    """What a set of cartons costs, by packing every order with it. An order with a unit left costs `unplanned`."""

    cartons: tuple[Carton, ...]
    cost_minor: int  # of the orders packed whole
    objective_minor: int
    packed: int  # orders
    one_box: int
    parcels: tuple[int, ...]  # in each carton
    bound_minor: int = 0  # of the choice among the candidates, in the reckoning of the search; 0: not chosen
    reckoned_minor: int = 0


@dataclass(frozen=True, slots=True)
class Bench:
    """Everything that trials have in common."""

    kinds: Kinds
    prices: Prices
    unplanned_minor: int
    params: PackParams
    run: Run

    def asked(self, cartons: Sequence[Carton]) -> Asked:
        return asked(self.kinds.baskets, cartons, self.prices)

    def packed(self, cartons: Sequence[Carton]) -> tuple[Asked, PackResult]:
        of = self.asked(cartons)
        return of, pack(of.problem, self.params, self.run)

    def trial(self, cartons: Sequence[Carton]) -> Trial:
        return self.told(cartons, self.packed(cartons)[1])

    def told(self, cartons: Sequence[Carton], result: PackResult) -> Trial:
        times = np.array(self.kinds.times, np.int64)
        whole = np.ones(len(times), np.bool_)
        whole[result.left_load] = False
        parcels = np.bincount(result.parcel_load, minlength=len(times))
        cost = int((times * result.load_price_minor)[whole].sum())
        boxed = result.parcel_carton != OWN_BOX
        used = np.zeros(len(cartons), np.int64)
        np.add.at(used, result.parcel_carton[boxed], times[result.parcel_load[boxed]])
        return Trial(
            cartons=tuple(cartons),
            cost_minor=cost,
            objective_minor=cost + int(times[~whole].sum()) * self.unplanned_minor,
            packed=int(times[whole].sum()),
            one_box=int(times[whole & (parcels == 1)].sum()),
            parcels=tuple(used.tolist()),
        )


@dataclass(frozen=True, slots=True)
class Choice:
    """What came of it."""

    asked_for: int  # how many cartons
    count: int  # of the set: fewer where more would save nothing
    orders: int
    candidates: int  # that were looked at
    today: Trial
    curve: tuple[Trial, ...]  # of 1, 2, ... cartons
    without: tuple[Trial, ...]  # of the chosen set less each carton

    @property
    def chosen(self) -> Trial:
        return self.curve[self.count - 1]
