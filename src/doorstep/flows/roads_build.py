"""Roads of one's own: a graph built from an extract of OpenStreetMap, written aside and put in place."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from doorstep.domain.errors import Fault, InputRefused
from doorstep.files.output import output_folder
from doorstep.flows.roads import PROGRAMS
from doorstep.plugins.maps.base import MapRefused
from doorstep.plugins.maps.osrm import graph, install
from doorstep.plugins.maps.osrm.embedded import installed_in
from doorstep.plugins.maps.osrm.executables import Executables, found
from doorstep.plugins.maps.osrm.graph import ExtractRefused, Graph
from doorstep.plugins.maps.osrm.process import Routed


def programs(environment: Mapping[str, str] = os.environ) -> Executables:
    """OSRM's programs on this machine. Raises MapRefused, saying how to get them."""
    return found(environment.get(PROGRAMS, ""), installed_in())


def build_roads(
    extract: Path, profile: str, algorithm: str, out: Path, *, force: bool = False, threads: int = 0
) -> Graph:
    """Build the graph of an extract into `out`.

    Raises InputRefused for what is no extract or a broken one, MapRefused without OSRM, or OutputRefused; `out` is then
    as it was before.
    """
    executables = programs()
    try:
        graph.check_extract(extract)
        with output_folder(out, force, reading=extract) as aside:
            return graph.build(executables, extract, profile, algorithm, aside, threads)
    except ExtractRefused as why:
        raise InputRefused((Fault(str(extract), 0, "", "", str(why)),), 1) from why


def install_programs() -> tuple[Executables, str]:
    """Fetch OSRM's programs by pip, and give where they are and which release. Raises MapRefused."""
    try:
        fetched = install.fetch(installed_in())
    except OSError as error:
        raise MapRefused(f"cannot write {installed_in()}: {error.strerror}") from error
    return fetched, fetched.release()


def serving(folder: Path, port: int, threads: int) -> tuple[Routed, Graph]:
    """Start OSRM on roads of one's own; whoever calls waits for its end and stops it."""
    told = graph.read(folder)
    routed = Routed(programs(), folder, told, threads, port)
    routed.start()
    return routed, told
