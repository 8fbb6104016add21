"""The files that `doorstep pack` reads, declared as those of a brand folder are."""

from __future__ import annotations

from doorstep.files.columns import Table, must, opt
from doorstep.files.kinds import code, flag, money, one_of, whole, word
from doorstep.files.schema_supply import CARTONS, MAX_SIDE_MM, MAX_WEIGHT_G, PADDING, SOFT

MAX_UNITS = 1_000_000  # of an order
MAX_MEASURE = 10**15
MEASURES = ("billed_weight_g", "longest_mm", "second_mm", "girth_mm", "volume_mm3")

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
        SOFT,
        opt("ships_in_own_box", flag(), "1: a unit of it may travel alone without a carton; empty: 0"),
        PADDING,
    ),
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

PACK_TABLES = (ITEMS, CARTONS, FREIGHT)
