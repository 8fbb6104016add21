"""Goods without papers do not cross a customs border: they are offered from this side of it, or the order is held."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from doorstep.domain.catalog import Product
from doorstep.domain.demand import Order, OrderFault
from doorstep.domain.holds import crosses_customs
from doorstep.kernels.plan.problem import PlanProblem


def without_papers(products: Iterable[Product]) -> tuple[str, ...]:
    """Skus that a customs declaration could not be written for."""
    return tuple(sorted(one.sku for one in products if not one.hs_code or not one.origin_country))


def clearable(problem: PlanProblem, order: Order) -> PlanProblem:
    """Take away the stock that would need papers and has none; the problem itself when there is none such."""
    bare = set(without_papers(problem.products))
    across = {one.site for one in problem.sites if crosses_customs(one.place.country, order.place.country)}
    kept = tuple(one for one in problem.stock if one.sku not in bare or one.site not in across)
    return problem if len(kept) == len(problem.stock) else replace(problem, stock=kept)


def papers_missing(order: Order, bare: Iterable[str]) -> OrderFault:
    names = ", ".join(bare)
    return OrderFault(
        "customs_data_missing",
        f"{names}: the customs of {order.place.country} ask for an hs_code and a country of origin",
        f"add both to {names}, then release the order",
    )
