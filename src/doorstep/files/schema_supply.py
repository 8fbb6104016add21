"""What is sold, what it is packed in, where it waits, and when it can leave."""

from __future__ import annotations

from doorstep.domain.supply import SITE_KINDS
from doorstep.files.columns import Table, may, must, opt
from doorstep.files.kinds import (
    barcodes,
    code,
    country,
    flag,
    holiday_calendar,
    instant,
    measure,
    money,
    one_of,
    text,
    time_of_day,
    time_zone,
    whole,
    working_days,
)

MAX_WEIGHT_G = 100_000_000
MAX_SIDE_MM = 100_000
MAX_COUNT = 1_000_000_000
MAX_TOTES = 200  # on a cart
MAX_TRANSIT_DAYS = 60
MAX_LINEHAUL = 10**6  # major units, of a parcel or a kilogram

BOX, MAILER = "box", "mailer"

SOFT = opt("soft", flag(), "1: may be folded up to twice, halving its longest and doubling its shortest edge; empty: 0")
PADDING = opt("padding_mm", whole(0, MAX_SIDE_MM), "wrapped around every side; empty: 0").default(0)

PRODUCTS = Table(
    "products",
    "What is sold, as it is put into a carton.",
    (
        must("sku", code(), "id of the product"),
        may("name", text(), "name"),
        may("category", text(), "category"),
        must("length_mm", whole(1, MAX_SIDE_MM), "size"),
        must("width_mm", whole(1, MAX_SIDE_MM), "size"),
        must("height_mm", whole(1, MAX_SIDE_MM), "size; the upright one of a product that must stand"),
        must("weight_g", whole(0, MAX_WEIGHT_G), "weight of one unit"),
        must("value", money(), "value of one unit, for insurance and customs"),
        opt("hs_code", code(), "customs tariff number"),
        opt("origin_country", country(), "country of origin, for customs"),
        opt("this_side_up", flag(), "1: only turned about the upright axis; empty: 0"),
        opt("fragile", flag(), "1: nothing may lie above it; empty: 0"),
        opt("max_load_g", whole(0, MAX_WEIGHT_G), "what may lie above it; empty: anything"),
        opt("hazmat_class", code(), "class of dangerous goods; empty: none"),
        opt("ships_in_own_box", flag(), "1: travels as it is, without a carton; empty: 0"),
        SOFT,
        PADDING,
        opt(
            "barcodes", barcodes(), "what scanners read off one unit: GTINs, or codes of the house; each of one product"
        ),
    ),
    keys=(("sku",),),
    needs_rows=True,
)

SITES = Table(
    "sites",
    "Places that goods leave from or are collected at.",
    (
        must("site", code(), "id of the site"),
        must("kind", one_of(SITE_KINDS), "what it is; orders leave from fulfilment centres and stores"),
        may("name", text(), "name"),
        must("country", country(), "country"),
        may("region", text(), "state, province, county"),
        may("city", text(), "city"),
        may("postcode", code(), "postcode"),
        must("latitude", measure(-90, 90), "degrees, WGS 84"),
        must("longitude", measure(-180, 180), "degrees, WGS 84"),
        must("time_zone", time_zone(), "zone of its local times"),
        must("working_days", working_days(), "when it works"),
        may("holiday_calendar", holiday_calendar(), "when it does not; empty: no holidays"),
        must("order_cutoff", time_of_day(), "local; orders placed before it can leave the same day"),
        must("pick_cost_per_order", money(), "per order picked there, whatever is in it"),
        must("pick_cost_per_unit", money(), "per unit picked"),
        opt("daily_order_capacity", whole(0, MAX_COUNT), "orders it can handle a day; empty: any number"),
        opt("cart_parcels", whole(1, MAX_TOTES), "totes on a picker's cart, one for each parcel; empty: 12"),
    ),
    keys=(("site",),),
    needs_rows=True,
)

COLLECTIONS = Table(
    "collections",
    "When carriers call at a site. A service with no row for a site does not call there.",
    (
        must("site", code(), "site", ("sites", "site")),
        must("service", code(), "service", ("services", "service")),
        must("collection_time", time_of_day(), "local time of the call"),
        must("working_days", working_days(), "days of the call"),
        opt("daily_parcel_capacity", whole(0, MAX_COUNT), "parcels it takes a day; empty: any number"),
    ),
    needs_rows=True,
)

LINEHAULS = Table(
    "linehauls",
    "By what parcels may travel in bulk to a depot, to be taken over by the services that call there.",
    (
        must("linehaul", code(), "id of the linehaul"),
        must("site", code(), "fulfilment centre or store that it leaves from", ("sites", "site")),
        must("depot", code(), "depot that it leads to, in the same customs territory", ("sites", "site")),
        must("departure_time", time_of_day(), "local time at the site"),
        must("working_days", working_days(), "when it runs; it leaves on those on which the site works"),
        must(
            "transit_days",
            whole(0, MAX_TRANSIT_DAYS),
            "of its working days until it arrives, holidays at the depot not counted; 0: it arrives on the same day",
        ),
        must(
            "arrival_time",
            time_of_day(),
            "local time at the depot; what arrives before its order_cutoff can be taken over that day",
        ),
        opt("cost_per_parcel", money(0, MAX_LINEHAUL), "of each parcel; empty: 0").default(0),
        opt("cost_per_kg", money(0, MAX_LINEHAUL), "of a kilogram gross, by the gram; empty: 0").default(0),
        opt("daily_parcel_capacity", whole(0, MAX_COUNT), "parcels it takes a day; empty: any number"),
    ),
    keys=(("linehaul",),),
    optional=True,
)

STOCK = Table(
    "stock",
    "What lies where. No row: none.",
    (
        must("site", code(), "site", ("sites", "site")),
        must("sku", code(), "product", ("products", "sku")),
        must("on_hand", whole(0, MAX_COUNT), "units that can be sold"),
    ),
    keys=(("site", "sku"),),
)

INBOUND = Table(
    "inbound",
    "What is on its way to a site. Orders that a plan leaves may wait for it.",
    (
        must("site", code(), "site", ("sites", "site")),
        must("sku", code(), "product", ("products", "sku")),
        must("quantity", whole(1, MAX_COUNT), "units"),
        must("expected_at", instant(), "when they can be sold"),
    ),
    optional=True,
)

CARTONS = Table(
    "cartons",
    "What goods are packed in.",
    (
        must("carton", code(), "id of the carton"),
        *(must(f"inner_{side}_mm", whole(1, MAX_SIDE_MM), "size inside") for side in ("length", "width", "height")),
        *(
            must(f"outer_{side}_mm", whole(1, MAX_SIDE_MM), "size outside, at least the one inside")
            for side in ("length", "width", "height")
        ),
        must("tare_g", whole(0, MAX_WEIGHT_G), "weight of the empty carton"),
        must("max_weight_g", whole(0, MAX_WEIGHT_G), "gross weight it bears"),
        must("cost", money(), "of one carton, without its void fill"),
        opt("site", code(), "the one site that has it; empty: every site", ("sites", "site")),
        opt(
            "kind",
            one_of((BOX, MAILER), BOX),
            "box, or mailer: a bag, whose inner sizes are its length and width when flat and the thickness that it must"
            " not exceed; empty: box",
        ),
        opt("padding_mm", whole(0, MAX_SIDE_MM), "kept free along every wall; empty: 0").default(0),
    ),
    keys=(("carton",),),
)
