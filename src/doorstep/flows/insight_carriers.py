"""Carriers of a brand folder: read it, learn of them, put report, tables and letters in place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from doorstep.documents.carrier_letter import letter
from doorstep.documents.report.carriers_report import CarriersReport, write_carriers_report
from doorstep.domain.exploration import ServiceTrial
from doorstep.domain.money import Currency
from doorstep.files.carriers_out import record_object, write_carriers
from doorstep.files.explore_out import MICROS, write_explore
from doorstep.files.folder import read_folder
from doorstep.files.output import output_folder
from doorstep.files.schema_explore import MOST_EXTRA
from doorstep.kernels.learn.carrier_problem import Who, problem_of
from doorstep.kernels.learn.carrier_record import CarrierParams, CarrierRecord, Standing
from doorstep.kernels.learn.carriers import carriers
from doorstep.kernels.learn.explore import PPM, Candidate, ExploreParams, Proposal, propose
from doorstep.kernels.run import Run


def insight_carriers(
    folder: Path, out: Path, as_of: date, who: Who, *, run: Run, force: bool = False
) -> dict[str, object]:
    """Write what was known of carriers when `as_of` began into `out`; returns summary.json as written.

    Raises InputRefused with every fault, or OutputRefused; in each case `out` is as it was before.
    """
    with output_folder(out, force, reading=folder) as aside:
        read = read_folder(folder, run.progress)
        params = CarrierParams(late_cost_micros=read.brand.late_cost_micros)
        record = carriers(problem_of(read.history, as_of, who), params, run)
        sender = read.brand.name
        letters = tuple(
            (f"{number:02}-{_plain(case.service)}.txt", letter(case, sender))
            for number, case in enumerate(record.investigations, 1)
        )
        offers = {one.service for one in read.tariff.services} if who == "service" else set()
        proposals = exploration(record, params, offers)
        told = record_object(record, read.brand.currency)
        told |= {"by": who, "seed": run.seed, "level": params.level, "data_version": read.data_version}
        told |= {"exploration": [_told(one, read.brand.currency) for one in proposals]}
        report = CarriersReport(read.brand, record, params, letters, proposals, read.data_version, run.seed)
        write_carriers_report(aside / "report.html", report)
        write_carriers(aside, record, letters, told, read.brand.currency)
        if who == "service":
            write_explore(aside, trials_proposed(proposals))
    return told


def exploration(record: CarrierRecord, params: CarrierParams, services: Iterable[str]) -> tuple[Proposal, ...]:
    """Propose the share of orders that may try each service that is there and not measured yet.

    One is taken at the freight paid so far; one that nobody paid for, at that of the cheapest that is measured: what it
    asks for an order is known, and bounded, when the order is planned.
    """
    rules = ExploreParams(late_cost_micros=params.late_cost_micros)
    known = {one.service: one for one in record.standings}
    priced = {
        name: one.freight_micros // one.freight_parcels
        for name, one in known.items()
        if one.freight_parcels and one.freight_micros >= 0
    }
    decided = {name: one.parcels - one.shipper_late for name, one in known.items()}
    measured = [name for name in priced if decided[name] >= rules.measured_parcels]
    if not measured:
        return ()
    cheapest = min(priced[name] for name in measured)
    names = sorted({*measured, *services})
    return propose([_candidate(name, known.get(name), priced.get(name, cheapest)) for name in names], rules)


def trials_proposed(proposals: Iterable[Proposal]) -> tuple[ServiceTrial, ...]:
    """Say them as a brand folder does; a bound beyond what it takes is cut."""
    return tuple(
        ServiceTrial(one.service, one.share_ppm, min(one.most_extra_micros, MOST_EXTRA * MICROS)) for one in proposals
    )


def _candidate(service: str, known: Standing | None, price_micros: int) -> Candidate:
    if known is None:
        return Candidate(service, price_micros, 0, 0)
    decided = known.parcels - known.shipper_late
    return Candidate(service, price_micros, decided, decided - (known.late - known.late_after))


def _told(one: Proposal, currency: Currency) -> dict[str, object]:
    extra = currency.text(currency.minor(one.most_extra_micros))
    return {"service": one.service, "parcels": one.parcels, "share": one.share_ppm / PPM, "most_extra": extra}


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9-]+", "-", name).strip("-")[:60] or "service"
