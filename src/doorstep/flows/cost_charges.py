"""What was charged for the orders of a brand: by plans, by history, and by the rates of activities."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from doorstep.domain.catalog import Product
from doorstep.domain.demand import Brand, Order
from doorstep.domain.learned import PastParcel
from doorstep.domain.money import Currency
from doorstep.domain.units import MICROS, divide_half_up, divide_up
from doorstep.files.costs_in import ActivityRate, PlannedParcel
from doorstep.kernels.learn.costs_problem import Charge, CostRow, Part

PLANNED: tuple[Part, ...] = ("pick", "carton", "freight", "surcharges", "duty_tax", "lateness")  # as plan.csv has them
MM3_PER_CM3 = 1_000
PER_THOUSAND = 1_000  # quantities of activities are counted in thousandths: grams of kilograms, cm3 of litres
UNKNOWN = "unknown"


class Books(Protocol):
    """What is known of a brand's orders, by its folder or by the record."""

    @property
    def brand(self) -> Brand: ...
    @property
    def orders(self) -> Sequence[Order]: ...
    @property
    def products(self) -> Sequence[Product]: ...
    @property
    def history(self) -> Sequence[PastParcel]: ...


@dataclass(frozen=True, slots=True)
class Gathered:
    """Rows and charges; orders told of by plans, and those left out because nothing tells how they travelled."""

    rows: tuple[CostRow, ...]
    charges: tuple[Charge, ...]
    from_plans: int
    left_out: int
    rates: int


def gather(read: Books, plans: Sequence[PlannedParcel], rates: Sequence[ActivityRate], as_of: date) -> Gathered:
    """Gather what orders placed before `as_of` cost.

    Parcels are those of the plans; an order that no plan tells of is charged what carriers were paid for its parcels of
    history that had been handed over by then. Rates of activities come on top, for parcels of plans only those of parts
    that a plan does not tell.
    """
    orders = {one.order: one for one in read.orders if one.placed_at.date() < as_of}
    goods = {one.sku: one for one in read.products}
    rows: list[CostRow] = []
    charges: list[Charge] = []
    planned: set[str] = set()
    for parcel in plans:
        mine = [(key, units) for key, units in parcel.units if key[0] in orders]
        if len(mine) < len(parcel.units) or not mine:
            continue  # a parcel of orders that are not asked for
        planned.update(order for (order, _), _ in mine)
        rows += [
            _row(orders[order], parcel.parcel, sku, units, goods, read.brand.currency) for (order, sku), units in mine
        ]
        amounts = zip(PLANNED, parcel.cost_micros, strict=True)
        charges += [_charge(part, micros, read.brand.currency, parcel=parcel.parcel) for part, micros in amounts]
    paid = _paid(read.history, orders.keys() - planned, as_of)
    for code in sorted(paid):
        units: Counter[str] = Counter()
        for line in orders[code].lines:
            units[line.sku] += line.quantity
        rows += [
            _row(orders[code], f"~{code}", sku, count, goods, read.brand.currency)
            for sku, count in sorted(units.items())
        ]
        charges.append(_charge("freight", paid[code], read.brand.currency, order=code))
    charges += _activities(rows, rates, planned, read.brand.currency)
    return Gathered(tuple(rows), tuple(charges), len(planned), len(orders) - len(planned) - len(paid), len(rates))


def _row(order: Order, parcel: str, sku: str, units: int, goods: Mapping[str, Product], currency: Currency) -> CostRow:
    product = goods.get(sku)
    volume = product.length_mm * product.width_mm * product.height_mm * units if product else 0
    price = next((line.unit_price_micros for line in order.lines if line.sku == sku), 0)
    return CostRow(
        order.order, parcel, sku, (product.category if product else "") or UNKNOWN, order.customer, order.place.country,
        f"{order.placed_at:%Y-%m}", units, divide_up(volume, MM3_PER_CM3), product.weight_g * units if product else 0,
        currency.minor(price * units),
    )  # fmt: skip


def _charge(part: Part, micros: int, currency: Currency, *, parcel: str = "", order: str = "") -> Charge:
    return Charge(part, currency.minor(micros), parcel=parcel, order=order)


def _paid(history: Sequence[PastParcel], orders: set[str], as_of: date) -> dict[str, int]:
    """What carriers were paid by order, of parcels handed over before a day, by the date as written."""
    found: defaultdict[str, int] = defaultdict(int)
    for one in history:
        handed = one.handed_over_at
        if one.order in orders and one.freight_paid_micros is not None and handed and handed.date() < as_of:
            found[one.order] += one.freight_paid_micros
    return found


def _activities(
    rows: Sequence[CostRow], rates: Sequence[ActivityRate], planned: set[str], currency: Currency
) -> list[Charge]:
    """Charge activities by their rates, each once rounded; of rates for the same the most particular one holds."""
    kinds = sorted({(one.activity, one.per) for one in rates})
    found: list[Charge] = []
    for activity, per in kinds:
        mine = {(one.category, one.country): one for one in rates if (one.activity, one.per) == (activity, per)}
        done: set[str] = set()
        for at, row in enumerate(rows):
            if row.order in planned and activity in PLANNED:
                continue
            name = {"order": row.order, "parcel": row.parcel}.get(per, "")
            if name in done:
                continue
            category = "" if name else row.category
            rate = next((mine[key] for key in _particular(category, row.country) if key in mine), None)
            if rate is None:
                continue
            quantity = _quantity(per, row)
            micros = rate.rate_micros * rate.times_ppm * quantity
            amount = divide_half_up(micros, currency.micros_per_minor * MICROS * PER_THOUSAND)
            part: Part = rate.activity  # type: ignore[assignment]
            if name:
                done.add(name)
                found.append(Charge(part, amount, order=name) if per == "order" else Charge(part, amount, parcel=name))
            else:
                found.append(Charge(part, amount, row=at))
    return found


def _particular(category: str, country: str) -> tuple[tuple[str, str], ...]:
    return (category, country), (category, ""), ("", country), ("", "")


def _quantity(per: str, row: CostRow) -> int:
    """Thousandths of what an activity is charged by."""
    if per == "kg":
        return row.weight_g
    if per == "litre_day":
        return row.volume_cm3
    return row.units * PER_THOUSAND if per == "unit" else PER_THOUSAND
