"""Quotes agree with plans: the cheapest option is the plan, and each other is the plan under its date."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from doorstep.domain.demand import OrderLine
from doorstep.files.demo.brand import write_demo_brand
from doorstep.files.folder import read_folder
from doorstep.kernels.plan.offer import offer
from doorstep.kernels.plan.plan import PlanProblem, plan
from doorstep.kernels.plan.ready import make_ready
from doorstep.kernels.promise.transit import fit_transit
