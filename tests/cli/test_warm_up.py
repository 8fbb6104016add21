"""Whoever starts a server need not wait for the kernels, and is told that they are compiled meanwhile."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.request import urlopen

from tests.cli.test_record import alive, below, free_port, start

from doorstep.cli.warm_up import BEGUN


def test_a_server_with_nothing_compiled_answers_while_it_compiles(
    home: Path,
    tmp_path: Path,
) -> None:
    os.environ["NUMBA_CACHE_DIR"] = str(tmp_path / "cold")
    port = free_port()
    try:
        serving = start(home, "serve", "--port", port)
    finally:
        del os.environ["NUMBA_CACHE_DIR"]
    assert serving.stderr is not None
    told = ""
    for line in serving.stderr:
        told += line.replace("\n", " ")
        if BEGUN in told:
            break
    children = below(serving.pid)
    try:
        assert BEGUN in told
        with urlopen(f"http://localhost:{port}/login", timeout=60) as answer:
            assert answer.status == 200
    finally:
        serving.terminate()
        serving.communicate(timeout=60)
    assert [pid for pid in children if alive(pid)] == []
