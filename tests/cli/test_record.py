"""The record from the command line: a real database file, a real server that answers and ends."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import subprocess
from pathlib import Path
from urllib.request import urlopen

import pytest
from tests.cli.run import COMMAND, TEA_SHOP


def run(home: Path, *words: object, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("DOORSTEP_", "DJANGO_"))}
    return subprocess.run(
        [*COMMAND, *map(str, words)],
        env={**environment, "DOORSTEP_HOME": str(home), **more},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def rows(home: Path, query: str, file: str = "doorstep.sqlite3") -> list[tuple[object, ...]]:
    connection = sqlite3.connect(home / file)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


@pytest.mark.parametrize(
    "words", [("load", TEA_SHOP), ("plan-day", "tea"), ("add-user", "a@b.example"), ("serve", "--once"), ("worker",)]
)
def test_a_record_without_tables_says_how_to_make_them(tmp_path: Path, words: tuple[object, ...]) -> None:
    refused = run(tmp_path, *words)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == "the record has no tables yet: say doorstep migrate\n"


def test_a_folder_is_loaded_and_its_day_planned(home: Path) -> None:
    loaded = run(home, "load", TEA_SHOP, "--operator", "north")
    assert loaded.returncode == 0, loaded.stderr
    assert "4 orders" in loaded.stdout
    brand = str(rows(home, "select code from accounts_brand")[0][0])
    planned = run(home, "plan-day", brand, "--operator", "north")
    assert planned.returncode == 0, planned.stderr
    assert "3 orders planned" in planned.stdout
    assert rows(home, "select state, count(*) from orders_order group by state order by 1") == [
        ("held", 1),
        ("planned", 3),
    ]
    assert rows(home, "select orders, learned_by from learned_bids") == [(0, "system")]  # they are of long ago


def test_a_brand_that_is_not_there_is_named_with_those_that_are(home: Path) -> None:
    run(home, "load", TEA_SHOP, "--operator", "north")
    refused = run(home, "plan-day", "coffee", "--operator", "north")
    assert refused.returncode == 1
    assert "no brand coffee; there are" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_loading_twice_changes_nothing(home: Path) -> None:
    run(home, "load", TEA_SHOP)
    again = run(home, "load", TEA_SHOP)
    assert again.returncode == 1
    assert "already" in again.stderr
    assert rows(home, "select count(*) from orders_order") == [(4,)]


def test_a_faulty_folder_leaves_the_record_as_it_was(home: Path, tmp_path: Path) -> None:
    refused = run(home, "load", tmp_path / "nowhere")
    assert refused.returncode == 2
    assert rows(home, "select count(*) from accounts_brand") == [(0,)]


def test_people_are_added_by_role(home: Path) -> None:
    assert run(home, "add-user", "a@example.com", DOORSTEP_PASSWORD="correct horse battery").returncode == 0
    weak = run(home, "add-user", "b@example.com", DOORSTEP_PASSWORD="short")
    assert weak.returncode == 1
    assert "too short" in weak.stderr
    assert run(home, "add-user", "c@example.com", "--role", "king", DOORSTEP_PASSWORD="x").returncode == 2
    stored = rows(home, "select email, password from accounts_user")
    assert [email for email, _ in stored] == ["a@example.com"]
    assert str(stored[0][1]).startswith("argon2")


def test_the_demonstration_serves_its_first_page_and_ends(tmp_path: Path) -> None:
    done = run(tmp_path, "demo-tower", TEA_SHOP, "--once", "--port", free_port())
    assert done.returncode == 0, done.stderr
    assert "3 orders planned" in done.stdout
    assert "log in as demo@example.com with the password" in done.stdout
    assert "the tower is at http://localhost:" in done.stdout
    assert rows(tmp_path, "select count(*) from parcels_parcel", "demonstration.sqlite3") == [(3,)]


def test_the_demonstration_ends_with_its_carrier_and_its_worker(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        shown = start(tmp_path, "demo-tower", TEA_SHOP, "--port", port)
        assert shown.stdout is not None
        told = list[str]()
        for line in shown.stdout:
            told.append(line)
            if "Ctrl-C" in line:
                break
        said = "".join(told)
        children = below(shown.pid)
        try:
            link = re.search(r"http://localhost:(\d+)/t/\S+", said)
            assert link is not None, said
            assert int(link[1]) != port
            with urlopen(link[0], timeout=30) as answer:
                assert answer.status == 200
            assert len(children) >= 3  # carrier, worker, tower
            assert "/advance" in said
            assert "mails to shoppers go into" in said
        finally:
            shown.send_signal(signal.SIGINT)
            _, complained = shown.communicate(timeout=60)
    assert f"port {port} is taken" in complained
    assert shown.returncode == 130, complained
    assert [pid for pid in children if alive(pid)] == []
    hooked = rows(tmp_path / "sandbox", "select value from settings where name = 'hook'", "sandbox.sqlite3")
    accounts = rows(tmp_path, "select min(id) from parcels_carrieraccount", "demonstration.sqlite3")
    assert hooked == [(f"http://localhost:{link[1]}/hooks/carriers/{accounts[0][0]}",)]


def test_a_port_that_is_taken_is_said(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = run(home, "serve", "--once", "--port", taken.getsockname()[1])
    assert refused.returncode == 1
    assert "--port" in refused.stderr


def test_the_demonstration_keeps_away_from_a_real_record(tmp_path: Path) -> None:
    refused = run(tmp_path, "demo-tower", TEA_SHOP, DOORSTEP_DATABASE="postgresql://somewhere/real")
    assert refused.returncode == 2
    assert list(tmp_path.iterdir()) == []


def start(home: Path, *words: object) -> subprocess.Popen[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("DOORSTEP_", "DJANGO_"))}
    return subprocess.Popen(
        [*COMMAND, *map(str, words)],
        env={**environment, "DOORSTEP_HOME": str(home), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def below(pid: int) -> list[int]:
    """The processes that a process has started, and those that they have."""
    listed = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = {int(one): int(other) for one, other in (line.split() for line in listed.splitlines())}
    found, looked = list[int](), [pid]
    while looked:
        looked = [one for one, parent in parents.items() if parent in looked]
        found += looked
    return found


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def test_a_share_of_quotes_is_shown_by_lot(home: Path) -> None:
    run(home, "load", TEA_SHOP)
    done = run(home, "insight", "display-test", "tea", "--share", "0.1")
    assert done.returncode == 0, done.stderr
    assert rows(home, "SELECT display_test_ppm FROM accounts_brand") == [(100_000,)]
    assert run(home, "insight", "display-test", "tea", "--share", "2").returncode == 2
    written = run(home, "insight", "shown", "tea", "--out", home / "choices.csv")
    assert (written.returncode, "0 quotes" in written.stdout) == (0, True), written.stderr
    assert (home / "choices.csv").read_text(encoding="utf-8").startswith("quote,segment,country,shown_at,option")
