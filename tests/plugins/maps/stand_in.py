"""A town with a server that answers as OSRM does, or as Valhalla does, and may be told to answer badly.

Its roads are made up: a way is longer than the great circle, and longer to the west than to the east. What it writes
has the form of what OSRM 26.10 and Valhalla 3.5.1 wrote when asked the same.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np

from doorstep.plugins.maps.base import Points, points_of
from doorstep.plugins.maps.crow import crow_m

PLACES = points_of([41.15, 41.16, 41.14, 41.2, 41.1], [-8.61, -8.6, -8.65, -8.5, -8.7])
ROAD_OFF_M = 7.0  # from each place in town
Answered = tuple[int, bytes]
Answer = Callable[[str, Any], Answered]


class Town:
    """Answers, counts what it was asked, and keeps the last question."""

    def __init__(self) -> None:
        self.data_version = "2026-11"
        self.most_side = 100
        self.asked: list[str] = []

    def ways(self, sources: Points, targets: Points) -> tuple[np.ndarray, np.ndarray]:
        """Metres and seconds."""
        crow = crow_m(sources[:, None, :], targets[None, :, :])
        west = sources[:, None, 1] > targets[None, :, 1]
        metres = crow * np.where(west, 1.5, 1.3)
        return np.round(metres, 1), np.round(metres / 10 + 5 * (metres > 0), 1)

    def far(self, points: Points) -> np.ndarray:
        """Metres to the nearest road."""
        away = crow_m(points, PLACES.mean(axis=0))
        return np.where(away > 50_000, away, ROAD_OFF_M)

    def osrm(self, path: str, _body: Any) -> Answered:
        self.asked.append(path)
        parts = urlsplit(path)
        service, version, _profile, said = parts.path.strip("/").split("/", 3)
        assert version == "v1"
        options = {name: value[0] for name, value in parse_qs(parts.query).items()}
        places = points_of(
            *zip(*[[float(part) for part in one.split(",")][::-1] for one in said.split(";")], strict=True)
        )
        told = {"table": self._table, "route": self._route, "nearest": self._nearest}[service](places, options)
        return (200 if told["code"] == "Ok" else 400), json.dumps(told | {"data_version": self.data_version}).encode()

    def valhalla(self, path: str, body: Any) -> Answered:
        self.asked.append(path)
        if path == "/status":
            return 200, b'{"version":"3.5.1-2b4bd9952","tileset_last_modified":1795904794}'
        if path == "/locate":
            points = _lat_lon(body["locations"])
            told = [
                {"input_lat": y, "input_lon": x, "edges": _edge(y, x) if near else None, "nodes": None}
                for (y, x), near in zip(points.tolist(), self.far(points) <= 1000, strict=True)
            ]
            return 200, json.dumps(told).encode()
        if path == "/sources_to_targets":
            return self._valhalla_matrix(body)
        if path == "/route":
            return self._valhalla_route(body)
        return 404, b'{"error_code":106,"error":"Try any of","status_code":404,"status":"Not Found"}'

    def _table(self, places: Points, options: dict[str, str]) -> dict[str, Any]:
        rows, columns = ([int(one) for one in options[side].split(";")] for side in ("sources", "destinations"))
        if max(len(rows), len(columns)) > self.most_side:
            return {"code": "TooBig", "message": "Too many table coordinates"}
        assert options["annotations"] == "duration,distance"
        metres, seconds = self.ways(places[rows], places[columns])
        off = self.far(places)
        waypoints = [{"distance": float(one), "location": [0, 0], "name": ""} for one in off]
        return {
            "code": "Ok",
            "distances": metres.tolist(),
            "durations": seconds.tolist(),
            "sources": [waypoints[row] for row in rows],
            "destinations": [waypoints[column] for column in columns],
        }

    def _route(self, places: Points, options: dict[str, str]) -> dict[str, Any]:
        assert options["continue_straight"] == "false"
        assert options["geometries"] == "polyline6"
        metres, seconds = self.ways(places[:-1], places[1:])
        legs = [
            {"distance": float(a), "duration": float(b)}
            for a, b in zip(metres.diagonal(), seconds.diagonal(), strict=True)
        ]
        waypoints = [{"distance": float(one)} for one in self.far(places)]
        route = {"legs": legs, "geometry": encoded(places), "distance": 0, "duration": 0}
        return {"code": "Ok", "routes": [route], "waypoints": waypoints}

    def _nearest(self, places: Points, _options: dict[str, str]) -> dict[str, Any]:
        return {"code": "Ok", "waypoints": [{"distance": float(self.far(places)[0])}]}

    def _valhalla_matrix(self, body: Any) -> Answered:
        sources, targets = _lat_lon(body["sources"]), _lat_lon(body["targets"])
        assert body["costing"] == "auto"
        assert body["units"] == "kilometers"
        if (self.far(np.vstack((sources, targets))) > 1000).any():
            return 400, b'{"error_code":171,"error":"No suitable edges near location","status_code":400}'
        metres, seconds = self.ways(sources, targets)
        told = {"durations": np.rint(seconds).tolist(), "distances": np.round(metres / 1000, 3).tolist()}
        return 200, json.dumps({"sources_to_targets": told, "units": "kilometers"}).encode()

    def _valhalla_route(self, body: Any) -> Answered:
        places = _lat_lon(body["locations"])
        assert {one["type"] for one in body["locations"]} == {"break"}
        if (self.far(places) > 1000).any():
            return 400, b'{"error_code":171,"error":"No suitable edges near location","status_code":400}'
        metres, seconds = self.ways(places[:-1], places[1:])
        legs = [
            {"summary": {"length": round(float(a) / 1000, 3), "time": float(b)}, "shape": encoded(pair)}
            for a, b, pair in zip(metres.diagonal(), seconds.diagonal(), pairwise(places), strict=True)
        ]
        return 200, json.dumps({"trip": {"legs": legs, "status": 0, "units": "kilometers"}}).encode()


def encoded(line: Any) -> str:
    """Google's polyline algorithm with six digits."""
    said: list[str] = []
    before = [0, 0]
    for point in line:
        now = [round(float(value) * 1e6) for value in point]
        for a, b in zip(now, before, strict=True):
            value = (a - b) << 1
            value = ~value if a < b else value
            while value >= 32:
                said.append(chr((32 | (value & 31)) + 63))
                value >>= 5
            said.append(chr(value + 63))
        before = now
    return "".join(said)


