"""Verify what was learned, whatever it is; the verifiers share no code with what they verify."""

from __future__ import annotations

from doorstep.kernels.learn.check_carriers import check_carriers
from doorstep.kernels.learn.check_choice import check_choice, check_mixed
from doorstep.kernels.learn.check_costs import check_changes, check_costs
from doorstep.kernels.learn.check_customers import check_customers
from doorstep.kernels.learn.check_demand import check_demand
from doorstep.kernels.learn.check_shown import check_shown

__all__ = [
    "check_carriers",
    "check_changes",
    "check_choice",
    "check_costs",
    "check_customers",
    "check_demand",
    "check_mixed",
    "check_shown",
]
