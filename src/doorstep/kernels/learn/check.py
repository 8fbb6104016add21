"""Verify what was learned, whatever it is; the verifiers share no code with what they verify."""

from __future__ import annotations

from doorstep.kernels.learn.check_carriers import check_carriers

__all__ = ["check_carriers"]
