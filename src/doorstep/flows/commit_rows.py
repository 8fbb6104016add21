"""The answer of a plan of commitments as rows of files and marks of charts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from doorstep.documents.report.commitments_charts import Account, Interval, Past
from doorstep.documents.report.commitments_report import Share
from doorstep.domain.money import Currency
from doorstep.files.commitments_out import major, plain
from doorstep.files.folder import BrandFolder
from doorstep.files.schema_commitments import MOST_WEIGHT
from doorstep.flows.commit_parcels import LaneName
from doorstep.flows.commit_plan import CommitAnswer, Standing
from doorstep.flows.commit_regret import Period
from doorstep.flows.commit_terms import account_of
from doorstep.kernels.position.commit_problem import FloatArray
from doorstep.kernels.position.commit_result import Margin, Worth

LEAST_SHARE = 1e-6
LOW, HIGH = 10, 90  # percent


def _options(answer: CommitAnswer) -> Iterator[tuple[int, int, LaneName, int, bool]]:
    """Rows of the problem with their lane, each service that gets a share, and whether it is the cheapest."""
    price = np.where(answer.problem.eligible, answer.problem.price_minor, np.inf)
    cheapest = price.argmin(axis=1)
    for n in range(len(price)):
        span, lane = divmod(n, len(answer.lanes))
        for s in np.flatnonzero(answer.plan.share[n] > LEAST_SHARE):
            yield n, span, answer.lanes[lane], int(s), bool(s == cheapest[n])


def share_rows(answer: CommitAnswer, own: BrandFolder) -> Iterator[tuple[object, ...]]:
    """Rows of shares.csv."""
    micros = own.brand.currency.micros_per_minor
    parcels = answer.problem.demand.mean(axis=0)
    for n, span, lane, s, cheapest in _options(answer):
        service = answer.services[s]
        yield (
            answer.spans[span],
            lane.site,
            lane.country,
            " ".join(f"{name}:{zone}" for name, zone in lane.zones),
            lane.over_g,
            lane.up_to_g,
            lane.speed,
            lane.delivers_to,
            plain(float(parcels[n])),
            service.service,
            service.carrier,
            service.account,
            major(float(answer.problem.price_minor[n, s]), micros),
            major(float(answer.plan.bent[n, s]), micros),
            plain(float(answer.plan.share[n, s]), 4),
            cheapest,
        )


def price_rows(answer: CommitAnswer, currency: Currency) -> Iterator[tuple[object, ...]]:
    """Rows of prices.csv: volumes in parcels, or in major units of spend."""
    micros = currency.micros_per_minor
    margins = {one.account: one for one in answer.plan.margins}
    for standing, worth in zip(answer.standings, answer.plan.worths, strict=True):
        one, contract = standing.commitment, standing.contract
        margin = margins[contract.account]

        def volume(value: float, in_spend: bool = contract.in_spend) -> str:
            return major(value, micros) if in_spend else plain(value)

        yield (
            one.commitment, one.carrier, one.account, one.service, one.kind, one.measure, one.starts_on, one.ends_on,
            volume(float(contract.booked)),
            *(volume(value) for value in _mean_first(standing.as_before)),
            *(volume(value) for value in _mean_first(standing.as_planned)),
            next((volume(float(step.volume)) for step in contract.steps if step.volume > contract.booked), ""),
            plain(_kept(standing), 4),
            plain(worth.volume_minor, 6) if contract.in_spend else major(worth.volume_minor, micros),
            _of_spend(standing, worth),
            "" if margin.more_minor is None else major(margin.more_minor, micros),
            "" if margin.less_minor is None else major(margin.less_minor, micros),
        )  # fmt: skip


def _of_spend(standing: Standing, worth: Worth) -> str:
    """What a unit of spend is worth where the rate is of it and the volume is not."""
    contract = standing.contract
    return plain(worth.basis_minor, 6) if contract.rate_of_spend and not contract.in_spend else ""


def _mean_first(values: FloatArray) -> tuple[float, float, float]:
    low, mean, high = interval(values)
    return mean, low, high


def interval(values: FloatArray) -> Interval:
    """Give the tenth, the mean and the ninetieth of a hundred."""
    low, high = np.percentile(values, (LOW, HIGH))
    return float(low), float(values.mean()), float(high)


def _kept(standing: Standing) -> float:
    """Share of scenarios in which the plan keeps its aim: see the report's `Aim kept`."""
    contract, volume = standing.contract, standing.as_planned + 1e-6
    if contract.kind == "cap":
        return float((standing.as_planned <= contract.steps[0].volume + 1e-6).mean())
    shares = [float((volume >= step.volume).mean()) for step in contract.steps]
    return next((one for one in reversed(shares) if one >= 0.5), shares[0])


