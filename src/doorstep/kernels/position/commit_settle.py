"""What contracts come to, given what was shipped."""

from __future__ import annotations

import numpy as np

from doorstep.kernels.position.commit_problem import MICROS, CommitProblem, Contract, FloatArray

SLACK = 1e-6  # of a unit, or of a hundredth of a step: what is reached but for the solver's rounding is reached


def settled(contract: Contract, volume: FloatArray, basis: FloatArray) -> FloatArray:
    """Settle a contract in minor units; below nothing: the carrier pays.

    Parameters
    ----------
    volume
        Any shape: what counts in the whole period, in the unit of the contract's steps.
    basis
        Shaped alike: what the rate is of.
    """
    rates = [one.rate_micros / MICROS for one in contract.steps]
    steps = np.array([one.volume for one in contract.steps], np.float64)
    slack = SLACK * np.maximum(1.0, steps / 100)
    reached = volume[..., None] + slack >= steps
    if contract.kind == "all_units":
        rate: FloatArray = np.array([0.0, *rates])[reached.sum(axis=-1)]
        return -rate * basis
    if contract.kind == "incremental":
        before, rebate = 0.0, np.zeros(basis.shape)
        for step, more in zip(contract.steps, rates, strict=True):
            rebate = rebate + (more - before) * np.maximum(0.0, volume - step.volume)
            before = more
        return -rebate
    sign = 1 if contract.kind == "minimum" else -1
    off = np.maximum(0.0, sign * (contract.steps[0].volume - volume))
    return off * rates[0] + np.where(off > slack[0], float(contract.fixed_minor), 0.0)


def volumes(problem: CommitProblem, contract: Contract, share: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Give volume and basis of a contract in each scenario, [w] each, what is booked included."""
    prices = problem.prices
    volume = problem.demand @ (contract.unit(prices) * share).sum(axis=1) + contract.booked
    basis = problem.demand @ (contract.basis_unit(prices) * share).sum(axis=1) + contract.booked_basis
    return volume, basis


def costs(problem: CommitProblem, share: FloatArray) -> FloatArray:
    """Give freight and all contracts in each scenario, [w], in minor units."""
    total: FloatArray = problem.demand @ (problem.prices * share).sum(axis=1)
    for contract in problem.contracts:
        total = total + settled(contract, *volumes(problem, contract, share))
    return total


def cheapest(problem: CommitProblem) -> FloatArray:
    """Share all of each lane to its cheapest service, the first of several: what nobody's contract bends."""
    price = np.where(problem.eligible, problem.price_minor, np.inf)
    share = np.zeros(price.shape)
    share[np.arange(len(price)), price.argmin(axis=1)] = 1.0
    return share
