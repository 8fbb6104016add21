"""How else an order could be sent, as its page shows it: named, dated, weighed against the plan in force, drawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from doorstep.core.catalog.queries import CartonRow, cartons
from doorstep.core.network.queries import sites
from doorstep.core.orders.queries import OrderDetail
from doorstep.core.tariffs.queries import services
from doorstep.documents.box import BoxDrawing, Mark, Wrap, box_drawing, marks
from doorstep.documents.report.option_words import Named, Names, named
from doorstep.domain.parcel import Parcel
from doorstep.domain.rights import Scope
from doorstep.flows.override import Option
from doorstep.flows.replan import Promise
from doorstep.web.words.options import MOST_SERVICES, names_of, ruled_out


@dataclass(frozen=True, slots=True)
class Choice:
    option: Option
    legs: tuple[Named, ...]
    leaves: datetime | None  # the first of its parcels, local at its site; None: nobody knows
    promised_by: date | None
    later_days: int  # than the plan in force; below zero: earlier
    on_time_ppm: int | None  # of the least sure parcel
    cost_minor: int | None
    difference_minor: int | None  # against the plan in force; None: never priced
    why_not: str

    @property
    def leaves_clock(self) -> str:
        return f"{self.leaves:%H:%M}" if self.leaves else ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A parcel as it would be packed."""

    parcel: Parcel
    named: Named
    inside: tuple[tuple[Mark, int, str], ...]  # mark, units, product
    drawing: BoxDrawing | None


def names_for(scope: Scope, order: OrderDetail) -> Names:
    goods = {line.sku: line.name for line in order.lines if line.name}
    return names_of(sites(scope), services(scope, brand=order.row.brand, limit=MOST_SERVICES).rows, goods)


def choice(option: Option, in_force: Promise | None, names: Names) -> Choice:
    promised = max((one.promised_by for one in option.parcels), default=None)
    cost = sum(one.cost.total_minor for one in option.parcels) if option.parcels else option.cost_minor
    return Choice(
        option,
        named(option.name, names),
        min((one.ship_at for one in option.parcels), default=None),
        promised,
        (promised - in_force.promised_by).days if promised and in_force else 0,
        min((one.on_time_ppm for one in option.parcels), default=None),
        cost,
        cost - in_force.cost_minor if in_force and cost is not None else None,
        ruled_out(option.constraint, names),
    )


def pictures(scope: Scope, order: OrderDetail, parcels: tuple[Parcel, ...], names: Names) -> tuple[Picture, ...]:
    """Draw the parcels of the option that is looked at. One query."""
    used = cartons(scope, brand=order.row.brand, codes={parcel.carton for parcel in parcels})
    known = {one.carton: one for one in used}
    return tuple(_picture(one, known.get(one.carton), names) for one in parcels)


def _picture(one: Parcel, carton: CartonRow | None, names: Names) -> Picture:
    wrap = Wrap(carton.padding_mm, carton.mailer) if carton else Wrap()
    marked = marks([*(part.sku for part in one.contents), *(lying.sku for lying in one.placements)])
    return Picture(
        one,
        named(f"{one.site} by {one.service} in {one.carton}", names)[0],
        tuple((marked[part.sku], part.quantity, names.product(part.sku)) for part in one.contents),
        box_drawing(one.placements, carton.inner_mm if carton else None, marked, wrap),
    )
