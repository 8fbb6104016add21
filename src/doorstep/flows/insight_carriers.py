"""Carriers of a brand folder: read it, learn of them, put report, tables and letters in place."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from doorstep.documents.carrier_letter import letter
from doorstep.documents.report.carriers_report import CarriersReport, write_carriers_report
from doorstep.files.carriers_out import record_object, write_carriers
from doorstep.files.folder import read_folder
from doorstep.files.output import output_folder
from doorstep.kernels.learn.carrier_problem import Who, problem_of
from doorstep.kernels.learn.carrier_record import CarrierParams, CarrierRecord
from doorstep.kernels.learn.carriers import carriers
from doorstep.kernels.learn.explore import Candidate, ExploreParams, share_ppm
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
        rules = exploration(record, params)
        told = record_object(record, read.brand.currency)
        told |= {"by": who, "seed": run.seed, "level": params.level, "data_version": read.data_version}
        told |= {"exploration": [{"service": name, "parcels": n, "share": ppm / 1e6} for name, n, ppm in rules]}
        report = CarriersReport(read.brand, record, params, letters, rules, read.data_version, run.seed)
        write_carriers_report(aside / "report.html", report)
        write_carriers(aside, record, letters, told, read.brand.currency)
    return told


def exploration(record: CarrierRecord, params: CarrierParams) -> tuple[tuple[str, int, int], ...]:
    """Give services that are not measured yet the share of orders that they may have, at the freight paid so far."""
    rules = ExploreParams(late_cost_micros=params.late_cost_micros)
    found = [
        Candidate(
            one.service,
            one.freight_micros // one.freight_parcels,
            one.parcels - one.shipper_late,
            one.parcels - one.shipper_late - (one.late - one.late_after),
        )
        for one in record.standings
        if one.freight_parcels
    ]
    measured = [one for one in found if one.parcels >= rules.measured_parcels]
    if not measured:
        return ()
    best = min(
        measured,
        key=lambda one: (one.price_micros + rules.late_cost_micros * (1 - one.kept / one.parcels), one.service),
    )
    shares = ((one.service, one.parcels, share_ppm(one, best, rules)) for one in found if one not in measured)
    return tuple(one for one in shares if one[2] > 0)


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9-]+", "-", name).strip("-")[:60] or "service"
