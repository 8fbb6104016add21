"""summary.json of packing; keys are those of docs/formats.md."""

from __future__ import annotations

import numpy as np

from doorstep.domain.money import Currency
from doorstep.files.plan_out import major
from doorstep.flows.pack_problem import Asked
from doorstep.kernels.pack.result import PackResult

MM3_PER_L = 10**6


def summarise_packing(of: Asked, result: PackResult, currency: Currency, seconds: float) -> dict[str, object]:
    """Rates are shares of all orders; an order with a unit left counts as failed in each."""
    orders = len(of.baskets)
    whole = np.ones(orders, np.bool_)
    whole[result.left_load] = False
    parcels = np.bincount(result.parcel_load, minlength=orders)
    cost, bound = int(result.load_price_minor.sum()), int(result.load_bound_minor.sum())
    return {
        "orders": orders,
        "parcels": len(result.parcel_load),
        "unpacked": int((~whole).sum()),
        "unpacked_units": int(result.left_quantity.sum()),
        "one_box_rate": _rate(int((whole & (parcels == 1)).sum()), orders),
        "fill_rate": round(fill_rate(of, result), 6),
        "billed_volume_l": sum(map(_volume, result.parcel_outer_mm.tolist())) / MM3_PER_L,
        "cost_total": major(cost, currency),
        "cartons_total": major(int(result.parcel_parts_minor[:, 0].sum()), currency),
        "void_fill_total": major(int(result.parcel_parts_minor[:, 1].sum()), currency),
        "freight_total": major(int(result.parcel_parts_minor[:, 2].sum()), currency),
        "lower_bound": major(bound, currency),
        "gap_pct": round(100 * (cost - bound) / cost, 4) if cost else 0.0,
        "proven_rate": _rate(int((whole & result.load_proven).sum()), orders),
        "seconds": round(seconds, 3),
        "orders_per_second": round(orders / seconds, 1) if seconds else 0.0,
    }


def fill_rate(of: Asked, result: PackResult) -> float:
    """Volume of the goods in boxes, as given, over the inner volume of these boxes; mailers and own boxes left out."""
    goods = room = 0
    start = result.layouts.start.tolist()
    volumes = [good.volume_mm3 for good in of.goods]
    items = result.layouts.rows[:, 0].tolist()
    for at, carton in enumerate(result.parcel_carton.tolist()):
        if carton < 0 or of.cartons[carton].mailer:
            continue
        room += _volume(of.cartons[carton].inner_mm)
        goods += sum(volumes[item] for item in items[start[at] : start[at + 1]])
    return goods / room if room else 0.0


def _volume(size: tuple[int, int, int] | list[int]) -> int:
    length, width, height = size
    return length * width * height


def _rate(some: int, of: int) -> float:
    return round(some / of, 6) if of else 0.0
