"""Random numbers for compiled searches: xoroshiro128+ (Blackman and Vigna 2018), its state two words of an array."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorstep.kernels.compiled import inner

State = NDArray[np.uint64]

_A = np.uint64(24)
_B = np.uint64(40)
_C = np.uint64(16)
_D = np.uint64(37)
_E = np.uint64(27)
_TOP = np.uint64(11)
_UNIT = 1.0 / 9007199254740992.0  # 2^-53


def seeded(seed: int) -> State:
    """A state for a seed: any two seeds give streams that have nothing in common."""
    return np.array(np.random.SeedSequence(seed).generate_state(2, np.uint64), np.uint64)


@inner
def uniform(state: State) -> float:
    """The next number in [0, 1)."""
    first, second = state[0], state[1]
    sum_of_both = first + second
    second ^= first
    state[0] = ((first << _A) | (first >> _B)) ^ second ^ (second << _C)
    state[1] = (second << _D) | (second >> _E)
    return float((sum_of_both >> _TOP) * _UNIT)


@inner
def below(state: State, limit: int) -> int:
    """The next whole number in [0, limit)."""
    return int(uniform(state) * limit)
