"""Quantiles of scores of which some are known only to be above a bound, with the margin that conformal methods take.

The score of a parcel is by how much its promise would have had to be wider for it to be kept. One that is still open
has a score above some bound. The estimate is that of Kaplan and Meier, with one more parcel, as heavy as most, that no
promise keeps: without open ones that is the (n + 1) quantile of split conformal prediction, which holds for the next
parcel at least as often as it says.

References
----------
V. Vovk, A. Gammerman and G. Shafer, "Algorithmic learning in a random world" (2005), chapter 2.
E. L. Kaplan and P. Meier, "Nonparametric estimation from incomplete observations", JASA 53 (1958) 457-481.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from doorstep.kernels.promise.history import FloatArray


def score_shares(scores: FloatArray, known: npt.NDArray[np.bool_], weight: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the known scores, ascending, and the share of parcels whose score is at most that.

    Parameters
    ----------
    scores
        [n] scores, or the bounds that they are above.
    known
        [n] whether it is the score.
    weight
        [n] not negative.

    Returns
    -------
    tuple
        [m] and [m]; both empty if no score is known.
    """
    used = np.flatnonzero(weight > 0)
    order = used[np.lexsort((~known[used], scores[used]))]  # a bound equal to a score comes after it
    if not known[order].any():
        return np.zeros(0), np.zeros(0)
    one = float(np.median(weight[order]))
    at_risk = np.cumsum(weight[order][::-1])[::-1] + one
    here = known[order]
    left = np.cumprod(np.where(here, 1.0 - weight[order] / at_risk, 1.0))
    last = np.flatnonzero(here)
    return scores[order][last], np.asarray(1.0 - left[last], dtype=np.float64)


def score_quantiles(
    scores: FloatArray, known: npt.NDArray[np.bool_], weight: FloatArray, levels: FloatArray
) -> FloatArray:
    """Return the least value just above which each share of scores lies below, [Q]; infinite where none is."""
    found, share = score_shares(scores, known, weight)
    place = np.searchsorted(share, levels - 1e-12)
    ends = np.append(found, np.inf)
    return np.asarray(np.nextafter(ends, np.inf)[place] + 1e-9)
