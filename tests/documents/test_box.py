"""Boxes: of two that overlap on the screen, the one behind is painted first; padding and mailers show."""

from __future__ import annotations

import re
from random import Random

from doorstep.documents.box import MOST_UNITS, Wrap, _Unit, behind, box_drawing, marks, painted, room_mm
from doorstep.domain.parcel import Placement

MUGS = tuple(Placement("", "mug", n + 1, 100 * n, 0, 0, 100, 80, 60) for n in range(2))


def test_units_behind_are_painted_first() -> None:
    chance = Random(7)
    for _ in range(40):
        units = []
        for x in range(3):
            for y in range(3):
                for z in range(3):
                    if chance.randrange(4):
                        low = (x * 100, y * 100, z * 100)
                        high = (
                            low[0] + chance.randint(20, 100),
                            low[1] + chance.randint(20, 100),
                            low[2] + chance.randint(20, 100),
                        )
                        units.append(_Unit(low, high, "a"))
        chance.shuffle(units)
        order = painted(units)
        assert sorted(map(id, order)) == sorted(map(id, units))
        for place, unit in enumerate(order):
            assert not any(behind(later, unit) for later in order[place + 1 :])


def test_a_box_of_a_great_many_units_is_drawn_in_part() -> None:
    many = [Placement("", "a", n + 1, 10 * (n % 20), 10 * (n // 20), 0, 10, 10, 10) for n in range(600)]
    drawing = box_drawing(many, (200, 300, 10), marks(["a"]))
    assert drawing is not None
    assert drawing.units == 600
    assert drawing.left_out == 600 - MOST_UNITS
    assert box_drawing((), (200, 300, 10), {}) is None


def test_more_skus_than_letters_and_colours() -> None:
    marked = marks(str(number) for number in range(60))
    assert len({mark.letter for mark in marked.values()}) == 60
    assert {mark.style for mark in marked.values()} == {f"u{number}" for number in range(8)}


def test_each_unit_carries_its_place_in_the_order_of_loading() -> None:
    upside = (Placement("", "lid", 1, 0, 0, 60, 200, 80, 5), *MUGS)  # as told, however it is painted
    drawing = box_drawing(upside, (200, 100, 80), marks(["lid", "mug"]))
    assert drawing is not None
    for view in (drawing.corner, drawing.top, drawing.side):
        assert sorted(re.findall(r'data-step="(\d)"', view)) == ["1", "2", "3"]
    lid = re.search(r'<g class="unit (u\d)" data-step="1">', drawing.corner)
    assert lid is not None
    assert lid[1] == marks(["lid", "mug"])["lid"].style


def test_padding_is_drawn_as_the_room_that_it_leaves() -> None:
    bare, padded = (box_drawing(MUGS, (220, 100, 80), marks(["mug"]), wrap) for wrap in (Wrap(), Wrap(10)))
    assert bare is not None
    assert padded is not None
    assert 'class="room"' not in bare.corner
    assert padded.corner.count('class="room"') == 1


def test_the_room_in_a_mailer_shrinks_as_it_fills() -> None:
    flat, bag = (350, 300, 60), Wrap(mailer=True)
    assert room_mm(flat, bag, 20) == (330, 280, 20)
    assert room_mm(flat, bag, 90) == (290, 240, 60)  # never thicker than it may be
    assert room_mm(flat, Wrap(5, mailer=True), 20) == (325, 275, 25)
    assert room_mm(flat, Wrap(mailer=True, top_mm=40), 20) == (310, 260, 40)  # as thick as it will be
    assert room_mm(flat, Wrap(5), 20) == flat


def test_a_mailer_has_a_seam_and_no_edges_of_a_box() -> None:
    drawing = box_drawing(MUGS, (260, 160, 60), marks(["mug"]), Wrap(mailer=True))
    assert drawing is not None
    assert "Mailer from the corner, 2 units in place" in drawing.corner
    assert 'class="seam"' in drawing.corner
    assert "edge-near" not in drawing.corner
    left, top, width, height = map(float, re.search(r'viewBox="([^"]+)"', drawing.corner)[1].split())  # type: ignore[index]
    for x, y in re.findall(r"(-?[\d.]+),(-?[\d.]+)", drawing.corner):
        assert left <= float(x) <= left + width
        assert top <= float(y) <= top + height
