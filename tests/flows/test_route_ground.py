"""What is driven on: the great circle, or a road engine that may go away while rounds are searched."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from tests.flows.route_day import Watching, clock, written
from tests.flows.standing_in import fill_up
from tests.flows.test_route_files import INSTANCE

from doorstep.domain.errors import InputRefused
from doorstep.flows.route_ground import Files, driven_on
from doorstep.kernels.route.problem import RouteParams
from doorstep.kernels.run import Run
from doorstep.plugins.maps.base import Capabilities, MapUnreachable, Points, Way
from doorstep.plugins.maps.haversine.engine import HaversineMap


class Roads(HaversineMap):
    """Roads that go by way of a corner, as long as they answer."""

    capabilities = Capabilities("corners", "© somebody")
    answers = True

    def path(self, points: Points) -> Way:
        if not self.answers:
            raise MapUnreachable("no answer")
        between = [(float(a[0]), float(b[1])) for a, b in pairwise(points)]
        return Way(tuple(between), (1,) * len(between), (1,) * len(between))


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Roads:
    found = Roads()
    monkeypatch.setattr("doorstep.flows.roads.open_map", lambda *_: found)
    monkeypatch.setenv("DOORSTEP_ROADS_STORE", "off")
    return found


def test_roads_are_in_the_search_and_on_the_map(tmp_path: Path, engine: Roads) -> None:
    assert engine.answers
    with driven_on(Files(*written(tmp_path), roads="corners"), clock(Watching()), Run()) as ground:
        assert ground.instance.problem.travel.rule == "matrix"
        found = fill_up(ground.instance.problem, RouteParams(), Run())
        lines = ground.lines(found)
        assert (ground.draws, ground.credit, len(lines)) == (True, "© somebody", len(found.vehicle))
        first = int(found.visit[0])
        x = ground.instance.problem.travel.x[ground.instance.problem.stops.location[first]]
        assert lines[0][0] == (x, 41.18)  # longitude first


def test_roads_that_go_away_leave_straight_lines_and_a_notice(tmp_path: Path, engine: Roads) -> None:
    watching = Watching()
    with driven_on(Files(*written(tmp_path), roads="corners"), clock(watching), Run()) as ground:
        engine.answers = False
        assert ground.lines(fill_up(ground.instance.problem, RouteParams(), Run())) == []
    assert watching.noticed == ["rounds are drawn straight: no answer"]


def test_without_roads_nothing_is_asked(tmp_path: Path) -> None:
    with driven_on(Files(*written(tmp_path)), clock(Watching()), Run()) as ground:
        assert isinstance(ground.engine, HaversineMap)
        assert (ground.draws, ground.credit) == (False, "")
        assert ground.lines(fill_up(ground.instance.problem, RouteParams(), Run())) == []


def test_an_instance_has_distances_of_its_own(tmp_path: Path, engine: Roads) -> None:
    assert engine.answers
    (tmp_path / "tiny.vrp").write_text(INSTANCE, encoding="utf-8")
    files = Files(tmp_path / "tiny.vrp", roads="corners")
    with pytest.raises(InputRefused) as refused, driven_on(files, clock(Watching()), Run()):
        pass
    assert "distances of its own" in str(refused.value.faults[0])
    assert np.isfinite(refused.value.count)


def test_traffic_is_kept_on_roads(tmp_path: Path, engine: Roads) -> None:
    assert engine.answers
    (tmp_path / "traffic.csv").write_text("from,speed_factor\n00:00,0.5\n", encoding="utf-8")
    files = Files(*written(tmp_path), roads="corners", traffic=tmp_path / "traffic.csv")
    with driven_on(files, clock(Watching()), Run()) as ground:
        assert ground.instance.problem.travel.period_pace_ppm.tolist() == [2_000_000]
