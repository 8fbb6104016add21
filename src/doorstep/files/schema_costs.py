"""What activities cost, and the parcels of a plan as their costs are read again."""

from __future__ import annotations

from doorstep.files.columns import Table, must, opt
from doorstep.files.kinds import code, country, day, instant, money, one_of, text, whole, word

ACTIVITIES = ("storage", "pick", "pack", "carton", "freight", "surcharges", "duty_tax", "failed_attempt", "return")
OF_ROWS = ("line", "unit", "kg", "litre_day")
PER = ("order", "parcel", *OF_ROWS)

RATES_COSTS = Table(
    "rates_costs",
    "What activities cost, where no plan tells it.",
    (
        must("activity", one_of(ACTIVITIES), "what is done"),
        must("per", one_of(PER), "what it is done to; litre_day: a litre of goods for a day"),
        must("rate", money(), "what doing it once costs"),
        opt("times", money(most=100_000), "how often it is done to each: days in store, failed attempts a parcel, "
            "units returned of a unit; empty: 1").default(1_000_000),
        opt("category", text(), "only goods of this category; not per order or parcel"),
        opt("country", country(), "only orders to this country"),
    ),
    keys=(("activity", "per", "category", "country"),),
    optional=True,
)  # fmt: skip

_MOST = 10**12
PLAN = Table(
    "plan",
    "Parcels of a plan.",
    (
        must("parcel", word(), "id of the parcel"),
        must("orders", text(), "ids of its orders, space-separated"),
        must("site", code(), ""),
        must("carton", code(), ""),
        must("service", code(), ""),
        must("weight_g", whole(0, _MOST), ""),
        must("billed_weight_g", whole(0, _MOST), ""),
        must("ship_at", instant(), ""),
        must("promised_by", day(), ""),
        must("on_time_probability", text(), ""),
        *(must(name, money(), "") for name in
          ("pick_cost", "carton_cost", "freight", "surcharges", "duty_tax", "lateness_cost", "cost")),
        *(opt(name, whole(0, _MOST), "") for name in ("co2e_g", "co2e_low_g", "co2e_high_g")),
        opt("linehaul", text(), ""),
        opt("injected_at", text(), ""),
        opt("handed_over_at", text(), ""),
        opt("linehaul_cost", money(), ""),
    ),
    keys=(("parcel",),),
)  # fmt: skip

PLACEMENTS = Table(
    "placements",
    "Where the goods of a plan lie.",
    (
        must("parcel", word(), "id of the parcel", ("plan", "parcel")),
        must("order", word(), "id of the order"),
        must("sku", code(), "what"),
        must("unit", whole(0, _MOST), ""),
        must("carton", code(), ""),
        *(must(name, whole(0, _MOST), "") for name in
          ("x_mm", "y_mm", "z_mm", "length_mm", "width_mm", "height_mm")),
    ),
)  # fmt: skip
