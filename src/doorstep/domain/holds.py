"""Why orders are held, who may say that it is settled, and which borders goods cross without papers."""

from __future__ import annotations

from typing import Literal

Family = Literal["payment", "address", "review"]
FAMILIES: tuple[Family, ...] = ("payment", "address", "review")  # a person's word settles these
_OF: dict[str, Family] = {
    "payment_pending": "payment",
    "payment_failed": "payment",
    "address_incomplete": "address",
    "address_postcode": "address",
    "address_region": "address",
    "brand_review": "review",
}
# Mended at their source and looked for anew: a word does not make a sku known or a customs code appear.
MENDED_ELSEWHERE: tuple[str, ...] = ("no_lines", "unknown_sku", "no_zone", "customs_data_missing")
HOLDS: tuple[str, ...] = (*MENDED_ELSEWHERE, *_OF)

BACK_ORDER = "back_order"  # why an open order waits: for goods that have been announced

_EU = (
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK "
    "AX GF GP MC MF MQ RE YT"  # parts and neighbours inside its customs territory that have codes of their own
)
KNOWN_TERRITORIES: dict[str, frozenset[str]] = {
    name: frozenset(countries.split())
    for name, countries in (("EU", _EU), ("GB", "GB GG IM JE"), ("CH", "CH LI"), ("US", "US PR"))
}


def family_of(reason: str) -> Family | None:
    """Whose word settles a fault; None: it is mended at its source."""
    return _OF.get(reason)


def crosses_customs(origin: str, destination: str) -> bool:
    """Whether goods between two countries (ISO 3166-1 alpha-2) need a customs declaration."""
    return origin != destination and not any({origin, destination} <= one for one in KNOWN_TERRITORIES.values())
