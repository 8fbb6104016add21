"""The files that `doorstep pack` reads, declared as those of a brand folder are."""

from __future__ import annotations

from doorstep.files.columns import Table, must, opt
from doorstep.files.kinds import code, flag, money, one_of, whole, word
from doorstep.files.schema_supply import CARTONS, MAX_SIDE_MM, MAX_WEIGHT_G

MAX_UNITS = 1_000_000  # of an order
MAX_MEASURE = 10**15
MEASURES = ("billed_weight_g", "longest_mm", "second_mm", "girth_mm", "volume_mm3")
BOX, MAILER = "box", "mailer"

ITEMS = Table(
    "items",
    "What is packed: a row says how many units of one size an order asks for.",
    (
        must("order", word(), "order that the units belong to"),
        must("sku", code(), "product; a sku may have different sizes in different rows, each row counts for itself"),
        must("length_mm", whole(1, MAX_SIDE_MM), "size"),
        must("width_mm", whole(1, MAX_SIDE_MM), "size"),
        must("height_mm", whole(1, MAX_SIDE_MM), "size; the upright one of a product that must stand"),
        must("weight_g", whole(0, MAX_WEIGHT_G), "weight of one unit"),
        must("quantity", whole(1, MAX_UNITS), "units"),
        opt("this_side_up", flag(), "1: only turned about the upright axis; empty: 0"),
        opt("max_load_g", whole(0, MAX_WEIGHT_G), "what may lie above it; empty: anything"),
        opt("fragile", flag(), "1: nothing may lie above it; empty: 0"),
        opt("hazmat_class", code(), "class of dangerous goods; two different ones never share a parcel; empty: none"),
        opt(
            "soft", flag(), "1: may be folded up to twice, halving its longest and doubling its shortest edge; empty: 0"
        ),
        opt("ships_in_own_box", flag(), "1: a unit of it may travel alone without a carton; empty: 0"),
        opt("padding_mm", whole(0, MAX_SIDE_MM), "wrapped around every side; empty: 0").default(0),
    ),
)

PACK_CARTONS = Table(
    "cartons",
    "What goods are packed in: the cartons.csv of a brand folder as it is, or with the last two columns.",
    (
        *CARTONS.columns,
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

FREIGHT = Table(
    "freight",
    "What a carrier asks for a parcel: the price of each measure of it, added up. A measure without rows is free.",
    (
        must("measure", one_of(MEASURES), "what of the parcel is measured, on its outside"),
        must("up_to", whole(0, MAX_MEASURE), "the price holds up to here; nothing above the last one is carried"),
        must("price", money(), "never less than that of a smaller up_to"),
    ),
    keys=(("measure", "up_to"),),
    needs_rows=True,
)

PACK_TABLES = (ITEMS, PACK_CARTONS, FREIGHT)
