from __future__ import annotations

import pytest

from doorstep.domain.holds import FAMILIES, HOLDS, MENDED_ELSEWHERE, crosses_customs, family_of


@pytest.mark.parametrize(
    ("origin", "destination", "crosses"),
    [
        ("DE", "DE", False),
        ("DE", "FR", False),
        ("FR", "RE", False),
        ("DE", "CH", True),
        ("CH", "LI", False),
        ("GB", "DE", True),
        ("GB", "JE", False),
        ("US", "PR", False),
        ("BR", "AR", True),
    ],
)
def test_which_borders_ask_for_papers(origin: str, destination: str, crosses: bool) -> None:
    assert crosses_customs(origin, destination) == crosses_customs(destination, origin) == crosses


def test_a_word_settles_some_holds_and_never_the_others() -> None:
    assert {family_of(one) for one in HOLDS} == {*FAMILIES, None}
    assert all(family_of(one) is None for one in MENDED_ELSEWHERE)
    assert family_of("stock_out") is None
