"""Who sells, who buys, what was ordered, and what has travelled."""

from __future__ import annotations

from doorstep.domain.carriage import SPEEDS
from doorstep.files.columns import Table, may, must, opt
from doorstep.files.kinds import (
    code,
    country,
    currency,
    day,
    flag,
    instant,
    measure,
    money,
    one_of,
    share,
    text,
    whole,
    word,
)

MAX_WEIGHT_G = 100_000_000

BRAND = Table(
    "brand",
    "The brand: one row.",
    (
        must("brand", code(), "id of the brand"),
        may("name", text(), "name that customers know"),
        must("currency", currency(), "every amount of the folder is in it"),
        must("country", country(), "where the brand is established"),
        must("on_time_target", share(), "share of parcels that shall arrive by the promised date"),
        must("late_cost", money(), "what one late parcel costs"),
        must("unplanned_cost", money(), "what one order left unplanned costs"),
        opt(
            "void_fill", money(most=1000), "price of a litre of void fill, where goods leave a box empty; empty: 0"
        ).default(0),
        opt("operator", text(), "who runs the warehouses"),
        opt("company", text(), "legal name"),
        opt("address_1", text(), "street and number"),
        opt("address_2", text(), "further line of the address"),
        opt("city", text(), "city"),
        opt("postcode", code(), "postcode"),
        opt("phone", text(), "telephone"),
        opt("email", text(), "e-mail"),
        opt("eori", code(), "EORI number, for customs"),
        opt("ioss", code(), "IOSS number, for imports into the EU"),
    ),
    needs_rows=True,
    one_row=True,
)

ORDERS = Table(
    "orders",
    "One row per order; its lines are in order_lines.csv.",
    (
        must("order", word(), "id of the order"),
        may("channel", text(), "where it was placed"),
        must("placed_at", instant(), "when it was placed; --from and --to compare the date as written here"),
        may("customer", code(), "id of the customer"),
        must("country", country(), "destination"),
        may("region", text(), "state, province, county"),
        may("city", text(), "city"),
        may("postcode", code(), "postcode; may be empty where a country has none"),
        opt("latitude", measure(-90, 90), "degrees, WGS 84"),
        opt("longitude", measure(-180, 180), "degrees, WGS 84"),
        opt("speed", one_of(SPEEDS), "asked for: at least this fast; empty: any"),
        opt("name", text(), "of the recipient"),
        opt("company", text(), "of the recipient"),
        opt("address_1", text(), "street and number"),
        opt("address_2", text(), "further line of the address"),
        opt("phone", text(), "telephone"),
        opt("email", text(), "e-mail"),
        opt("residential", flag(), "1: a home; empty: 1").default(True),
        opt("signed_for", flag(), "1: signature asked for; empty: 0"),
        opt("saturday", flag(), "1: delivery on a Saturday asked for; empty: 0"),
        opt("pickup_point", code(), "id of the pickup point that it goes to instead of the door"),
        opt("safe_place", text(), "where it may be left"),
        opt("not_before", day(), "not delivered before, local at the destination"),
        opt("promised_by", day(), "date promised already, local at the destination"),
        opt("priority", whole(-1_000, 1_000), "the higher, the sooner; rules may ask for it; empty: 0").default(0),
        opt("gift_note", text(), "what the gift card says; an order with one is a gift"),
        opt("segment", text(), "of the customer, as the shop sees it; values.csv may tell what a day is worth to it"),
    ),
    keys=(("order",),),
)

ORDER_LINES = Table(
    "order_lines",
    "What was ordered.",
    (
        must("order", word(), "id of the order", ("orders", "order")),
        must("line", code(), "id of the line, unique in the order"),
        must("sku", code(), "what; one that products.csv does not know leaves the order unplanned"),
        must("quantity", whole(1, 1_000_000), "how many units"),
        must("unit_price", money(), "price of one unit"),
    ),
    keys=(("order", "line"),),
)

HISTORY = Table(
    "history",
    "Parcels of the past: what promises are learned from.",
    (
        must("parcel", word(), "id of the parcel"),
        may("order", word(), "id of its order"),
        opt("service", code(), "carrier service; empty: not recorded"),
        opt("site", code(), "site it left from"),
        opt("seller", code(), "marketplace seller it left from"),
        must("origin_country", country(), "where it left"),
        may("origin_postcode", code(), "postcode it left from"),
        opt("origin_latitude", measure(-90, 90), "degrees, WGS 84"),
        opt("origin_longitude", measure(-180, 180), "degrees, WGS 84"),
        must("destination_country", country(), "where it went"),
        may("destination_region", text(), "state, province, county"),
        may("destination_postcode", code(), "postcode it went to"),
        opt("destination_latitude", measure(-90, 90), "degrees, WGS 84"),
        opt("destination_longitude", measure(-180, 180), "degrees, WGS 84"),
        opt("distance_m", whole(0, 25_000_000), "metres from origin to destination"),
        opt("category", text(), "of the goods"),
        must("weight_g", whole(0, MAX_WEIGHT_G), "gross"),
        must("placed_at", instant(), "when the order was placed"),
        opt("approved_at", instant(), "when the payment was approved"),
        opt("handed_over_at", instant(), "when the carrier took it"),
        opt("delivered_at", instant(), "when it arrived"),
        opt("promised_by", day(), "date that was promised, local at the destination"),
        must("status", code(), "what became of it: delivered, shipped, cancelled, unavailable ..."),
        opt("freight_paid", money(), "what the carrier charged"),
        opt("review_score", whole(0, 10), "what the customer made of it"),
        opt("sample_weight", measure(0, 1_000_000_000), "how many parcels it stands for; empty: 1").default(1.0),
        opt("ready_by", day(), "last day of hand-over that leaves the carrier its time, local at the origin"),
        opt("attempts", whole(1, 100), "how often the carrier was at the door; empty: not told"),
        opt("damaged", flag(), "1: it arrived damaged; empty: not told").default(None),
    ),
    keys=(("parcel",),),
    optional=True,
)