def _lat_lon(told: Any) -> Points:
    return points_of([one["lat"] for one in told], [one["lon"] for one in told])


def _edge(y: float, x: float) -> list[dict[str, float]]:
    return [{"way_id": 1, "correlated_lat": y + ROAD_OFF_M / 111_195, "correlated_lon": x}]


class Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Say nothing: clients hang up on answers that are slow or cut off, which is what they are tested for."""


@contextmanager
def serving(answer: Answer, slowly_s: float = 0.0, cut: int = 0) -> Iterator[str]:
    """Serve on the loopback address. `slowly_s` between any two bytes; `cut`: so many bytes less than announced."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one go: in two, the second would wait for the first to be acknowledged

        def do_GET(self) -> None:
            self._say(*answer(self.path, None))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._say(*answer(self.path, body))

        def _say(self, status: int, said: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            if 300 <= status < 400:
                self.send_header("Location", "/elsewhere")
            self.end_headers()
            try:
                if slowly_s:
                    for byte in re.findall(b".", said, re.DOTALL):
                        self.wfile.write(byte)
                        self.wfile.flush()
                        time.sleep(slowly_s)
                else:
                    self.wfile.write(said[: len(said) - cut])
                    self.wfile.flush()
                    self.close_connection = self.close_connection or bool(cut)
            except OSError:  # hung up on
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
