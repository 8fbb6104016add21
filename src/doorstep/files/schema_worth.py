"""What a delivery is worth to shoppers, for the plan of a day and for the options that are shown."""

from __future__ import annotations

from doorstep.domain.worth import WORTHS
from doorstep.files.columns import Table, must, opt
from doorstep.files.kinds import country, money, one_of, text

MOST_WORTH = 1_000_000  # of one unit, either way; a day is worth tens of thousands where the unit is small

VALUES = Table(
    "values",
    "What a delivery is worth to shoppers beside its cost; `doorstep insight customers` writes it.",
    (
        must("worth", one_of(WORTHS), "of what, and of one unit of it"),
        opt("segment", text(), "of these customers; empty: of all"),
        opt("country", country(), "of orders that go there; empty: of all"),
        must(
            "value", money(low=-MOST_WORTH, most=MOST_WORTH), "in the brand's currency; below 0: they would rather not"
        ),
    ),
    optional=True,
)
