"""Which carriers there are: those of this repository, and those that installed packages name by entry point."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import entry_points

from doorstep.domain.errors import NotFound
from doorstep.plugins.carriers.base import Carrier, Make, Settings

GROUP = "doorstep.carriers"
# As in pyproject.toml, so that a source tree works that was never installed; a test compares the two.
OURS = {
    "offline": "doorstep.plugins.carriers.offline.carrier:make",
    "sandbox": "doorstep.plugins.carriers.sandbox.carrier:make",
    "sandbox-without-keys": "doorstep.plugins.carriers.sandbox.carrier:make_without_keys",
}


def names() -> tuple[str, ...]:
    return tuple(sorted({*OURS, *(one.name for one in entry_points(group=GROUP))}))


def open_carrier(plugin: str, settings: Settings) -> Carrier:
    """Open a carrier by the name of its plug-in. Raises NotFound if there is no such plug-in."""
    make: Make
    if plugin in OURS:
        module, _, name = OURS[plugin].partition(":")
        make = getattr(import_module(module), name)
        return make(settings)
    for one in entry_points(group=GROUP):
        if one.name == plugin:
            make = one.load()
            return make(settings)
    raise NotFound(f"no carrier plug-in {plugin}; there are {', '.join(names())}")
