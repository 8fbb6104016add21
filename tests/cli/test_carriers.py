"""The sandbox carrier from the command line: it answers, remembers, and ends."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from pathlib import Path

import httpx
from tests.cli.run import COMMAND, TEA_SHOP
from tests.cli.test_record import rows, run

from doorstep.sandbox import HOOK_VARIABLE, KEY_VARIABLE

KEY = "of" + "-the-test"
ASKED = {"reference": "P-1", "service": "s", "to": {"postcode": "80331", "country": "DE"}, "weight_g": 500}


def begun(folder: Path, **more: str) -> tuple[subprocess.Popen[str], str, str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("DOORSTEP_")}
    process = subprocess.Popen(
        [*COMMAND, "sandbox", "--port", "0", "--folder", str(folder)],
        env={**environment, **more, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    said = ""
    while "stop it with" not in said:
        line = process.stdout.readline()
        assert line, "the carrier did not start"
        said += line
    found = re.search(r"http://127\.0\.0\.1:\d+", said)
    assert found
    return process, found[0], said


def ended(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 143
    assert "Traceback" not in said


def test_it_remembers_what_it_has_sold(tmp_path: Path) -> None:
    sold = []
    for _ in range(2):
        process, url, _ = begun(tmp_path, **{KEY_VARIABLE: KEY, HOOK_VARIABLE: "whsec_MDEyMzQ1Njc4OQ=="})
        headers = {"Authorization": f"Bearer {KEY}", "Idempotency-Key": "1"}
        answer = httpx.post(f"{url}/labels", json=ASKED, headers=headers)
        assert answer.status_code == 200
        sold.append(answer.json())
        assert httpx.get(f"{url}/labels?key=1").status_code == 401
        ended(process)
    assert sold[0] == sold[1]


def test_an_account_is_added_from_the_command_line(home: Path) -> None:
    asked = ("add-carrier", "post", "--carrier", "Postbird", "--company-prefix", "4012345", "--plugin")
    made = run(home, *asked, "offline")
    assert (made.returncode, made.stderr) == (0, "")
    assert "/hooks/carriers/1" in made.stdout
    assert rows(home, "SELECT carrier, plugin FROM parcels_carrieraccount") == [("Postbird", "offline")]
    assert rows(home, "SELECT company_prefix FROM parcels_ssccrange") == [("4012345",)]
    refused = run(home, *asked, "pigeon")
    assert refused.returncode != 0
    assert "offline, sandbox" in refused.stderr


def test_secrets_that_are_not_set_are_made_and_told(tmp_path: Path) -> None:
    process, url, said = begun(tmp_path)
    key = re.search(rf"{KEY_VARIABLE}=(\w+)", said)
    assert key
    assert f"{HOOK_VARIABLE}=whsec_" in said
    answer = httpx.post(f"{url}/advance", json={}, headers={"Authorization": f"Bearer {key[1]}"})
    assert answer.json()["scans"] == 0
    ended(process)


def test_a_carrier_that_no_tariff_names_is_said(home: Path) -> None:
    assert run(home, "load", TEA_SHOP, "--operator", "north").returncode == 0
    named = str(rows(home, "SELECT DISTINCT carrier FROM tariffs_service ORDER BY carrier")[0][0])
    asked = ("add-carrier", "post", "--operator", "north", "--plugin", "offline", "--carrier")
    wrong = run(home, *asked, "Nope Carrier")
    assert wrong.returncode == 0
    assert "no tariff names Nope Carrier" in wrong.stderr
    assert named in wrong.stderr
    right = run(home, "add-carrier", "other", *asked[2:], named)
    assert (right.returncode, right.stderr) == (0, "")
