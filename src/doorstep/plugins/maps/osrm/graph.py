"""The folder that `doorstep roads build` makes of an extract: OSRM's graph, and roads.json which says of what."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from doorstep.plugins.maps.base import MapRefused
from doorstep.plugins.maps.osrm.executables import Executables

ROADS_FILE = "roads.json"
NAME = "roads.osrm"
ALGORITHMS = ("ch", "mld")
HEADER = b"OSMHeader"
# What building needs and answering does not.
LEFT_OVER = (".ebg", ".enw", ".cnbg", ".cnbg_to_ebg", ".restrictions", ".turn_penalties_index")


class ExtractRefused(MapRefused):
    """What was given is no extract, or not the whole of it."""

    code = "extract_refused"


@dataclass(frozen=True, slots=True)
class Graph:
    """`data_version` names the roads: the extract's content, the profile's, and the release that built it."""

    extract: str
    extract_sha256: str
    profile: str
    algorithm: str
    engine: str
    data_version: str


def build(executables: Executables, extract: Path, profile: str, algorithm: str, into: Path, threads: int = 0) -> Graph:
    """Make a graph in an empty folder. Raises ExtractRefused for what is none, and MapRefused, as OSRM complains."""
    check_extract(extract)
    lua = executables.profile(profile)
    release, content = executables.release(), digest(extract)
    version = hashlib.sha256("\n".join((content, digest(lua), release, algorithm)).encode()).hexdigest()[:16]
    graph = into / NAME
    at_once = ("-t", str(threads)) if threads else ()
    words = ("-p", str(lua.resolve()), "-o", str(graph), "-d", version, *at_once, str(extract.resolve()))
    try:
        executables.run("extract", *words)
    except MapRefused as error:
        raise ExtractRefused(str(error)) from error
    if algorithm == "ch":
        executables.run("contract", *at_once, str(graph))
    else:
        executables.run("partition", *at_once, str(graph))
        executables.run("customize", *at_once, str(graph))
    for ending in LEFT_OVER:
        graph.with_suffix(f"{graph.suffix}{ending}").unlink(missing_ok=True)
    made = Graph(extract.name, content, profile, algorithm, release, version)
    said = {**asdict(made), "written_by": "doorstep"}
    (into / ROADS_FILE).write_bytes(orjson.dumps(said, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return made


def read(folder: Path) -> Graph:
    """Raise MapRefused for a folder that holds no roads."""
    try:
        told = orjson.loads((folder / ROADS_FILE).read_bytes())
        graph = Graph(**{name: told[name] for name in Graph.__slots__})
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise MapRefused(f"{folder} holds no roads; make them by `doorstep roads build EXTRACT --out DIR`") from error
    if not all(isinstance(getattr(graph, name), str) for name in Graph.__slots__) or graph.algorithm not in ALGORITHMS:
        raise MapRefused(f"{folder / ROADS_FILE} is not as it was written")
    return graph


def check_extract(path: Path) -> None:
    """Raise ExtractRefused for what is no OpenStreetMap extract in its binary form, before anything is begun."""
    try:
        with path.open("rb") as content:
            begin = content.read(64)
    except OSError as error:
        raise ExtractRefused(f"cannot be read: {error.strerror}") from error
    if HEADER not in begin or len(begin) < 64:
        raise ExtractRefused("is no extract of OpenStreetMap (.osm.pbf)")


def digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
