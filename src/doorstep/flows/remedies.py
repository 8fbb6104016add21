"""What is to be done about an order that has no plan, in words of the record.

The kernels speak to whoever keeps a brand folder and name its files. The record has no files: its people are told which
page it is on, and programs read the same words.
"""

from __future__ import annotations

from dataclasses import replace

from doorstep.domain.decision import Unplanned

_WORDS = (
    ("raise unplanned_cost in brand.csv", "raise what an order left unplanned costs the brand"),
    ("add the destination to zones.csv", "add the destination to the zones of a service (page Tariffs)"),
    ("add a row to collections.csv", "have a carrier call at a site that holds them (page Sites)"),
    ("add its rows to order_lines.csv", "add its lines"),
    ("to products.csv", "to the products of the brand (page Products)"),
    ("announced in inbound.csv", "announced (page Stock, Goods in)"),
    ("mark it ships_in_own_box", "mark it as shipping in its own box"),
    ("lower on_time_target", "lower how often the brand wants its promises kept"),
    (
        "raise daily_order_capacity or daily_parcel_capacity",
        "raise the daily capacity of a site (page Sites) or of a service (page Tariffs)",
    ),
    ("add a service that takes it", "add a service that takes it (page Tariffs)"),
    ("or add a service", "or add a service (page Tariffs)"),
    ("move stock in", "move stock in (page Stock, Transfers)"),
    ("move stock together", "move stock together (page Stock, Transfers)"),
)
_FIXES = (  # in words of conflicts, which say more exactly what is to change
    *_WORDS,
    (
        "daily_order_capacity or daily_parcel_capacity",
        "the daily capacity of a site (page Sites) or of a service (page Tariffs)",
    ),
    ("daily_order_capacity of", "the daily capacity of site"),
    ("daily_parcel_capacity of", "the daily capacity of service"),
    (" in linehauls.csv", ""),
    (" (max_weight_g in cartons.csv)", ""),
    ("(collections.csv)", "(page Sites)"),
)


def in_the_record(why: Unplanned) -> Unplanned:
    """Say the remedy and the fixes to people of the record; whatever names no file or setting stays as it is."""
    conflicts = tuple(replace(one, fix=_said(one.fix, _FIXES)) for one in why.conflicts)
    return replace(why, remedy=_said(why.remedy, _WORDS), conflicts=conflicts)


def _said(text: str, words: tuple[tuple[str, str], ...]) -> str:
    for of_a_folder, of_the_record in words:
        text = text.replace(of_a_folder, of_the_record)
    return text
