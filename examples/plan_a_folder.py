"""Plan a brand folder from a script or a notebook.

    python examples/plan_a_folder.py [FOLDER]

Without FOLDER a small demonstration brand is generated in a temporary place and planned.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from textwrap import shorten

from doorstep.domain.decision import Decision
from doorstep.domain.errors import InputRefused
from doorstep.domain.money import Currency
from doorstep.files.demo import demo_brand
from doorstep.files.folder import BrandFolder, read_folder
from doorstep.flows.plan_folder import problem_of
from doorstep.kernels.plan.plan import PlanResult, plan
from doorstep.kernels.run import Run


def main(folder: Path) -> None:
    try:
        brand_folder = read_folder(folder)
    except InputRefused as refused:
        sys.exit("\n".join([*map(str, refused.faults), str(refused)]))
    problem = problem_of(brand_folder, brand_folder.orders)
    result = plan(problem, run=Run(seed=7, iterations=2_000))
    print_totals(brand_folder, result)
    decision = most_contested(result)
    if decision is not None:
        print_decision(decision, brand_folder.brand.currency)


def print_totals(folder: BrandFolder, result: PlanResult) -> None:
    figures, baseline, currency = result.plan.figures, result.baseline, folder.brand.currency
    print(f"{folder.brand.name}: {figures.planned} of {figures.orders} orders in {figures.parcels} parcels")
    print(f"cost of the planned orders   {currency.text(figures.cost_minor)} {currency.code}")
    print(f"with the unplanned ones      {currency.text(figures.objective_minor)}")
    print(f"no plan can be below         {currency.text(result.lower_bound_minor)} (gap {result.gap_pct:.2f}%)")
    print(f"nearest site, then cheapest  {currency.text(baseline.objective_minor)}")
    print(f"expected on time             {figures.expected_on_time:.1%} of all orders")
    for one in result.plan.unplanned[:3]:
        print(f"not planned: {one.order}, {one.reason}: {shorten(one.detail, 80)}")


def most_contested(result: PlanResult) -> Decision | None:
    """Find the planned order that pays most for what other orders took, and that a stated change would help."""
    explained = (one for one in result.decisions() if one.flip is not None)
    return max(explained, key=lambda one: one.cost_minor - one.lower_bound_minor, default=None)


def print_decision(decision: Decision, currency: Currency) -> None:
    print(f"\norder {decision.order}, {currency.text(decision.cost_minor)} {currency.code}")
    for parcel in decision.chosen:
        skus = ", ".join(parcel.skus)
        print(f"  {skus} from {parcel.site} in {parcel.carton} by {parcel.service} on {parcel.ship_date}")
        print(f"  at the door by {parcel.promised_by} with probability {parcel.on_time_ppm / 1e6:.3f}")
    print(f"  with all the stock to itself it would cost {currency.text(decision.lower_bound_minor)}")
    for lost in decision.rejected[:3]:
        cost = "" if lost.cost_minor is None else f" for {currency.text(lost.cost_minor)}"
        print(f"  not {lost.option}{cost}: {lost.constraint or 'dearer'}")
    if decision.flip:
        print(f"  {decision.flip.change}, {decision.flip.amount}: then {decision.flip.to}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as aside:
            demo_brand(Path(aside, "brand"), orders=300, seed=7)
            main(Path(aside, "brand"))
