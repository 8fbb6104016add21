"""Matrices as engines write them in JSON: rows of numbers, null where there is no way."""

from __future__ import annotations

from typing import Any

import numpy as np

from doorstep.plugins.maps.base import FloatArray


def numbers(told: Any) -> FloatArray:
    """Make an array of it, NaN for null. Raises ValueError or TypeError for anything but numbers in equal rows."""
    array = np.array(told)
    if array.dtype == object:
        null = np.array([one is None for one in array.flat], bool).reshape(array.shape)
        if not null.all() and np.array(array[~null].tolist()).dtype.kind not in "if":
            raise ValueError("no number")
        array = np.where(null, np.nan, array).astype(np.float64)
    if array.dtype.kind not in "if":
        raise ValueError("no number")
    return np.asarray(array, np.float64)
