"""The carbon of a parcel on a service: line haul, hubs and last mile, with bounds."""

from doorstep.kernels.carbon.carbon import carbon, carbon_of_pairs
from doorstep.kernels.carbon.check import check
from doorstep.kernels.carbon.problem import CarbonProblem, CarbonTables, compile_factors
from doorstep.kernels.carbon.result import CarbonResult

__all__ = ["CarbonProblem", "CarbonResult", "CarbonTables", "carbon", "carbon_of_pairs", "check", "compile_factors"]
