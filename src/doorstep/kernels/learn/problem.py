"""What can be asked to be learned: frozen input, validated where it is made."""

from __future__ import annotations

from doorstep.kernels.learn.carrier_problem import CarrierProblem

__all__ = ["CarrierProblem", "LearnProblem"]

LearnProblem = CarrierProblem
