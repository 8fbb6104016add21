"""Where stock is to lie, as `doorstep position` writes it and a scenario reads it."""

from __future__ import annotations

from doorstep.files.columns import Table, must, opt
from doorstep.files.kinds import code, text, whole
from doorstep.files.schema_supply import MAX_COUNT

PLACEMENT = Table(
    "placement",
    "Where each product is to lie, and how much of it.",
    (
        must("site", code(), "site", ("sites", "site")),
        must("sku", code(), "product", ("products", "sku")),
        must("target", whole(0, MAX_COUNT), "units that it begins with and is filled up to"),
        must("reorder_point", whole(0, MAX_COUNT), "ordered anew when so few or fewer are there or coming"),
        opt("why", text(), "in words; not read"),
        opt("next_unit_worth", text(), "what one more unit there is worth; not read"),
    ),
    keys=(("site", "sku"),),
    needs_rows=True,
)
