"""What to do about a scenario, by what is surely more than chance and by nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from doorstep.documents.report.simulate_report import MORE_IS_BETTER, Verdict, signed
from doorstep.documents.report.wording import amount
from doorstep.domain.money import Currency
from doorstep.kernels.simulate.compare import Change
from doorstep.kernels.simulate.result import Difference
from doorstep.kernels.simulate.scenario import Scenario

COST = "cost_per_placed_order"
SERVICE = (
    ("mean_promised_days", "days promised"),
    ("realised_on_time", "on time"),
    ("stockouts", "orders lost"),
)
THESE_DAYS = " That is of these days alone: simulate eight days or more to know of others."
CARBON = ("co2e_kg", "kg CO2e")


@dataclass(frozen=True, slots=True)
class Advice:
    """A sentence, and why."""

    headline: str
    reasons: tuple[str, ...]


def sureness(name: str, difference: Difference) -> Verdict:
    """Say whether a change is surely for better or worse: its interval, over days if there is one, leaves out nothing.

    Without any interval, nothing is sure.
    """
    interval = difference.over_days or difference.over_seeds
    if interval is None or interval.low <= 0 <= interval.high:
        return ""
    return "better" if (interval.low > 0) == (name in MORE_IS_BETTER) else "worse"


def advise(change: Change, scenario: Scenario | None, currency: Currency) -> Advice:
    """Weigh cost against what customers see."""
    found = change.differences
    if not any(found[name].value for name in (COST, *(name for name, _ in (*SERVICE, CARBON)))):
        return Advice("It changes nothing: cost, days, punctuality and carbon stay as they are.", ())
    if all(one.over_days is None and one.over_seeds is None for one in found.values()):
        return Advice("Too few days to tell what is chance: simulate eight days or more.", ())
    cost = sureness(COST, found[COST])
    verdicts = {name: sureness(name, found[name]) for name, _ in SERVICE}
    better, worse = "better" in verdicts.values(), "worse" in verdicts.values()
    these = all(one.over_days is None for one in found.values())
    reasons = tuple(
        _reason(name, words, found[name], currency, these)
        for name, words in ((COST, "for each order"), *SERVICE, CARBON)
    )
    head = _decided(cost, better, worse) if _is_choice(scenario) else _event(cost, better, worse)
    price = _price(change, currency) if (cost, better) == ("worse", True) else ""
    return Advice(head + price + (THESE_DAYS if these else ""), tuple(one for one in reasons if one))


def _decided(cost: Verdict, better: bool, worse: bool) -> str:
    if better and worse:
        return "Weigh it: customers gain in one respect and lose in another."
    if cost == "better":
        return "Weigh it: it is cheaper, and customers pay for that." if worse else "Do it: it is surely cheaper."
    if cost == "worse":
        return "Weigh it: customers gain, and it costs more." if better else "Leave it: it surely costs more."
    if better:
        return "Do it: customers gain, and the cost may be as it is."
    if worse:
        return "Leave it: customers lose, and nothing is surely saved."
    return "Leave it open: what it changes may be chance."


def _event(cost: Verdict, better: bool, worse: bool) -> str:
    if cost == "worse" or worse:
        return "Prepare for it: it would surely do harm."
    if cost == "better" or better:
        return "Nothing to fear: it would surely do good."
    return "Nothing to decide yet: what it would change may be chance."


def _is_choice(scenario: Scenario | None) -> bool:
    """Whether the scenario is something to do, and not only something that happens."""
    if scenario is None:
        return False
    done = (
        scenario.new_services,
        scenario.new_sites,
        scenario.cutoffs,
        scenario.cartons,
        scenario.placement,
        scenario.stations,
    )
    gone = any(one.removed for one in scenario.services)
    return any(done) or gone or bool(scenario.closed) or scenario.on_time_target_ppm is not None


def _reason(name: str, words: str, difference: Difference, currency: Currency, these: bool) -> str:
    """Say a change, and how sure it is; of `these` days nothing is known of how others would differ."""
    if not difference.value:
        return ""
    surely = "more than the chance of single parcels on these days" if these else "surely more than chance"
    sure = surely if sureness(name, difference) else "may be chance"
    return f"{signed(name, difference.value, currency)} {words}: {sure}."


def _price(change: Change, currency: Currency) -> str:
    """What a promised day less, or an order not lost, costs; of the first that is surely better."""
    orders = change.after.figures["orders"] or 0.0
    more = change.differences[COST].value or 0.0
    days = change.differences["mean_promised_days"]
    if sureness("mean_promised_days", days) == "better" and days.value:
        return f" A day sooner costs {amount(currency, round(more / -days.value))} an order."
    saved = change.differences["stockouts"]
    if sureness("stockouts", saved) == "better" and saved.value:
        return f" An order not lost costs {amount(currency, round(more * orders / -saved.value))}."
    kept = change.differences["realised_on_time"]
    if sureness("realised_on_time", kept) == "better" and kept.value:
        return f" An order more on time costs {amount(currency, round(more / kept.value))}."
    return ""
