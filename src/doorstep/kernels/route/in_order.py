"""An order of points in which those that lie close in the plane lie close in memory."""

from __future__ import annotations

import numpy as np

from doorstep.kernels.route.problem import FloatArray, IntArray

_BITS = 16


def along_a_curve(x: FloatArray, y: FloatArray) -> IntArray:
    """[n] the points in the order in which Hilbert's curve meets them; ties by number."""
    wide = max(float(np.ptp(x)), float(np.ptp(y)), 1e-12)
    a = ((x - x.min()) / wide * (2**_BITS - 1)).astype(np.int64)
    b = ((y - y.min()) / wide * (2**_BITS - 1)).astype(np.int64)
    along = np.zeros(len(x), np.int64)
    side = 2 ** (_BITS - 1)
    while side:
        right, up = (a & side) > 0, (b & side) > 0
        along += side * side * ((3 * right) ^ up)
        turned = right & ~up
        a, b = np.where(turned, 2**_BITS - 1 - a, a), np.where(turned, 2**_BITS - 1 - b, b)
        a, b = np.where(up, a, b), np.where(up, b, a)
        side //= 2
    return np.argsort(along, kind="stable").astype(np.int64)
