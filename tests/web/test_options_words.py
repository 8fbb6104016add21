"""The ways to send an order as people call them."""

from __future__ import annotations

import pytest

from doorstep.documents.report.option_words import Named, Names, named
from doorstep.web.words.options import ruled_out

NAMES = Names(
    {"munich": "München", "munich by night": "Night depot"},
    {"parcel": "Gelbe Post Paket", "parcel-24": "Gelbe Post Paket 24"},
    {"cup": "A glass cup", "tea": "Assam"},
)


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("munich by parcel in large", (Named("München", "Gelbe Post Paket", "carton large"),)),
        ("munich by parcel-24 in own-box", (Named("München", "Gelbe Post Paket 24", "its own box"),)),
        ("munich by night by parcel in S", (Named("Night depot", "Gelbe Post Paket", "carton S"),)),
        ("munich by parcel", (Named("München", "Gelbe Post Paket"),)),
        (
            "munich by parcel (cup, tea) + munich by parcel-24 (jar)",
            (
                Named("München", "Gelbe Post Paket", goods=("A glass cup", "Assam")),
                Named("München", "Gelbe Post Paket 24", goods=("jar",)),
            ),
        ),
        ("munich, everything in one parcel", (Named("Everything in one parcel from München"),)),
        ("everything in one parcel", (Named("Everything in one parcel"),)),
        ("lyon by mule in S", (Named("lyon by mule in S"),)),  # gone since: its own words are kept
    ],
)
def test_an_option_is_called_by_names(option: str, told: tuple[Named, ...]) -> None:
    assert named(option, NAMES) == told


@pytest.mark.parametrize(
    ("constraint", "told"),
    [
        ("", ""),
        (
            "cup at munich goes to other orders: 2 short",
            "2 units of A glass cup too few at München: the rest is for other orders",
        ),
        ("1 of 3 x tea on hand", "only 1 of 3 Assam are there"),
        ("no date in reach", "no day can be promised"),
        (
            "misses the nominated day, 2026-11-20",
            "it misses the nominated day, 20 November, which another way keeps",
        ),
        (
            "it would use 2 x cup at munich, worth 12.00 to later orders, and other goods worth 1.50",
            "it would use 2 units of A glass cup at München, worth 12.00 to later orders, and other goods worth 1.50",
        ),
        ("40 g too heavy for parcel (max 500 g)", "40 g too heavy for Gelbe Post Paket (max 500 g)"),
        ("parcel-24 is not signed for", "Gelbe Post Paket 24 is not signed for"),
    ],
)  # fmt: skip
def test_what_rules_an_option_out_is_said_with_names(constraint: str, told: str) -> None:
    assert ruled_out(constraint, NAMES) == told
