"""What every road engine must do. Whoever writes one derives a class of tests from this, and pytest runs it:

class TestMine(RoadMapConformance):
    @pytest.fixture
    def roads(self) -> RoadMap: ...

    @pytest.fixture
    def places(self) -> Points: ...
"""

from __future__ import annotations

import numpy as np

from doorstep.plugins.maps.base import NEVER, Block, MapRefused, Points, RoadMap

AT_SEA = (0.0, -25.0)  # the nearest road is more than 1,000 km away


class RoadMapConformance:
    """Needs two fixtures: `roads`, opened, and `places`, at least four that its roads join, none twice."""

    def test_it_says_what_it_is(self, roads: RoadMap) -> None:
        assert roads.capabilities.name
        assert roads.version == roads.version

    def test_a_matrix_goes_from_its_rows_to_its_columns(self, roads: RoadMap, places: Points) -> None:
        whole = roads.matrix(places, places)
        assert whole.distance_m.shape == whole.duration_s.shape == (len(places), len(places))
        apart = ~np.eye(len(places), dtype=bool)
        assert ((whole.distance_m[apart] > 0) & (whole.distance_m[apart] < NEVER)).all()
        assert ((whole.duration_s[apart] > 0) & (whole.duration_s[apart] < NEVER)).all()
        part = roads.matrix(places[1:3], places[2:])
        assert np.array_equal(part.distance_m, whole.distance_m[1:3, 2:])
        assert np.array_equal(part.duration_s, whole.duration_s[1:3, 2:])

    def test_a_place_is_nowhere_near_and_at_itself(self, roads: RoadMap, places: Points) -> None:
        whole = roads.matrix(places, places)
        assert not whole.distance_m.diagonal().any()
        assert not whole.duration_s.diagonal().any()
        assert roads.matrix(np.array([AT_SEA]), np.array([AT_SEA])).distance_m[0, 0] == 0

    def test_nothing_asked_is_nothing_answered(self, roads: RoadMap, places: Points) -> None:
        none = np.zeros((0, 2))
        assert roads.matrix(none, places).distance_m.shape == (0, len(places))
        assert roads.matrix(places, none).duration_s.shape == (len(places), 0)
        assert len(roads.snap(none)) == 0

    def test_the_same_question_has_the_same_answer(self, roads: RoadMap, places: Points) -> None:
        assert same(roads.matrix(places, places), roads.matrix(places, places))

    def test_no_road_is_shorter_than_the_great_circle(self, roads: RoadMap, places: Points) -> None:
        """But for what a place lies off its road, on either side."""
        off = roads.snap(places)
        y, x = np.radians(places).T
        chord = np.sin((y[:, None] - y) / 2) ** 2 + np.cos(y[:, None]) * np.cos(y) * np.sin((x[:, None] - x) / 2) ** 2
        crow = 2 * 6_371_009 * np.arcsin(np.sqrt(chord))
        assert (roads.matrix(places, places).distance_m + off[:, None] + off >= 0.99 * crow - 10).all()

    def test_a_place_at_sea_is_not_reached_by_who_knows_roads(self, roads: RoadMap, places: Points) -> None:
        if not roads.capabilities.draws:
            return
        with_sea = np.vstack((places, [AT_SEA]))
        told = roads.matrix(with_sea, with_sea)
        assert (told.distance_m[-1, :-1] == NEVER).all()
        assert (told.duration_s[:-1, -1] == NEVER).all()
        assert np.array_equal(told.distance_m[:-1, :-1], roads.matrix(places, places).distance_m)
        assert list(roads.snap(with_sea) == NEVER) == [False] * len(places) + [True]
        assert roads.path(with_sea[-2:]) is None

    def test_a_way_has_the_legs_of_the_matrix(self, roads: RoadMap, places: Points) -> None:
        way = roads.path(places)
        assert way is not None
        whole = roads.matrix(places, places)
        count = len(places)
        rows, columns = np.arange(count - 1), np.arange(1, count)
        assert len(way.leg_distances_m) == len(way.leg_durations_s) == count - 1
        assert way.distance_m == sum(way.leg_distances_m)
        assert np.allclose(way.leg_durations_s, whole.duration_s[rows, columns], rtol=0.02, atol=3)
        assert np.allclose(way.leg_distances_m, whole.distance_m[rows, columns], rtol=0.02, atol=10)

    def test_the_line_of_a_way_begins_and_ends_where_it_should(self, roads: RoadMap, places: Points) -> None:
        way = roads.path(places[:2])
        assert way is not None
        assert len(way.line) >= 2
        nearest = roads.snap(places[:2])
        for place, off, end in zip(places[:2], nearest, (way.line[0], way.line[-1]), strict=True):
            assert np.hypot(*((place - end) * (111_200, 111_200 * np.cos(np.radians(place[0]))))) <= 1.02 * off + 5

    def test_a_way_through_one_place_is_refused(self, roads: RoadMap, places: Points) -> None:
        try:
            roads.path(places[:1])
        except MapRefused:
            return
        raise AssertionError("a way was given that leads nowhere")

    def test_it_may_be_closed_twice(self, roads: RoadMap) -> None:
        roads.close()
        roads.close()


def same(a: Block, b: Block) -> bool:
    return np.array_equal(a.distance_m, b.distance_m) and np.array_equal(a.duration_s, b.duration_s)
