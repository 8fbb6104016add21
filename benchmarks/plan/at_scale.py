"""The gap of a whole brand folder: what quoting and assigning take, and how far the bound is from the plan.

python -m benchmarks.plan.at_scale FOLDER [--rounds-alone]

One process, CPU seconds, kernels compiled beforehand. Folders are made by `doorstep demo-brand` and
`doorstep import olist`.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from time import process_time

import numpy as np

from doorstep.files.folder import read_folder
from doorstep.flows.plan_folder import problem_of
from doorstep.kernels.pack.problem import PackParams
from doorstep.kernels.plan.improve import cost_of
from doorstep.kernels.plan.plan import PlanParams, lay_out, settle
from doorstep.kernels.run import Run


def main() -> None:
    """Print one row."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds-alone", action="store_true", help="no programmes over whole ways")
    options = parser.parse_args()
    brand = read_folder(options.folder)
    params, run = PlanParams(whole_orders=0) if options.rounds_alone else PlanParams(), Run(seed=1)
    started = process_time()
    laid = lay_out(problem_of(brand, brand.orders), params, run, PackParams())
    laid_s = process_time() - started
    table, found = settle(laid, params, run)
    settled_s = process_time() - started - laid_s
    orders = len(found.choice)
    objective = cost_of(table.board, np.arange(orders), found.choice)
    print(
        f"{options.folder.name:14} {orders:7,} orders, {int((found.choice[:, 0] < 0).sum()):6,} left, laid out in "
        f"{laid_s:6.1f} s, quoted and assigned in {settled_s:6.1f} s, objective {objective / 100:14,.2f}, bound "
        f"{found.lower_bound_minor / 100:14,.2f}, gap {100 * (1 - found.lower_bound_minor / objective):6.3f}%"
    )


if __name__ == "__main__":
    main()
