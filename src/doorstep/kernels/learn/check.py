"""Verify what was learned, whatever it is; the verifiers share no code with what they verify."""

from __future__ import annotations

from doorstep.kernels.learn.check_choice import check_choice, check_mixed
from doorstep.kernels.learn.check_customers import check_customers

__all__ = ["check_choice", "check_customers", "check_mixed"]
