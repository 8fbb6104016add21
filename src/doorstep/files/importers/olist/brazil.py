"""States of Brazil: the postcode prefixes that belong to each, and its IANA zone.

Prefixes are those of the postal code (CEP) plan of Correios; the longest prefix that a postcode begins with wins.
"""

from __future__ import annotations

from collections.abc import Mapping

_PREFIXES = {
    "SP": "0 1",
    "RJ": "2",
    "ES": "29",
    "MG": "3",
    "BA": "4",
    "SE": "49",
    "PE": "5",
    "AL": "57",
    "PB": "58",
    "RN": "59",
    "CE": "60 61 62 63",
    "PI": "64",
    "MA": "65",
    "PA": "66 67 68",
    "AP": "689",
    "AM": "69",
    "RR": "693",
    "AC": "699",
    "DF": "70 71 72 73",
    "GO": "728 729 737 738 739 74 75 76",
    "RO": "768 769 789",
    "TO": "77",
    "MT": "78",
    "MS": "79",
    "PR": "8",
    "SC": "88 89",
    "RS": "9",
}
STATE_PREFIXES: Mapping[str, tuple[str, ...]] = {state: tuple(said.split()) for state, said in _PREFIXES.items()}
STATES = tuple(sorted(STATE_PREFIXES))
STATE_OF: Mapping[str, str] = {prefix: state for state, all_of in STATE_PREFIXES.items() for prefix in all_of}

# Prefixes of the large cities, inside which a parcel travels at the local rate.
METROPOLITAN: Mapping[str, tuple[str, ...]] = {
    "sao-paulo": ("01", "02", "03", "04", "05", "08"),
    "rio-de-janeiro": ("20", "21", "22", "23"),
    "belo-horizonte": ("30", "31"),
    "salvador": ("40", "41"),
    "recife": ("50", "51", "52"),
    "fortaleza": ("60",),
    "brasilia": ("70", "71", "72"),
    "goiania": ("74",),
    "curitiba": ("80", "81", "82"),
    "porto-alegre": ("90", "91"),
}
METROPOLIS_OF: Mapping[str, str] = {prefix: city for city, all_of in METROPOLITAN.items() for prefix in all_of}

_ZONES = {
    "America/Sao_Paulo": "DF ES GO MG PR RJ RS SC SP",
    "America/Bahia": "BA",
    "America/Maceio": "AL SE",
    "America/Recife": "PE",
    "America/Fortaleza": "CE MA PB PI RN",
    "America/Araguaina": "TO",
    "America/Belem": "AP PA",
    "America/Cuiaba": "MT",
    "America/Campo_Grande": "MS",
    "America/Manaus": "AM",
    "America/Porto_Velho": "RO",
    "America/Boa_Vista": "RR",
    "America/Rio_Branco": "AC",
}
TIME_ZONE_OF: Mapping[str, str] = {state: zone for zone, states in _ZONES.items() for state in states.split()}
MARKET_TIME_ZONE = "America/Sao_Paulo"  # the marketplace's clock


def state_of(postcode_prefix: str) -> str:
    """The state of a 5-digit prefix, by its longest known beginning. Raises KeyError when it is not a postcode."""
    for length in (3, 2, 1):
        if (state := STATE_OF.get(postcode_prefix[:length])) is not None:
            return state
    raise KeyError(postcode_prefix)


def metropolis_of(postcode_prefix: str) -> str:
    """The large city of a prefix, or an empty text. 728 and 729 lie in Goias, not in Brasilia."""
    if state_of(postcode_prefix) == "GO" and postcode_prefix.startswith("72"):
        return ""
    return METROPOLIS_OF.get(postcode_prefix[:2], "")
