"""Provinces whose holidays are those of a larger region: addresses name the one, calendars the other."""

from __future__ import annotations

# ISO 3166-2:ES, provinces by autonomous community.
COMMUNITIES = {
    "AN": "AL CA CO GR H J MA SE",
    "AR": "HU TE Z",
    "AS": "O",
    "CB": "S",
    "CL": "AV BU LE P SA SG SO VA ZA",
    "CM": "AB CR CU GU TO",
    "CN": "GC TF",
    "CT": "B GI L T",
    "EX": "BA CC",
    "GA": "C LU OR PO",
    "IB": "PM",
    "MC": "MU",
    "MD": "M",
    "NC": "NA",
    "PV": "BI SS VI",
    "RI": "LO",
    "VC": "A CS V",
}
LARGER = {("ES", province): region for region, words in COMMUNITIES.items() for province in words.split()}
