"""Arrival curves: the share of parcels, in millionths, that has arrived by the k-th working day after the ship day."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from doorstep.domain.units import PPM
from doorstep.kernels.promise.calendars import IntArray


def kaplan_meier(arrived: IntArray, waiting: IntArray) -> tuple[int, ...]:
    """Estimate a curve from parcels of which some are still under way.

    Parameters
    ----------
    arrived
        [K] weight of the parcels that arrived on the k-th working day.
    waiting
        [K] weight of the parcels last seen under way on the k-th working day: they had not arrived by its end.

    Returns
    -------
    tuple
        Parts per million by working day, up to the last one that any parcel reached or to the arrival of all.

    References
    ----------
    E. L. Kaplan and P. Meier, "Nonparametric estimation from incomplete observations", JASA 53 (1958) 457-481: the
    product-limit estimate, S(k) = prod_{j <= k} (1 - arrived_j / at_risk_j).
    """
    at_risk = np.cumsum((arrived + waiting)[::-1])[::-1]
    seen = int(np.count_nonzero(at_risk))
    left = np.cumprod(1.0 - arrived[:seen] / at_risk[:seen])
    curve = [int(share) for share in np.rint((1.0 - left) * PPM)]
    if PPM in curve:
        curve = curve[: curve.index(PPM) + 1]
    return tuple(curve)


def stated_curve(min_days: int, max_days: int, on_time_ppm: int) -> tuple[int, ...]:
    """Spread a carrier's stated transit over days: an assumption, made where there is no history.

    `on_time_ppm` arrive evenly over min_days..max_days; of the others, half of those left arrive each day.
    """
    days = max_days - min_days + 1
    curve = [0] * min_days + [on_time_ppm * (day + 1) // days for day in range(days)]
    while curve[-1] < PPM:
        curve.append(PPM - (PPM - curve[-1]) // 2)
    return tuple(curve)


def without_same_day(curve: tuple[int, ...]) -> tuple[int, ...]:
    """Move the arrivals of the ship day to the next working day, for a service that offers none."""
    return (0, *(curve[1:] or curve))


def complete(curve: tuple[int, ...], coarser: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Continue a curve beyond its end by a coarser one.

    What had not arrived by the end K of the curve arrives afterwards like the part of the coarser curve that had not
    arrived by K either: F(k) = F(K) + (1 - F(K)) (G(k) - G(K)) / (1 - G(K)), rounded down; flat where G(K) is all.

    Parameters
    ----------
    curve
        F, for the working days 0..K.
    coarser
        [H] G, H > K.

    Returns
    -------
    numpy.ndarray
        [H] int64.
    """
    end = len(curve) - 1
    known, reached = curve[end], int(coarser[end])
    whole = np.full(len(coarser), known, dtype=np.int64)
    whole[: end + 1] = curve
    if reached < PPM:
        whole[end + 1 :] = known + (PPM - known) * (coarser[end + 1 :] - reached) // (PPM - reached)
    return whole
