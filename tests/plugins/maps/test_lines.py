"""Lines of roads as the engines encode them."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.plugins.maps.stand_in import encoded

from doorstep.plugins.maps.base import MapUnreachable
from doorstep.plugins.maps.polyline import decoded


@given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), max_size=20))
def test_a_line_is_read_as_it_was_written(line: list[tuple[float, float]]) -> None:
    assert np.allclose(np.reshape(decoded(encoded(line)), (-1, 2)), np.reshape(line, (-1, 2)), atol=6e-7)


@given(st.text(max_size=30))
def test_any_text_is_a_line_or_refused(text: str) -> None:
    with suppress(MapUnreachable):
        assert all(abs(y) <= 90 and abs(x) <= 180 for y, x in decoded(text))
