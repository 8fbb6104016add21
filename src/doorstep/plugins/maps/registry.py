"""Which road engines there are: those of this repository, and those that installed packages name by entry point."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import entry_points

from doorstep.domain.errors import NotFound
from doorstep.plugins.maps.base import Make, RoadMap, Settings

GROUP = "doorstep.maps"
# As in pyproject.toml, so that a source tree works that was never installed; a test compares the two.
OURS = {
    "haversine": "doorstep.plugins.maps.haversine.engine:make",
    "osrm": "doorstep.plugins.maps.osrm.engine:make",
    "osrm-embedded": "doorstep.plugins.maps.osrm.embedded:make",
    "valhalla": "doorstep.plugins.maps.valhalla.engine:make",
}


def names() -> tuple[str, ...]:
    return tuple(sorted({*OURS, *(one.name for one in entry_points(group=GROUP))}))


def open_map(plugin: str, settings: Settings) -> RoadMap:
    """Open an engine by the name of its plug-in. Raises NotFound if there is no such plug-in."""
    make: Make
    if plugin in OURS:
        module, _, name = OURS[plugin].partition(":")
        make = getattr(import_module(module), name)
        return make(settings)
    for one in entry_points(group=GROUP):
        if one.name == plugin:
            make = one.load()
            return make(settings)
    raise NotFound(f"no road engine {plugin}; there are {', '.join(names())}")
