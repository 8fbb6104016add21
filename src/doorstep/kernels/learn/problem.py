"""What can be learned, each as its problem: a name for all of them."""

from __future__ import annotations

from doorstep.kernels.learn.choice_problem import ChoiceProblem
from doorstep.kernels.learn.costs_problem import CostProblem
from doorstep.kernels.learn.customers_problem import CustomersProblem
from doorstep.kernels.learn.demand_problem import DemandProblem

LearnProblem = ChoiceProblem | CostProblem | CustomersProblem | DemandProblem
