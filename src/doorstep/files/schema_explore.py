"""Services that a share of the orders tries, so that they get measured."""

from __future__ import annotations

from doorstep.domain.exploration import MOST_TRYING_PPM
from doorstep.domain.units import PPM
from doorstep.files.columns import Table, must
from doorstep.files.kinds import code, money, share

MOST_EXTRA = 10_000  # of a parcel; whoever would pay more to know a service may as well ask it
MOST_TRYING = MOST_TRYING_PPM / PPM

EXPLORE = Table(
    "explore",
    "Services that a small share of orders tries, so that they get measured; `doorstep insight carriers` writes it.",
    (
        must("service", code(), "which is tried", ("services", "service")),
        must("share", share(), f"of the orders that may try it; of all rows together at most {MOST_TRYING}"),
        must("most_extra", money(most=MOST_EXTRA), "that a parcel may cost more, expected lateness in it"),
    ),
    keys=(("service",),),
    optional=True,
)
