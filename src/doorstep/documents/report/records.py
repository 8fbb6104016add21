"""What the page looks up for one order: chunks of records, read only when needed, and a slim index of them all."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from doorstep.documents.report.drawings import Drawings
from doorstep.documents.report.option_words import Names, service_words
from doorstep.documents.report.page import packed
from doorstep.documents.report.plan_report import PlanReport
from doorstep.documents.report.receipt_words import deadlocks, turns, unsought
from doorstep.documents.report.tally import Tally, on_time_of
from doorstep.domain.catalog import Product
from doorstep.domain.decision import Decision, Unplanned
from doorstep.domain.demand import Order
from doorstep.domain.parcel import Parcel
from doorstep.domain.units import PPM
from doorstep.kernels.run import Progress

CHUNK = 500  # orders
MOST_TURNS = 12  # of an order; all stand in decisions.jsonl
MOST_LADDERS = 2_000  # orders whose price ladders are kept: a rung a service and parcel
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(slots=True)
class _Names:
    """Values that repeat, each kept once."""

    places: dict[Hashable, int] = field(default_factory=dict)

    def place(self, value: Hashable) -> int:
        return self.places.setdefault(value, len(self.places))


@dataclass(slots=True)
class Index:
    """A column per thing that is searched, sorted or shown in the table of orders."""

    order: list[str] = field(default_factory=list)
    to: list[int] = field(default_factory=list)  # into `places`
    site: list[int] = field(default_factory=list)  # into `sites`, which holds lists of ids
    service: list[int] = field(default_factory=list)
    parcels: list[int] = field(default_factory=list)
    cost_minor: list[int | None] = field(default_factory=list)  # None: not planned
    promised: list[int | None] = field(default_factory=list)  # days since 1970-01-01
    on_time_ppm: list[int | None] = field(default_factory=list)
    margin_minor: list[int | None] = field(default_factory=list)  # what the next best option costs more
    places: _Names = field(default_factory=_Names)
    sites: _Names = field(default_factory=_Names)
    services: _Names = field(default_factory=_Names)

    def add(self, order: Order, parcels: list[Parcel], decision: Decision | None) -> None:
        self.order.append(order.order)
        self.to.append(self.places.place(destination(order)))
        self.site.append(self.sites.place(_once(parcel.site for parcel in parcels)))
        self.service.append(self.services.place(_once(parcel.service for parcel in parcels)))
        self.parcels.append(len(parcels))
        self.cost_minor.append(decision.cost_minor if decision else None)
        last = max((parcel.promised_by for parcel in parcels), default=None)
        self.promised.append(last.toordinal() - _EPOCH if last else None)
        self.on_time_ppm.append(round(on_time_of(parcels) * PPM) if parcels else None)
        self.margin_minor.append(margin_minor(decision) if decision else None)

    def packed(self) -> str:
        columns = {name: getattr(self, name) for name in self.__slots__}
        return packed({name: list(c.places) if isinstance(c, _Names) else c for name, c in columns.items()})


@dataclass(slots=True)
class Records:
    """Reads the decisions once, giving a packed chunk at a time; the index is whole when the last one is out."""

    report: PlanReport
    tallied: Tally
    progress: Progress
    index: Index = field(default_factory=Index)

    def names(self) -> Names:
        """What the codes of the plan are called."""
        report = self.report
        return Names(
            {one.site: one.name for one in report.sites},
            {one.service: service_words(one.service, one.carrier, one.name) for one in report.services},
            {one.sku: one.name for one in report.products},
        )

    def chunks(self) -> Iterator[str]:
        report = self.report
        unplanned = {u.order: u for u in report.unplanned}
        products = {p.sku: p for p in report.products}
        drawings = Drawings({carton.carton: carton for carton in report.cartons}, products)
        decisions, names = iter(report.decisions), self.names()
        total = len(report.orders)
        for start in range(0, total, CHUNK):
            orders = report.orders[start : start + CHUNK]
            yield packed(self._chunk(orders, unplanned, drawings, decisions, names))
            self.progress("report", min(start + CHUNK, total), total)
        if (left := next(decisions, None)) is not None:
            raise ValueError(f"a decision too many: order {left.order!r}")

    def _chunk(
        self,
        orders: tuple[Order, ...],
        unplanned: dict[str, Unplanned],
        drawings: Drawings,
        decisions: Iterator[Decision],
        names: Names,
    ) -> dict[str, Any]:
        drawings.next_chunk()
        rows: list[dict[str, Any]] = []
        skus: set[str] = set()
        for order in orders:
            why = unplanned.get(order.order)
            decision = None if why else next(decisions, None)
            if not why and (decision is None or decision.order != order.order):
                raise ValueError(f"order {order.order!r} has neither a decision in its turn nor a reason")
            parcels = [
                replace(parcel, placements=drawings.loaded(parcel))
                for parcel in self.tallied.parcels_of.get(order.order, [])
            ]
            self.index.add(order, parcels, decision)
            skus.update(line.sku for line in order.lines)
            skus.update(content.sku for parcel in parcels for content in parcel.contents)
            rows.append(
                {
                    "order": _order_row(order),
                    "decision": replace(decision, flip=None, flips=()) if decision else None,
                    **_turns(decision, names, self.report.hauled),
                    "parcels": parcels,
                    "drawn": [drawings.of(parcel) for parcel in parcels],
                    "unplanned": _unplanned_row(why) if why else None,
                }
            )
        products = drawings.products
        named = {sku: _product_row(products[sku]) for sku in sorted(skus) if sku in products}
        return {"rows": rows, "products": named, "drawings": drawings.trees}


def unplanned_rows(report: PlanReport) -> str:
    return packed([[u.order, u.reason, u.detail, u.remedy] for u in report.unplanned])


def destination(order: Order) -> str:
    place = order.place
    town = " ".join(part for part in (place.postcode, place.city) if part)
    return ", ".join(part for part in (town or place.region, place.country) if part)


def margin_minor(decision: Decision) -> int | None:
    """What the cheapest option that lost by its cost alone would have cost more; None: there was none."""
    losers = [r.cost_minor for r in decision.rejected if r.cost_minor is not None and not r.constraint]
    return min(losers) - decision.compared_minor if losers else None


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _order_row(order: Order) -> dict[str, Any]:
    """Without the contact: the report needs no personal data."""
    return {
        "id": order.order,
        "to": destination(order),
        "region": order.place.region,
        "placed_at": order.placed_at,
        "channel": order.channel,
        "speed": order.speed,
        "lines": [[line.sku, line.quantity] for line in order.lines],
    }


def _turns(decision: Decision | None, names: Names, hauled: bool) -> dict[str, Any]:
    """What would change a decision, in words that are made once, here."""
    if decision is None:
        return {}
    told = turns(decision.flips, decision.flip, names)
    return {
        "turns": [(one.about, one.change, one.then) for one in told[:MOST_TURNS]],
        "turns_left": len(told[MOST_TURNS:]),
        "unsought": unsought(
            bool(told),
            shared=bool(decision.shared_with),
            weighed=bool(decision.weights),
            hauled=hauled,
            tried=decision.trial is not None,
        ),
    }


def _unplanned_row(why: Unplanned) -> dict[str, Any]:
    locked = [
        (one.lead, [(each.about, each.detail, each.fix, each.enough) for each in one.obstacles])
        for one in deadlocks(why.conflicts)
    ]
    return {"reason": why.reason, "detail": why.detail, "remedy": why.remedy, "deadlocks": locked}


def _product_row(product: Product) -> list[Any]:
    sizes = [product.length_mm, product.width_mm, product.height_mm]
    return [product.name, *sizes, product.weight_g, product.ships_in_own_box]
