"""What rules would change: the same orders planned with the rules in force and with others, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

from doorstep.domain.decision import Unplanned
from doorstep.domain.money import Currency
from doorstep.domain.parcel import Parcel
from doorstep.domain.plan import Figures, Plan
from doorstep.domain.rule_words import words
from doorstep.domain.rules import Rule
from doorstep.files.folder import read_folder, select_orders
from doorstep.files.folder_rules import known_of
from doorstep.files.plan_out import major
from doorstep.files.rules_toml import read_rules_file
from doorstep.flows.plan_folder import Selection, problem_of
from doorstep.flows.rules_check import concerned
from doorstep.kernels.plan.plan import PlanProblem, plan
from doorstep.kernels.run import Run


@dataclass(frozen=True, slots=True)
class Difference:
    """What a plan has that another has not. Amounts in minor units; `objective` counts the orders left."""

    changed: int  # orders whose parcels or fate differ
    changed_concerned: int  # of them, those that a rule which differs concerns
    cost_minor: int
    objective_minor: int
    splits: int
    promised_days: float  # mean of the orders planned both times
    on_time: float  # expected, of all orders
    newly_unplanned: tuple[Unplanned, ...]
    newly_planned: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfRule:
    """One rule that differs, by itself on top of what is in force."""

    rule: str
    what: str  # added, removed or changed
    does: str
    concerned: int
    difference: Difference


@dataclass(frozen=True, slots=True)
class DryRun:
    """The plan with the rules in force, the plan with the others, and each rule that differs by itself."""

    currency: Currency
    before: Figures
    after: Figures
    total: Difference
    rules: tuple[OfRule, ...]


def dry_run(folder: Path, rules: Path | None, selection: Selection, run: Run, each: bool = True) -> DryRun:
    """Plan the selected orders under both sets of rules, and unless told otherwise under each rule that differs.

    `rules`: the file to try against the folder's own rules; None: the folder's own against none. Raises InputRefused.
    """
    read = read_folder(folder, run.progress)
    mine: tuple[Rule, ...] = ()
    tried = read.rules
    if rules is not None:
        known = known_of(read.sites, read.tariff.services, read.products)
        mine, tried = read.rules, read_rules_file(rules, known).rules
    problem = problem_of(read, select_orders(read, selection.first, selection.until), seed=run.seed)
    changes = list(_changes(mine, tried))
    touched = concerned([rule for _, rule, _ in changes], problem.orders, read.products)
    before = _plan(problem, mine, run)
    after = _plan(problem, tried, run)
    alone = tuple(
        OfRule(
            rule.rule,
            what,
            words(rule),
            len(touched[rule.rule]),
            difference(problem, before, _plan(problem, alone, run), touched[rule.rule]),
        )
        for what, rule, alone in changes
        if each
    )
    everyone = frozenset().union(*touched.values())
    total = difference(problem, before, after, everyone)
    return DryRun(problem.brand.currency, before.figures, after.figures, total, alone)


def _plan(problem: PlanProblem, rules: tuple[Rule, ...], run: Run) -> Plan:
    return plan(replace(problem, rules=rules), None, run).plan


def _changes(mine: Sequence[Rule], tried: Sequence[Rule]) -> list[tuple[str, Rule, tuple[Rule, ...]]]:
    """Rules that differ: what became of each, and the rules in force with nothing but that change."""
    old, new = {rule.rule: rule for rule in mine}, {rule.rule: rule for rule in tried}
    found: list[tuple[str, Rule, tuple[Rule, ...]]] = []
    for name, rule in new.items():
        if name not in old:
            found.append(("added", rule, (*mine, rule)))
        elif old[name] != rule:
            found.append(("changed", rule, tuple(rule if one.rule == name else one for one in mine)))
    for name, rule in old.items():
        if name not in new:
            found.append(("removed", rule, tuple(one for one in mine if one.rule != name)))
    return found


def difference(problem: PlanProblem, before: Plan, after: Plan, touched: frozenset[str]) -> Difference:
    """Compare two plans of the same orders."""
    was, becomes = _by_order(before), _by_order(after)
    placed = {order.order: order.placed_at.date() for order in problem.orders}
    changed = {name for name in placed if _sent(was.get(name, ())) != _sent(becomes.get(name, ()))}
    both = [name for name in placed if name in was and name in becomes]
    days = sum((_due(becomes[name]) - _due(was[name])).days for name in both)
    return Difference(
        changed=len(changed),
        changed_concerned=len(changed & touched),
        cost_minor=after.figures.cost_minor - before.figures.cost_minor,
        objective_minor=after.figures.objective_minor - before.figures.objective_minor,
        splits=after.figures.split_orders - before.figures.split_orders,
        promised_days=days / len(both) if both else 0.0,
        on_time=after.figures.expected_on_time - before.figures.expected_on_time,
        newly_unplanned=tuple(one for one in after.unplanned if one.order in was),
        newly_planned=tuple(one.order for one in before.unplanned if one.order in becomes),
    )


def _by_order(made: Plan) -> Mapping[str, tuple[Parcel, ...]]:
    found: dict[str, tuple[Parcel, ...]] = {}
    for parcel in made.parcels:
        for name in parcel.orders:
            found[name] = (*found.get(name, ()), parcel)
    return found


def _sent(parcels: Sequence[Parcel]) -> set[tuple[object, ...]]:
    """What of parcels counts as their plan."""
    return {
        (one.site, one.carton, one.service, one.ship_at, one.promised_by, one.on_time_ppm, one.cost, one.contents)
        for one in parcels
    }


def _due(parcels: Sequence[Parcel]) -> date:
    return max(one.promised_by for one in parcels)


def as_json(found: DryRun) -> dict[str, object]:
    """Amounts in major units; keys are those of docs/formats.md."""
    return {
        "currency": found.currency.code,
        "before": _figures(found.currency, found.before),
        "after": _figures(found.currency, found.after),
        "total": _difference(found.currency, found.total),
        "rules": [
            {
                "rule": one.rule,
                "what": one.what,
                "does": one.does,
                "orders": one.concerned,
                **_difference(found.currency, one.difference),
            }
            for one in found.rules
        ],
    }


def _figures(currency: Currency, of: Figures) -> dict[str, object]:
    return {
        "orders": of.orders,
        "planned": of.planned,
        "unplanned": of.unplanned,
        "parcels": of.parcels,
        "split_orders": of.split_orders,
        "cost_total": major(of.cost_minor, currency),
        "objective": major(of.objective_minor, currency),
        "mean_promised_days": round(of.mean_promised_days, 4),
        "expected_on_time": round(of.expected_on_time, 6),
    }


def _difference(currency: Currency, of: Difference) -> dict[str, object]:
    return {
        "changed": of.changed,
        "changed_concerned": of.changed_concerned,
        "cost_total": major(of.cost_minor, currency),
        "objective": major(of.objective_minor, currency),
        "split_orders": of.splits,
        "mean_promised_days": round(of.promised_days, 4),
        "expected_on_time": round(of.on_time, 6),
        "newly_unplanned": [asdict(one) for one in of.newly_unplanned],
        "newly_planned": list(of.newly_planned),
    }
