"""As the crow flies."""

from __future__ import annotations

import numpy as np

from doorstep.domain.place import EARTH_RADIUS_M
from doorstep.plugins.maps.base import FloatArray, Points


def crow_m(a: Points, b: Points) -> FloatArray:
    """Great-circle metres by the haversine formula; the shapes are broadcast but for the last axis."""
    phi_a, phi_b = np.radians(a[..., 0]), np.radians(b[..., 0])
    half = np.sin((phi_b - phi_a) / 2) ** 2
    half = half + np.cos(phi_a) * np.cos(phi_b) * np.sin(np.radians(b[..., 1] - a[..., 1]) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.minimum(1.0, np.sqrt(half))), np.float64)
