"""Which countries lorries drive between.

Great Britain and Ireland count to the Old World, whose lorries reach them by tunnel and ferry. The Americas are two: no
road leads through the Darien. A country that is not listed is reached by no road from another one. Within a country,
and so to its islands, there is one.
"""

from __future__ import annotations

from functools import cache

_JOINED = {
    "old world": (
        "AD AE AF AL AM AO AT AZ BA BD BE BF BG BH BI BJ BT BW BY CD CF CG CH CI CM CN CZ DE DJ DK DZ EE EG EH"
        " ER ES ET FI FR GA GB GE GH GI GM GN GQ GR GW HK HR HU IE IL IN IQ IR IT JO KE KG KH KP KR KW KZ LA LB"
        " LI LR LS LT LU LV LY MA MC MD ME MK ML MM MN MO MR MW MY MZ NA NE NG NL NO NP OM PK PL PS PT QA RO RS"
        " RU RW SA SD SE SG SI SK SL SM SN SO SS SY SZ TD TG TH TJ TM TN TR TZ UA UG UZ VA VN XK YE ZA ZM ZW"
    ),
    "north america": "BZ CA CR GT HN MX NI PA SV US",
    "south america": "AR BO BR CL CO EC GF GY PE PY SR UY VE",
    "hispaniola": "DO HT",
    "saint martin": "MF SX",
}


@cache
def landmass(country: str) -> str:
    """Name the land that a country shares with others; an island country is its own."""
    return next((name for name, countries in _JOINED.items() if country in countries.split()), country)
