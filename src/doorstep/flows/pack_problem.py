"""Baskets and cartons as the pack kernel's problem, and its result as parcels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from doorstep.domain.catalog import Carton
from doorstep.domain.money import Currency
from doorstep.domain.packing import Basket, Good, Left, PackedParcel
from doorstep.domain.parcel import OWN_BOX, Placement
from doorstep.domain.units import MICROS
from doorstep.files.pack_in import Steps
from doorstep.kernels.pack.problem import BoolArray, Breaks, FitProblem, Freight, IntArray, PackProblem
from doorstep.kernels.pack.result import NO_LAYOUT, NOT_CARRIED, TOO_HEAVY, TOO_LARGE, PackResult

REASONS = {
    TOO_LARGE: "too_large",
    TOO_HEAVY: "too_heavy",
    NOT_CARRIED: "not_carried",
    NO_LAYOUT: "no_layout",
}
BILLED, LONGEST, SECOND, GIRTH, VOLUME = "billed_weight_g", "longest_mm", "second_mm", "girth_mm", "volume_mm3"


@dataclass(frozen=True, slots=True)
class Prices:
    """What a parcel costs beside its carton."""

    currency: Currency
    freight: tuple[Freight, ...] = ()
    pays: tuple[int, ...] = ()  # which of several tables each basket pays; empty: all pay the first
    void_fill_micros: int = 0  # millionths of the major unit, for a litre


@dataclass(frozen=True, slots=True)
class Asked:
    """The nouns that a problem was built of, by the numbers it knows them by."""

    problem: PackProblem
    baskets: Sequence[Basket]
    cartons: Sequence[Carton]
    goods: Sequence[Good]


def asked(baskets: Sequence[Basket], cartons: Sequence[Carton], prices: Prices) -> Asked:
    """Build the problem. Equal goods become one item, the lines of a basket stay as they are."""
    lines = _Lines()
    for basket in baskets:
        lines.add(basket)
    goods = tuple(lines.numbers)
    classes = {name: at for at, name in enumerate(sorted({"", *(good.hazmat_class for good in goods)}))}
    problem = PackProblem(
        goods=FitProblem(
            item_size_mm=_sizes([good.size_mm for good in goods]),
            item_weight_g=_whole(good.weight_g for good in goods),
            item_upright=_flags(good.this_side_up for good in goods),
            item_fragile=_flags(good.fragile for good in goods),
            item_max_load_g=_whole(-1 if good.max_load_g is None else good.max_load_g for good in goods),
            item_class=_whole(classes[good.hazmat_class] for good in goods),
            load_start=np.array(lines.start, np.int64),
            load_item=np.array(lines.item, np.int64),
            load_quantity=np.array(lines.quantity, np.int64),
            carton_inner_mm=_sizes([carton.inner_mm for carton in cartons]),
            carton_tare_g=_whole(carton.tare_g for carton in cartons),
            carton_max_weight_g=_whole(carton.max_weight_g for carton in cartons),
            item_soft=_flags(good.soft for good in goods),
        ),
        carton_outer_mm=_sizes([carton.outer_mm for carton in cartons]),
        carton_price_minor=_whole(prices.currency.minor(carton.cost_micros) for carton in cartons),
        carton_mailer=_flags(carton.mailer for carton in cartons),
        carton_padding_mm=_whole(carton.padding_mm for carton in cartons),
        item_own_box=_flags(good.ships_in_own_box for good in goods),
        item_padding_mm=_whole(good.padding_mm for good in goods),
        freight=prices.freight,
        load_freight=_whole(prices.pays or (0,) * len(baskets)) if prices.freight else None,
        void_fill_micros_per_l=prices.void_fill_micros * MICROS // prices.currency.micros_per_minor,
    )
    return Asked(problem, baskets, cartons, goods)


@dataclass(slots=True)
class _Lines:
    """Lines of baskets as the kernel counts them."""

    numbers: dict[Good, int] = field(default_factory=dict)
    start: list[int] = field(default_factory=lambda: [0])
    item: list[int] = field(default_factory=list)
    quantity: list[int] = field(default_factory=list)

    def add(self, basket: Basket) -> None:
        for good, quantity in basket.lines:
            self.item.append(self.numbers.setdefault(good, len(self.numbers)))
            self.quantity.append(quantity)
        self.start.append(len(self.item))


def freight_of(steps: Mapping[str, Steps], divisor: int, currency: Currency) -> Freight:
    """A carrier's table; `divisor` in cm3 per kg, which are mm3 per g, 0: size does not count as weight."""
    tables = {measure: breaks_of(rows, currency) for measure, rows in steps.items()}
    return Freight(
        weight=tables.get(BILLED) or free(),
        divisor_mm3_per_g=divisor,
        longest=tables.get(LONGEST),
        second=tables.get(SECOND),
        girth=tables.get(GIRTH),
        volume=tables.get(VOLUME),
    )


def breaks_of(steps: Steps, currency: Currency) -> Breaks:
    return Breaks(_whole(up_to for up_to, _ in steps), _whole(currency.minor(price) for _, price in steps))


def free() -> Breaks:
    return Breaks(np.array([10**15], np.int64), np.zeros(1, np.int64))


def parcels_of(of: Asked, result: PackResult) -> Iterator[PackedParcel]:
    """Yield the parcels in the order of the baskets, numbered within each."""
    number, before = 0, -1
    for at, load in enumerate(result.parcel_load.tolist()):
        number = number + 1 if load == before else 1
        before = load
        carton = int(result.parcel_carton[at])
        order = of.baskets[load].order
        length, width, height = result.parcel_outer_mm[at].tolist()
        box, fill, freight = result.parcel_parts_minor[at].tolist()
        yield PackedParcel(
            parcel=f"{order}-{number}",
            order=order,
            carton=OWN_BOX if carton < 0 else of.cartons[carton].carton,
            weight_g=int(result.parcel_weight_g[at]),
            outer_mm=(length, width, height),
            billed_weight_g=int(result.parcel_billed_g[at]),
            carton_minor=box,
            void_fill_minor=fill,
            freight_minor=freight,
            placements=tuple(_placements(of, order, result.layouts[at])),
        )


def _placements(of: Asked, order: str, rows: IntArray) -> Iterator[Placement]:
    counted: dict[str, int] = {}
    for item, x, y, z, length, width, height in rows.tolist():
        sku = of.goods[item].sku
        unit = counted[sku] = counted.get(sku, 0) + 1
        yield Placement(order, sku, unit, x, y, z, length, width, height)


def left_of(of: Asked, result: PackResult) -> tuple[Left, ...]:
    rows = zip(result.left_load, result.left_item, result.left_quantity, result.left_reason, strict=True)
    return tuple(
        Left(of.baskets[load].order, of.goods[item].sku, int(quantity), REASONS[int(reason)])
        for load, item, quantity, reason in rows
    )


def _whole(numbers: Iterable[int]) -> IntArray:
    return np.fromiter(numbers, np.int64)


def _flags(flags: Iterable[bool]) -> BoolArray:
    return np.fromiter(flags, np.bool_)


def _sizes(sizes: Sequence[tuple[int, int, int]]) -> IntArray:
    return np.array(sizes, np.int64).reshape(-1, 3)
