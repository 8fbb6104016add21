"""Locations as points between which a straight line is as long as the way, or grows with it."""

from __future__ import annotations

import numpy as np

from doorstep.kernels.route.compiled_plain import ROUNDED, SPHERE, TRUNCATED
from doorstep.kernels.route.problem import FloatArray, IntArray, Travel

_RULES = {"rounded": ROUNDED, "truncated": TRUNCATED, "haversine": SPHERE, "matrix": ROUNDED}


def rule_of(travel: Travel) -> int:
    """The rule as compiled loops know it."""
    return _RULES[travel.rule]


def in_space(travel: Travel, at: IntArray) -> FloatArray:
    """[k, 3] the plane as it is, the globe as a ball of radius 1."""
    x, y = travel.x[at], travel.y[at]
    if travel.rule != "haversine":
        return np.stack([x, y, np.zeros(len(at))], 1)
    lam, phi = np.radians(x), np.radians(y)
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], 1)
