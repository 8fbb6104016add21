"""Problems whose goods cross borders, and what a parcel of them costs there, reckoned from the order and the load."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from doorstep.domain.carriage import LEVIES, DutyRule, Incoterm, TerritoryRule
from doorstep.domain.demand import Order
from doorstep.domain.supply import Site
from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.rate.check_duty import Border, Item

CODES = ("6109.10", "610910", "6404", "")
ORIGINS = ("CN", "DE", "BR", "")
UNION = (TerritoryRule("EU", "DE"), TerritoryRule("EU", "ES"))  # France lies outside
CHANGE = date(2024, 5, 2)  # within the days of the problems


def with_borders(problem: PlanProblem, rng: Random) -> PlanProblem:
    """Give goods papers, or some of them, and values; services terms; and the borders rules, two of which change."""
    products = [
        replace(
            one,
            value_micros=rng.choice((4_990_000, 40_005_000, 99_000_000)),
            hs_code=rng.choice(CODES),
            origin_country=rng.choice(ORIGINS),
        )
        for one in problem.products
    ]
    terms: tuple[Incoterm, ...] = rng.choice((("DDP",), ("DDP", "DDP", "DAP")))
    services = [replace(one, incoterm=rng.choice(terms)) for one in problem.tariff.services]
    rules = [
        _rule(rng, levy, to, hs) for levy in LEVIES for to in ("EU", "DE", "FR", "BR") for hs in ("", "61", "6109")
    ]
    later = [replace(one, percent_micros=one.percent_micros * 2, valid_from=CHANGE) for one in rules[:2]]
    rules = [*(replace(one, valid_to=CHANGE - timedelta(days=1)) for one in rules[:2]), *later, *rules[2:]]
    return replace(
        problem,
        products=tuple(products),
        brand=replace(problem.brand, ioss=rng.choice(("", "IM276")), unplanned_cost_micros=900_000_000),
        tariff=replace(
            problem.tariff, services=tuple(services), duties=tuple(rules), territories=rng.choice(((), UNION))
        ),
    )


def declared(problem: PlanProblem, load: Iterable[tuple[str, int]]) -> int:
    """What a load declares, in minor units."""
    products, minor = {one.sku: one for one in problem.products}, problem.brand.currency.minor
    return sum(minor(products[sku].value_micros * units) for sku, units in load)


def _rule(rng: Random, levy: str, destination: str, hs_prefix: str) -> DutyRule:
    tax = levy == "tax"
    return DutyRule(
        levy=LEVIES[tax],
        destination=destination,
        origin=rng.choice(("", "", "CN", "EU")),
        hs_prefix=hs_prefix,
        percent_micros=rng.choice((0, 3_700_000, 12_000_000, 19_000_000)),
        per_kg_micros=rng.choice((0, 0, 250_000)),
        per_item_micros=rng.choice((0, 0, 3_000_000)),
        with_freight=rng.random() < 0.5,
        with_duty=tax and rng.random() < 0.7,
        de_minimis_micros=rng.choice((None, None, 45_000_000, 150_000_000)),
        de_minimis_with_freight=rng.random() < 0.5,
        ioss_up_to_micros=rng.choice((None, 150_000_000)) if tax else None,
    )


def duty_tax(
    problem: PlanProblem, order: Order, site: Site, v: int, load: Iterable[tuple[str, int]], price: int, day: int
) -> int:
    """What the brand pays at the border for a load that leaves a site by a service, in minor units."""
    if problem.tariff.services[v].incoterm != "DDP" or not problem.tariff.duties:
        return 0
    products = {one.sku: one for one in problem.products}
    minor = problem.brand.currency.minor
    ordered: Counter[str] = Counter()
    for line in order.lines:
        ordered[line.sku] += line.quantity
    items: dict[tuple[str, str], list[int]] = {}
    for sku, units in load:
        one = products[sku]
        sums = items.setdefault((one.hs_code.replace(".", ""), one.origin_country), [0, 0])
        sums[0] += minor(one.value_micros * units)
        sums[1] += one.weight_g * units
    return sum(
        Border(problem.tariff, problem.brand.currency, bool(problem.brand.ioss)).owed(
            site.place.country,
            order.place.country,
            date(1970, 1, 1) + timedelta(days=day),
            sum(minor(products[sku].value_micros * units) for sku, units in ordered.items()),
            price,
            [Item(*key, *items[key]) for key in sorted(items)],
        )
    )
