"""What a scenario changes, in words."""

from __future__ import annotations

from collections.abc import Collection

from doorstep.documents.report.wording import counted, day, decimal, percent
from doorstep.kernels.simulate.changes import Disruption, NewService
from doorstep.kernels.simulate.problem import PLANNING, USUAL_POLICIES, Policy
from doorstep.kernels.simulate.scenario import Scenario


def changes(scenario: Scenario | None, policies: Collection[Policy] = USUAL_POLICIES) -> list[str]:
    """Say what a scenario changes, in words; what weighs does so for policies that plan alone."""
    if scenario is None:
        return []
    found = [] if scenario.demand_ppm == 10**6 else [f"Demand times {_factor(scenario.demand_ppm)}"]
    for stock in scenario.stock:
        what = f"of {stock.sku}" if stock.sku else "of all goods"
        found.append(
            f"Stock {what} {f'at {stock.site}' if stock.site else 'everywhere'} times {_factor(stock.factor_ppm)}"
        )
    found += [f"{one.site} closed from {day(one.first)} to before {day(one.until)}" for one in scenario.closed]
    for one in scenario.services:
        if one.removed:
            found.append(f"{one.service} gone")
        else:
            found.append(
                f"{one.service} {percent(abs(one.dearer_ppm) / 10**6)} {'dearer' if one.dearer_ppm >= 0 else 'cheaper'}"
            )
    for slow in scenario.slower:
        until = f" to before {day(slow.until)}" if slow.until else " on"
        found.append(
            f"{slow.service or 'All services'} {counted(slow.days, 'working day')} slower from {day(slow.first)}{until}"
        )
    return found + _added(scenario, bool(PLANNING & set(policies)))


def _added(scenario: Scenario, planning: bool) -> list[str]:
    found = [_service(one) for one in scenario.new_services]
    for site in scenario.new_sites:
        share = (
            f", with {percent(site.stock_ppm / 10**6)} of its stock" if site.stock_ppm else ", with nothing in stock"
        )
        found.append(f"New site {site.site}, which works as {site.like} does{share}")
    for cut in scenario.cutoffs:
        calls = f", carriers call at {_clock(cut.collection_s)}" if cut.collection_s is not None else ""
        found.append(f"Orders until {_clock(cut.cutoff_s)} can leave the same day at {cut.site or 'all sites'}{calls}")
    if scenario.on_time_target_ppm is not None:
        found.append(f"Promises are to be kept with a probability of {percent(scenario.on_time_target_ppm / 10**6)}")
    none = "" if planning else " of no policy here, since none plans"
    if scenario.values:
        found.append(f"What speed was learned to be worth to shoppers weighs beside the cost, carbon does not{none}")
    if scenario.commitment_prices:
        found.append(f"Commitment prices weigh beside the cost{none}")
    if scenario.cartons is not None:
        found.append(f"Packed in {counted(len(scenario.cartons), 'other carton')}")
    if scenario.placement:
        skus, sites = ({one.sku for one in scenario.placement}, {one.site for one in scenario.placement})
        found.append(f"{counted(len(skus), 'product')} placed anew at {counted(len(sites), 'site')}")
    if scenario.replenish is not None:
        terms = scenario.replenish
        lead = f"{terms.least_days} to " if terms.least_days < terms.most_days else ""
        found.append(
            f"Goods are ordered anew up to that placement, and come after {lead}{counted(terms.most_days, 'day')}"
        )
    found += [
        f"Parcels of {one.site} are packed one by one, in {decimal(one.mean_ms / 1_000, 1)} s on average"
        for one in scenario.stations
    ]
    return found + [_disruption(one) for one in scenario.disruptions]


def _service(one: NewService) -> str:
    price = "its own rates" if one.rates else f"rates times {_factor(one.factor_ppm)}"
    of = f" of {one.carrier}" if one.carrier else ""
    takes = f", {one.days[0]} to {one.days[1]} working days" if one.days else ""
    return f"New service {one.service}{of}, like {one.like} with {price}{takes}"


def _disruption(one: Disruption) -> str:
    where = " ".join(filter(None, (one.region, one.country)))
    what = f"{one.service or 'No service'} {'does not deliver' if one.service else 'delivers'}"
    words = f"{what} in {where}" if where else f"{one.service} does not call"
    known = "announced" if one.announced else "which nobody knows beforehand"
    return f"{words} from {day(one.first)} to before {day(one.until)}, {known}"


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds % 3600 // 60:02}"


def _factor(ppm: int) -> str:
    return decimal(ppm / 10**6, 6).rstrip("0").removesuffix(".")
