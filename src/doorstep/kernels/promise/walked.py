"""Promises as they were stated at placing, and what became of them: what a backtest yields and a record is made of."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from doorstep.domain.errors import InvalidProblem

NOT_DELIVERED = -1


@dataclass(frozen=True, slots=True)
class Walked:
    """n parcels promised one after the other, each by what was known at its placing, at each of Q targets.

    Days are calendar days: of the destination for promise and delivery, counted from the local date of placing.

    Attributes
    ----------
    parcel, service, carrier, origin_region, destination_region
        [n] codes; empty: not recorded.
    placed_day
        [n] int64 local date of placing, days since 1970-01-01.
    targets_ppm
        [Q] int64, ascending: the probabilities asked for.
    promised_days
        [n, Q] int16: days from placing to the promised date at each target; rises along the targets.
    stated_ppm
        [n, Q] int32: probability that was stated for that date; not below the target unless no date reaches it.
    arrived_days
        [n] int64: days from placing to delivery; NOT_DELIVERED: never, as far as is known.
    shop_days
        [n] int64: days from placing to the date that the shop itself promised; -1: none.
    known_days
        [n] int64: days from placing to the last day that the history tells of; a parcel neither delivered nor known
        beyond its promise is still open.
    weight
        [n] float64 sample weight.
    """

    parcel: tuple[str, ...]
    service: tuple[str, ...]
    carrier: tuple[str, ...]
    origin_region: tuple[str, ...]
    destination_region: tuple[str, ...]
    placed_day: npt.NDArray[np.int64]
    targets_ppm: npt.NDArray[np.int64]
    promised_days: npt.NDArray[np.int16]
    stated_ppm: npt.NDArray[np.int32]
    arrived_days: npt.NDArray[np.int64]
    shop_days: npt.NDArray[np.int64]
    known_days: npt.NDArray[np.int64]
    weight: npt.NDArray[np.float64]

    def __post_init__(self) -> None:
        n, targets = len(self.parcel), len(self.targets_ppm)
        for column in fields(self):
            values = getattr(self, column.name)
            wide = column.name in ("promised_days", "stated_ppm")
            if column.name != "targets_ppm" and (len(values) != n or (wide and values.shape[1:] != (targets,))):
                raise InvalidProblem(f"walked: {column.name} has another length than parcel")

    def __len__(self) -> int:
        return len(self.parcel)

    @staticmethod
    def none(targets_ppm: npt.NDArray[np.int64]) -> Walked:
        """Return a walk of no parcel."""
        days, shape = np.zeros(0, dtype=np.int64), (0, len(targets_ppm))
        wide = (np.zeros(shape, dtype=np.int16), np.zeros(shape, dtype=np.int32))
        return Walked((), (), (), (), (), days, targets_ppm, *wide, days, days, days, np.zeros(0))
