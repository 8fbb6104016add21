"""Volume commitments of a folder: read it, plan the rest of the periods, put shares and prices in place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from doorstep.documents.report.commitments_report import CommitmentsReport, write_commitments_report
from doorstep.domain.errors import InvalidProblem
from doorstep.files.commitments_out import (
    COMMITMENT_PRICE_COLUMNS,
    PRICE_COLUMNS,
    REGRET_COLUMNS,
    SHARE_COLUMNS,
)
from doorstep.files.folder import BrandFolder, read_folder
from doorstep.files.output import output_folder
from doorstep.files.plan_out import write_summary
from doorstep.files.write import write_csv
from doorstep.flows.commit_parcels import EPOCH, PastParcels, differing_words, past_parcels
from doorstep.flows.commit_plan import CommitAnswer, plan_commitments
from doorstep.flows.commit_regret import Period, replayed_periods
from doorstep.flows.commit_rows import (
    account_bars,
    commitment_price_rows,
    past_bars,
    price_rows,
    regret_rows,
    share_bars,
    share_rows,
)
from doorstep.flows.commit_terms import in_force
from doorstep.kernels.position.commit_lanes import WEEK, ForecastParams
from doorstep.kernels.position.commit_problem import CommitParams
from doorstep.kernels.position.commit_replay import ReplayParams
from doorstep.kernels.run import Run


@dataclass(frozen=True, slots=True)
class CommitWish:
    """What is asked for: the day, how many months before it are drawn from, how many past periods are replayed."""

    as_of: date
    months: int = 6
    scenarios: int = 20
    replays: int = 3


def commitments_folder(
    folder: Path, out: Path, wish: CommitWish, *, run: Run, others: Sequence[Path] = (), force: bool = False
) -> dict[str, object]:
    """Plan the commitments of `folder`, with the parcels of `others` pooled, into `out`; returns the summary.

    Nothing placed on `as_of` or later is read. Raises InputRefused with every fault, InvalidProblem where folders
    contradict one another or a growth clause has nothing to grow on, or OutputRefused; in each case `out` is as it was
    before.
    """
    _refuse_twice((folder, *others))
    with output_folder(out, force, reading=(folder, *others)) as aside:
        read = [read_folder(one, run.progress) for one in (folder, *others)]
        own = read[0]
        past = past_parcels(read, wish.as_of)
        answer, periods = _decided(past, own, wish, run)
        notices = _notices(read, past, wish, answer)
        _write(aside, own, answer, periods, notices, wish.as_of, run.seed)
        told = _summary(own, past, answer, periods, wish, notices, run.seed)
        write_summary(aside, told)
    return told


def _decided(
    past: PastParcels, own: BrandFolder, wish: CommitWish, run: Run
) -> tuple[CommitAnswer | None, tuple[Period, ...]]:
    running = in_force(own.commitments, wish.as_of)
    if not running or not len(past.parcels):
        return None, ()
    since = months_before(wish.as_of, wish.months)
    forecast = ForecastParams(scenarios=wish.scenarios)
    run.progress("planning", 0, 1)
    answer = plan_commitments(past, running, own.brand, wish.as_of, since, forecast, CommitParams(gap=1e-3), run.seed)
    run.progress("planning", 1, 1)
    weeks = max(1, (wish.as_of - since).days // 7)
    params = ReplayParams(forecast=ForecastParams(scenarios=min(12, wish.scenarios)), weeks=weeks)
    periods = replayed_periods(past, running, own.brand, wish.replays, params, run.seed, run.progress)
    return answer, periods


def months_before(day: date, months: int) -> date:
    """Give the same day so many months before, or the last of its month where that has no such day."""
    at = day.year * 12 + day.month - 1 - months
    for number in range(day.day, 27, -1):
        try:
            return date(at // 12, at % 12 + 1, number)
        except ValueError:
            continue
    return date(at // 12, at % 12 + 1, min(day.day, 28))


def _refuse_twice(folders: Sequence[Path]) -> None:
    seen = set[Path]()
    for one in folders:
        real = one.resolve()
        if real in seen:
            raise InvalidProblem(f"{one} is named twice; its parcels would count twice")
        seen.add(real)


def _notices(
    read: Sequence[BrandFolder], past: PastParcels, wish: CommitWish, answer: CommitAnswer | None
) -> tuple[str, ...]:
    own, found = read[0], list[str]()
    if not own.commitments:
        found.append("There is no commitments.csv.")
    elif not in_force(own.commitments, wish.as_of):
        found.append("No commitment runs on the day that was asked for.")
    elif answer is None:
        found.append("No parcel was placed in the months before: there is nothing to plan by.")
    elsewhere = sum(len(one.commitments) for one in read[1:])
    if elsewhere:
        found.append(f"Commitments of other folders are not planned: {elsewhere:,}. Put them into the first one.")
    silent = (wish.as_of.toordinal() - EPOCH - 1 - int(past.parcels.day.max())) if len(past.parcels) else 0
    if answer is not None and silent >= WEEK:
        found.append(f"The last {silent:,} days before the day asked for have no parcel; they count as weeks without.")
    if past.unserved:
        found.append(f"{past.unserved:,} parcels of the past are taken by no service of the tariff; they are left out.")
    unknown = int((past.went_by < 0).sum())
    if unknown:
        found.append(f"Of {unknown:,} parcels no known service is recorded: they count towards no contract's past.")
    found += differing_words(past)
    return tuple(found)


def _write(
    aside: Path,
    own: BrandFolder,
    answer: CommitAnswer | None,
    periods: tuple[Period, ...],
    notices: tuple[str, ...],
    as_of: date,
    seed: int,
) -> None:
    currency = own.brand.currency
    write_csv(aside / "shares.csv", SHARE_COLUMNS, share_rows(answer, own) if answer else ())
    write_csv(aside / "prices.csv", PRICE_COLUMNS, price_rows(answer, currency) if answer else ())
    prices = commitment_price_rows(answer, own) if answer else ()
    write_csv(aside / "commitment_prices.csv", COMMITMENT_PRICE_COLUMNS, prices)
    write_csv(aside / "regret.csv", REGRET_COLUMNS, regret_rows(periods, currency))
    report = CommitmentsReport(
        brand=own.brand,
        as_of=as_of,
        weeks=answer.weeks if answer else 0,
        accounts=account_bars(answer) if answer else (),
        shares=share_bars(answer) if answer else (),
        past=past_bars(periods),
        expected_minor=answer.plan.cost_minor if answer else 0.0,
        cheapest_minor=answer.cheapest_minor if answer else 0.0,
        gap=answer.plan.gap if answer else 0.0,
        notices=notices,
        data_version=own.data_version,
        seed=seed,
    )
    write_commitments_report(aside / "report.html", report)


def _summary(
    own: BrandFolder,
    past: PastParcels,
    answer: CommitAnswer | None,
    periods: tuple[Period, ...],
    wish: CommitWish,
    notices: tuple[str, ...],
    seed: int,
) -> dict[str, object]:
    major = own.brand.currency.micros_per_minor / 1_000_000
    both = ~np.isnan(past.recorded_minor) & (past.went_by >= 0)
    rows = np.flatnonzero(both)
    rated = past.parcels.price_minor[rows, past.went_by[rows]].sum() if len(rows) else 0.0
    paid = past.recorded_minor[rows].sum() if len(rows) else 0.0
    planned, greedy = (sum(getattr(p.replayed, f"{name}_minor") for p in periods) for name in ("planned", "greedy"))
    hindsight = sum(p.replayed.hindsight_minor for p in periods)
    return {
        "as_of": wish.as_of.isoformat(),
        "commitments": len(answer.standings) if answer else 0,
        "parcels": round(float(past.parcels.stands_for.sum())),
        "parcels_unserved": past.unserved,
        "rated_to_paid": round(float(rated / paid), 4) if paid else None,
        "weeks": answer.weeks if answer else 0,
        "lanes": len(answer.lanes) if answer else 0,
        "scenarios": wish.scenarios,
        "expected_parcels": round(float(answer.problem.demand.mean(axis=0).sum()), 1) if answer else 0,
        "expected_cost": round(answer.plan.cost_minor * major, 2) if answer else 0,
        "lower_bound": round(answer.plan.bound_minor * major, 2) if answer else 0,
        "gap_pct": round(100 * answer.plan.gap, 4) if answer else 0,
        "cheapest_cost": round(answer.cheapest_minor * major, 2) if answer else 0,
        "periods": len(periods),
        "replayed_cost": round(planned * major, 2),
        "replayed_greedy_cost": round(greedy * major, 2),
        "replayed_hindsight_bound": round(hindsight * major, 2),
        "currency": own.brand.currency.code,
        "notices": list(notices),
        "data_version": own.data_version,
        "seed": seed,
    }
