"""Numbers as the pages say them."""

from __future__ import annotations

import pytest

from doorstep.web.templatetags.words import chance


@pytest.mark.parametrize(
    ("ppm", "said"),
    [(1_000_000, "100.0 %"), (999_999, "over 99.9 %"), (999_500, "over 99.9 %"), (999_499, "99.9 %"), (0, "0.0 %")],
)
def test_less_than_certain_is_never_said_to_be_certain(ppm: int, said: str) -> None:
    assert chance(ppm) == said
