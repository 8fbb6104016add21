"""The comparator without pooling: the same adjustment by maximum likelihood, every service and lane by itself.

A logistic regression with one effect for each service, lane, weight band, weekday and month, and nothing that draws
them together (Gelman & Hill 2007, chapter 12, call it no pooling); asked of the mix of all parcels, with the delta
method's intervals. A ridge of 0.001 only keeps what was never late from running away.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorstep.kernels.learn.adjusted import Coding

RIDGE = 1e-3
STEPS = 30
Z = 1.645  # of a 90 % interval

FloatArray = NDArray[np.float64]


def alone(coding: Coding, rows: NDArray[np.bool_], kept: NDArray[np.int64]) -> tuple[FloatArray, FloatArray]:
    """Share kept of the mix of all parcels, had each service carried it, and its standard error: [services] each."""
    design = _dummies(coding, coding.codes[rows])
    effect, covariance = _fit(design, kept[rows].astype(np.float64))
    services = len(coding.names)
    shares, errors = np.zeros(services), np.zeros(services)
    for service in range(services):
        asked = coding.codes[rows].copy()
        asked[:, 0] = service
        mix = _dummies(coding, asked)
        share = _sigmoid(mix @ effect)
        slope = (share * (1 - share)) @ mix / len(mix)
        shares[service], errors[service] = float(share.mean()), float(slope @ covariance @ slope) ** 0.5
    return shares, errors


def _dummies(coding: Coding, codes: NDArray[np.int64]) -> FloatArray:
    """An intercept, and an effect for each level of each family but its first."""
    columns = [np.ones((len(codes), 1))]
    for family, levels in enumerate(coding.levels):
        columns.append(np.eye(levels)[codes[:, family]][:, 1:])
    return np.hstack(columns)


def _fit(design: FloatArray, kept: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Newton's method; the inverse of the information is the covariance."""
    effect = np.zeros(design.shape[1])
    ridge = RIDGE * np.eye(len(effect))
    for _ in range(STEPS):
        share = _sigmoid(design @ effect)
        information = design.T @ (design * (share * (1 - share))[:, None]) + ridge
        step = np.linalg.solve(information, design.T @ (kept - share) - RIDGE * effect)
        effect = effect + step
        if np.abs(step).max() < 1e-9:
            break
    return effect, np.asarray(np.linalg.inv(information))


def _sigmoid(eta: FloatArray) -> FloatArray:
    return np.asarray(1 / (1 + np.exp(-np.clip(eta, -30, 30))))
