"""The import: read, look only at what lay before the day, write the folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from doorstep.files.importers.olist.assumptions import Assumptions, load_assumptions
from doorstep.files.importers.olist.brazil import TIME_ZONE_OF
from doorstep.files.importers.olist.demand import Ints, sold_units
from doorstep.files.importers.olist.fit_error import CardFit, card_fit
from doorstep.files.importers.olist.freight import Paid, RateCard, constant_card, fit_card, paid_freight
from doorstep.files.importers.olist.known import Known, known_on, regional_shares, site_demand
from doorstep.files.importers.olist.market import Market
from doorstep.files.importers.olist.read_market import read_market
from doorstep.files.importers.olist.report import ImportReport, SiteReport, StockReport
from doorstep.files.importers.olist.sites import PlacedSite, place_sites
from doorstep.files.importers.olist.stock import (
    Level,
    allocate,
    covered_units,
    level_of_known_rate,
    month_later,
    stock_level,
)
from doorstep.files.importers.olist.tables import (
    LineRow,
    TableRows,
    brand_table,
    carton_table,
    collection_table,
    history_table,
    line_table,
    order_lines,
    order_table,
    own_boxes,
    product_table,
    site_table,
    stock_table,
)
from doorstep.files.importers.olist.tariff_tables import rate_table, service_table, zone_table
from doorstep.files.write import write_brand_folder
from doorstep.kernels.run import Progress, silent

STAGE = "importing"
STAGES = 6


@dataclass(frozen=True, slots=True)
class _Made:
    """Everything that an import makes, before it is written."""

    market: Market
    known: Known
    sites: tuple[PlacedSite, ...]
    sites_from: str
    level: Level
    held: Ints  # product x site
    paid: Paid
    card: RateCard
    own_box: npt.NDArray[np.bool_]
    lines: tuple[LineRow, ...]


def import_olist(
    source: Path,
    folder: Path,
    sites: int,
    as_of: date,
    scale: int | None = None,
    seed: int = 0,
    progress: Progress = silent,
    force: bool = False,
) -> ImportReport:
    """Turn the Olist data in `source` into a brand folder with `sites` fulfilment centres as of a day.

    Sites, stock, values and the rate card follow from orders placed before `as_of` alone; orders.csv and history.csv
    hold all of them. With `scale`, that many orders are drawn instead, placed in the 7 days from `as_of`, and the stock
    is measured for them. Raises InputRefused, and OutputRefused when the folder cannot be written.
    """
    assumptions = load_assumptions()
    made = _make(source, sites, as_of, scale, seed, assumptions, progress)
    report = _report(made, scale, seed, assumptions)
    progress(STAGE, STAGES - 1, STAGES)
    notes = {"assumptions.toml": assumptions.text, "import.json": report.to_json()}
    write_brand_folder(folder, _tables(made, assumptions), force=force, notes=notes)
    progress(STAGE, STAGES, STAGES)
    return report


def _make(
    source: Path, sites: int, as_of: date, scale: int | None, seed: int, assumptions: Assumptions, progress: Progress
) -> _Made:
    progress(STAGE, 0, STAGES)
    market = read_market(source)
    progress(STAGE, 1, STAGES)
    known = known_on(market, as_of, scale, seed)
    progress(STAGE, 2, STAGES)
    demand, sites_from = site_demand(market, known.before)
    placed = place_sites(sites, demand, market.prefixes)
    progress(STAGE, 3, STAGES)
    paid = paid_freight(market, market.orders, assumptions.freight)
    card = fit_card(paid, market.prefixes, as_of, assumptions.freight)
    progress(STAGE, 4, STAGES)
    level = (
        stock_level(known.sold, as_of, assumptions.stock)
        if known.rate is None
        else level_of_known_rate(known.rate, known.clump, assumptions.stock)
    )
    held = allocate(level.units, known.sold.category_of, regional_shares(market, known, placed, assumptions.stock))
    own_box = own_boxes(market.products, assumptions)
    lines = tuple(order_lines(market, known.orders))
    return _Made(market, known, placed, sites_from, level, held, paid, card, own_box, lines)


def _tables(made: _Made, assumptions: Assumptions) -> Mapping[str, TableRows]:
    market, known = made.market, made.known
    return {
        "brand": brand_table(assumptions),
        "products": product_table(market, known.values_cents, made.own_box),
        "sites": site_table(made.sites, assumptions),
        "collections": collection_table(made.sites, assumptions),
        "stock": stock_table(market.products, made.sites, made.held),
        "cartons": carton_table(assumptions),
        "services": service_table(assumptions),
        "zones": zone_table(made.card, assumptions),
        "rates": rate_table(made.card, assumptions),
        "orders": order_table(known.orders),
        "order_lines": line_table(made.lines),
        "history": history_table(market, assumptions),
    }


def _report(made: _Made, scale: int | None, seed: int, assumptions: Assumptions) -> ImportReport:
    market, known = made.market, made.known
    until = month_later(known.as_of)
    fit, held_out = _fits(made, until, assumptions)
    return ImportReport(
        as_of=known.as_of,
        month_until=until,
        seed=seed,
        scale=scale,
        sites_from=made.sites_from,
        sites=_site_reports(made),
        products=len(market.products),
        own_box_products=int(made.own_box.sum()),
        orders=len(known.orders),
        orders_before=len(known.before),
        orders_in_month=sum(known.as_of <= order.placed_at.date() < until for order in known.orders),
        order_lines=len(made.lines),
        order_units=sum(line[3] for line in made.lines),
        history=len(market.orders),
        history_of_several_sellers=sum(len({unit.seller for unit in order.units}) > 1 for order in market.orders),
        dropped=market.dropped,
        mended=market.mended,
        stock=_stock_report(made, until),
        fit=fit,
        held_out=held_out,
    )


def _site_reports(made: _Made) -> tuple[SiteReport, ...]:
    units = made.held.sum(axis=0).tolist()
    return tuple(
        SiteReport(
            site=site.site,
            city=site.place.city,
            region=site.place.region,
            postcode=site.place.postcode,
            time_zone=TIME_ZONE_OF[site.place.region],
            customers_share=round(site.share, 4),
            mean_distance_km=round(site.mean_distance_m / 1000, 1),
            units=held,
        )
        for site, held in zip(made.sites, units, strict=True)
    )


def _stock_report(made: _Made, until: date) -> StockReport:
    known, units = made.known, made.level.units
    asked = sold_units(made.market.products, known.orders).asked(known.as_of, until)
    before = np.bincount(known.sold.before(known.as_of).product, minlength=len(units))
    covered = covered_units(units, asked)
    return StockReport(
        products=len(units),
        products_sold_before=int((before > 0).sum()),
        units=int(units.sum()),
        units_sold_before=int(before.sum()),
        threshold=round(made.level.threshold, 6),
        months_walked=made.level.months_walked,
        asked_units=int(asked.sum()),
        covered_units=covered,
        coverage=round(covered / int(asked.sum()), 4) if asked.any() else None,
    )


def _fits(made: _Made, until: date, assumptions: Assumptions) -> tuple[CardFit | None, CardFit | None]:
    """Of the parcels that the card was fitted to, free ones included again, and of those of the following month."""
    paid, first = made.paid, made.known.as_of.toordinal()
    constant = constant_card(made.card, paid, made.known.as_of, assumptions.freight)
    following = (paid.day >= first) & (paid.day < until.toordinal())
    return (
        card_fit(made.card, constant, paid.where(paid.day < first)),
        card_fit(made.card, constant, paid.where(following)),
    )
