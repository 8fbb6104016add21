"""Choose the cartons to stock for the orders of a brand folder, and put the answer in place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from doorstep.compute import peak_memory_mb
from doorstep.documents.report.cartons_report import CartonsReport, write_cartons_report
from doorstep.domain.catalog import Carton
from doorstep.domain.errors import InvalidProblem
from doorstep.files.cartons_out import write_cartons
from doorstep.files.folder import BrandFolder, read_folder
from doorstep.files.output import output_folder
from doorstep.files.pack_in import read_freight
from doorstep.files.plan_out import write_summary
from doorstep.flows.carton_search import search
from doorstep.flows.carton_sizes import candidates, variants
from doorstep.flows.carton_trials import Bench, Choice
from doorstep.flows.cartons_summary import sets_of, stocked, summarise_cartons
from doorstep.flows.pack_problem import Prices, freight_of, parcels_of
from doorstep.flows.past_baskets import Kinds, kinds_of
from doorstep.flows.typical_freight import paid_by, roomiest, typical_freight
from doorstep.kernels.pack.problem import PackParams
from doorstep.kernels.run import Run


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for. `freight`, `divisor` and `void_fill_micros` stand in place of the brand's own."""

    count: int
    orders: int = 20_000  # looked at, at most
    freight: Path | None = None
    divisor: int = 0
    service: str = ""
    void_fill_micros: int | None = None  # of a litre; None: as the brand says


def choose_cartons(
    folder: Path,
    out: Path,
    wish: Wish,
    *,
    params: PackParams,
    run: Run,
    stopwatch: Callable[[], float],
    documents: bool = True,
    force: bool = False,
) -> dict[str, object]:
    """Choose cartons for the orders of `folder` and write the answer into `out`; returns the summary as written.

    Raises InputRefused with every fault, InvalidProblem where there is nothing to choose by, or OutputRefused; in each
    case `out` is as it was before.
    """
    start = stopwatch()
    read_first = (folder, *([wish.freight] if wish.freight else []))
    with output_folder(out, force, reading=read_first) as aside:
        read = read_folder(folder, run.progress)
        kinds = kinds_of(read.orders, read.products, wish.orders, run.seed)
        if not kinds.baskets:
            raise InvalidProblem("the folder has no order whose products are all known: there is nothing to choose by")
        bench, freight = _bench(read, kinds, wish, params, run)
        currency = read.brand.currency
        choice = _chosen(bench, read.cartons, wish.count)
        summary = summarise_cartons(choice, bench, stopwatch() - start)
        summary |= {"peak_memory_mb": peak_memory_mb(), "freight": freight, "seed": run.seed}
        summary |= {"currency": currency.code, "data_version": read.data_version}
        today = {carton.carton for carton in read.cartons}
        chosen, curve = stocked(choice, today), sets_of(choice)
        write_cartons(aside, choice.chosen.cartons, chosen, curve, currency)
        if documents:
            report = CartonsReport(read.brand, chosen, curve, choice.today.cartons, choice.today.parcels, summary)
            write_cartons_report(aside / "report.html", report)
        write_summary(aside, summary)
    return summary


def _bench(read: BrandFolder, kinds: Kinds, wish: Wish, params: PackParams, run: Run) -> tuple[Bench, str]:
    """What trials have in common, and in words by which tables parcels are paid."""
    currency = read.brand.currency
    own_fill = read.brand.void_fill_micros_per_l
    prices = Prices(currency, void_fill_micros=own_fill if wish.void_fill_micros is None else wish.void_fill_micros)
    unplanned = currency.minor(read.brand.unplanned_cost_micros)
    bench = Bench(kinds, prices, unplanned, params, run)
    if wish.freight:
        freight = freight_of(read_freight(wish.freight), wish.divisor, currency)
        return replace(bench, prices=replace(prices, freight=(freight,))), wish.freight.name
    weights = [sum(good.weight_g * quantity for good, quantity in basket.lines) for basket in kinds.baskets]
    last = max(order.placed_at for order in read.orders).date()
    tables = typical_freight(read.tariff, round(np.median(weights)), last, currency, wish.service)
    if not tables:
        raise InvalidProblem(f"no rate of service {wish.service or 'any'} is valid on {last}; give --freight")
    pays = np.array([paid_by(basket, tables) for basket in kinds.baskets], np.int64)
    prices = replace(prices, freight=tuple(table.freight for table in tables))
    bench = replace(bench, prices=replace(prices, pays=tuple(pays.tolist())))
    # What its service does not take in any of today's cartons goes by the one that takes the longest parcels.
    pays[bench.packed(read.cartons)[1].left_load] = roomiest(tables)
    used = [f"{tables[at].service.service} (zone {tables[at].zone})" for at in sorted(set(pays.tolist()))]
    return replace(bench, prices=replace(prices, pays=tuple(pays.tolist()))), ", ".join(used)


def _chosen(bench: Bench, today: Sequence[Carton], count: int) -> Choice:
    of, result = bench.packed(today)
    cartons = candidates(bench.kinds.baskets, parcels_of(of, result), today)
    if not cartons:
        raise InvalidProblem("no carton is of today, and no basket gives a size: there is nothing to choose from")
    looked_at = len(cartons)
    found = search(bench, cartons, result, count)
    wanted = {carton for one in found for carton in one.chosen}
    ids = {cartons[at].carton for at in wanted}
    tighter = [one for one in variants([cartons[at] for at in sorted(wanted)], today) if one.carton not in ids]
    cartons = [*cartons[: len(today)], *(cartons[at] for at in sorted(wanted) if at >= len(today)), *tighter]
    found = search(bench, cartons, result, count)
    curve = []
    for one in found:
        trial = bench.trial([cartons[at] for at in one.chosen])
        curve.append(replace(trial, bound_minor=one.bound_minor, reckoned_minor=one.cost_minor))
    asked_for, count = count, min(count, len(curve))
    while count > 1 and curve[count - 2].objective_minor <= curve[count - 1].objective_minor:
        count -= 1  # one less costs no more
    chosen = curve[count - 1]
    without = tuple(
        bench.trial([other for other in chosen.cartons if other is not carton]) for carton in chosen.cartons
    )
    return Choice(
        asked_for=asked_for,
        count=count,
        orders=bench.kinds.orders,
        candidates=looked_at + len(tighter),
        today=bench.told(today, result),
        curve=tuple(curve),
        without=without,
    )
