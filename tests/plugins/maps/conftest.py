"""A town with a server of either kind, and engines that are closed when a test ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from tests.plugins.maps.stand_in import Town, serving

from doorstep.plugins.maps.base import RoadMap, Settings
from doorstep.plugins.maps.registry import open_map

Opened = Callable[[str, Settings], RoadMap]


@pytest.fixture
def opened() -> Iterator[Opened]:
    """Opens an engine."""
    engines: list[RoadMap] = []

    def open_one(plugin: str, settings: Settings) -> RoadMap:
        engines.append(open_map(plugin, settings))
        return engines[-1]

    yield open_one
    for engine in engines:
        engine.close()


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture(params=["osrm", "valhalla"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def address(town: Town, engine: str) -> Iterator[str]:
    with serving(getattr(town, engine)) as told:
        yield told
