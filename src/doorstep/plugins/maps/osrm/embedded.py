"""OSRM that we start ourselves on a graph that we built, and start again when it dies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from doorstep.plugins.maps.base import Block, IntArray, MapRefused, MapUnreachable, Points, Settings, Way
from doorstep.plugins.maps.osrm import executables, graph
from doorstep.plugins.maps.osrm.engine import OsrmMap
from doorstep.plugins.maps.osrm.process import Routed

SIDE = 1_000  # of a block: a second of work, and 14 MB of answer
STARTS_AGAIN = 2  # within one question
WAITS_S = (0.02,)  # for a connection that was idle too long; who is dead is started again
Answer = TypeVar("Answer")


class EmbeddedOsrm:
    """The process starts with the first question and ends with `close`, or with this process."""

    capabilities = replace(OsrmMap.capabilities, name="OSRM, own process")

    def __init__(self, settings: Settings, installed: Path | None = None) -> None:
        folder = Path(settings.where)
        self.graph = graph.read(folder)
        if settings.profile and settings.profile != self.graph.profile:
            raise MapRefused(f"{folder} was built for {self.graph.profile}, not for {settings.profile}")
        programs = executables.found(settings.executables, installed or installed_in())
        self.routed = Routed(programs, folder, self.graph)
        self._settings = replace(settings, profile="", most_side=settings.most_side or SIDE)
        self._map: OsrmMap | None = None

    @property
    def version(self) -> str:
        return f"osrm {self.graph.data_version} snap {self._settings.snap_m}"

    def matrix(self, sources: Points, targets: Points) -> Block:
        return self._asked(lambda engine: engine.matrix(sources, targets))

    def path(self, points: Points) -> Way | None:
        return self._asked(lambda engine: engine.path(points))

    def snap(self, points: Points) -> IntArray:
        return self._asked(lambda engine: engine.snap(points))

    def close(self) -> None:
        self._end()
        self.routed.stop()

    def _asked(self, ask: Callable[[OsrmMap], Answer]) -> Answer:
        for left in reversed(range(STARTS_AGAIN + 1)):
            engine = self._started()
            try:
                return ask(engine)
            except MapUnreachable:
                self._end()
                if not left or not self.routed.has_ended():  # who lives and does not answer is not started again
                    raise
        raise AssertionError

    def _started(self) -> OsrmMap:
        if self._map is not None and self.routed.running:
            return self._map
        self._end()
        self.routed.start()
        self._map = OsrmMap(replace(self._settings, where=self.routed.address), WAITS_S)
        return self._map

    def _end(self) -> None:
        if self._map is not None:
            self._map.close()
            self._map = None


def installed_in() -> Path:
    """Where `doorstep roads install` puts OSRM for this user."""
    return Path.home() / ".local" / "share" / "doorstep" / "osrm"


def make(settings: Settings) -> EmbeddedOsrm:
    return EmbeddedOsrm(settings)