def commitment_price_rows(answer: CommitAnswer, own: BrandFolder) -> Iterator[tuple[object, ...]]:
    """Rows that may be put into the brand folder as they are: a price of each service, to the end of the first span."""
    known = {(one.carrier, one.account, one.service) for one in own.tariff.services}
    for one, price in zip(answer.services, answer.price_minor, strict=True):
        most = MOST_WEIGHT * 10**own.brand.currency.digits  # what the plan takes
        text = major(min(most, max(-most, float(price))), own.brand.currency.micros_per_minor)
        if (one.carrier, one.account, one.service) in known and text != "0":
            yield one.carrier, one.service, text, answer.as_of, answer.spans[0]


def regret_rows(periods: Iterable[Period], currency: Currency) -> Iterator[tuple[object, ...]]:
    """Rows of regret.csv."""
    micros = currency.micros_per_minor
    for one in periods:
        told = one.replayed
        costs = told.planned_minor, told.greedy_minor, told.hindsight_minor
        yield (
            " ".join(one.commitments),
            one.span.first,
            one.span.last,
            plain(told.parcels),
            *(major(round(cost), micros) for cost in costs),
            plain(told.hindsight_gap, 6),
            major(round(told.regret_minor), micros),
            major(round(told.greedy_regret_minor), micros),
        )


def account_bars(answer: CommitAnswer) -> tuple[Account, ...]:
    """Where each commitment stands, as the chart draws it."""
    margins: dict[str, Margin] = {one.account: one for one in answer.plan.margins}
    return tuple(
        Account(
            standing.commitment.commitment,
            account_of(standing.commitment),
            standing.commitment.kind,
            standing.contract.in_spend,
            float(standing.contract.booked),
            interval(standing.as_before),
            interval(standing.as_planned),
            tuple(float(step.volume) for step in standing.contract.steps),
            _kept(standing),
            worth.volume_minor,
            margins[standing.contract.account].more_minor,
            margins[standing.contract.account].less_minor,
        )
        for standing, worth in zip(answer.standings, answer.plan.worths, strict=True)
    )


def share_bars(answer: CommitAnswer) -> tuple[Share, ...]:
    """What is shared, as the report lists it."""
    parcels = answer.problem.demand.mean(axis=0)
    return tuple(
        Share(
            _lane_words(lane) + (f", until {answer.spans[span]}" if len(answer.spans) > 1 else ""),
            float(parcels[n]),
            answer.problem.services[s],
            float(answer.plan.share[n, s]),
            float(answer.problem.price_minor[n, s]),
            float(answer.plan.bent[n, s]),
            cheapest,
        )
        for n, span, lane, s, cheapest in _options(answer)
    )


def _lane_words(lane: LaneName) -> str:
    weight = f"up to {lane.up_to_g:,} g" if lane.up_to_g else f"over {lane.over_g:,} g"
    zones = ", ".join(sorted({zone for _, zone in lane.zones}))
    return f"{lane.site or 'anywhere'} → {lane.country}, zone {zones}, {weight}" + (
        f", {lane.speed}" if lane.speed else ""
    )


def past_bars(periods: Sequence[Period]) -> tuple[Past, ...]:
    """Periods that are over, as the chart draws them."""
    return tuple(
        Past(
            f"{one.span.first} to {one.span.last}",
            one.replayed.parcels,
            one.replayed.planned_minor,
            one.replayed.greedy_minor,
            one.replayed.hindsight_minor,
        )
        for one in periods
    )
