"""What was agreed with carriers about volumes, and what that is worth to a parcel."""

from __future__ import annotations

from doorstep.domain.commitment import COMMITMENT_KINDS, MEASURES
from doorstep.files.columns import Table, may, must, opt
from doorstep.files.kinds import code, day, flag, money, one_of

MOST_WEIGHT = 10_000  # of a parcel, beside its cost; no more is agreed on for a parcel

COMMITMENTS = Table(
    "commitments",
    "Volumes promised to carriers, a row for each and for each period; their tiers stand in commitment_tiers.csv.",
    (
        must("commitment", code(), "id"),
        must("carrier", code(), "whose", ("services", "carrier")),
        opt("account", code(), "whose contract it is; empty: all of the carrier's", ("services", "account")),
        opt("service", code(), "only its parcels count; empty: all of the account's", ("services", "service")),
        must("kind", one_of(COMMITMENT_KINDS), "how it settles"),
        must("measure", one_of(MEASURES), "what volumes are counted in: parcels, or money spent before rebates"),
        must("per", one_of(MEASURES), "amounts are for each parcel, or percents of spend"),
        must("starts_on", day(), "first day of the period, by the date the order was placed"),
        must("ends_on", day(), "last day of the period"),
        opt("fixed", money(), "paid once if a minimum is missed or a cap passed; empty: 0").default(0),
        opt("of_last_period", flag(), "1: volumes are percents of the period before (growth clause); empty: 0"),
        opt("last_volume", money(), "volume of the period before; empty: counted in history.csv"),
    ),
    keys=(("commitment",),),
    optional=True,
)
COMMITMENT_TIERS = Table(
    "commitment_tiers",
    "From which volume on which amount, for each commitment.",
    (
        must("commitment", code(), "whose tier", ("commitments", "commitment")),
        must("from_volume", money(), "parcels, money, or percent of the period before; inclusive"),
        may(
            "amount", money(most=MOST_WEIGHT), "for each parcel, or percent of spend; of a cap empty: it takes no more"
        ),
    ),
    keys=(("commitment", "from_volume"),),
    optional=True,
)
COMMITMENT_PRICES = Table(
    "commitment_prices",
    "What a parcel weighs beside its cost by what was promised to its carrier; `doorstep commitments` writes it.",
    (
        must("carrier", code(), "whose parcels", ("services", "carrier")),
        opt("service", code(), "of this service, on top of its carrier's; empty: of all", ("services", "service")),
        must("price", money(low=-MOST_WEIGHT, most=MOST_WEIGHT), "for each parcel; below 0 draws parcels there"),
        opt("valid_from", day(any_year=True), "first day on which it holds; empty: since ever"),
        opt("valid_to", day(any_year=True), "last day on which it holds; empty: for ever"),
    ),
    optional=True,
)
