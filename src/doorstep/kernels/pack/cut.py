"""Parts of different lengths that lie one after the other in an array: where they begin, and some of them cut out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]


def starts(counts: IntArray) -> IntArray:
    """Where parts of so many rows [k] begin, and where the last one ends: [k + 1]."""
    result = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=result[1:])
    return result


def cut_out(start: IntArray, parts: IntArray) -> tuple[IntArray, IntArray]:
    """Cut out some parts, one that is named twice twice: where they begin then, and which rows they are made of."""
    counts = start[parts + 1] - start[parts]
    new = starts(counts)
    return new, np.repeat(start[parts] - new[:-1], counts) + np.arange(new[-1])
