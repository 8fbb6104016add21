"""Rate: what each service costs, which are eligible, and why not."""

from __future__ import annotations

from doorstep.kernels.rate.check import check
from doorstep.kernels.rate.explain import ChargeLine, charge_lines, explain
from doorstep.kernels.rate.problem import Parcels, RateProblem
from doorstep.kernels.rate.rate import RateParams, rate
from doorstep.kernels.rate.result import RateResult, Reason, reason_text
from doorstep.kernels.rate.tables import TariffTables, compile_tariff

__all__ = [
    "ChargeLine",
    "Parcels",
    "RateParams",
    "RateProblem",
    "RateResult",
    "Reason",
    "TariffTables",
    "charge_lines",
    "check",
    "compile_tariff",
    "explain",
    "rate",
    "reason_text",
]
