"""`doorstep accounts` as people call it: contracts put, prices reckoned, and let weigh or ended."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.cli.run import doorstep
from tests.flows.commit_brand import SERVICES, TIERS, commit_brand

from doorstep.core.accounts import actions
from doorstep.core.accounts.queries import brand_ids
from doorstep.core.learned import account_terms, commitment_plans
from doorstep.core.learned.insights import Kept
from doorstep.domain.errors import InputRefused
from doorstep.flows.load_brand import load_brand

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
OF = ("--operator", "north")


def test_contracts_are_put_and_prices_let_weigh_and_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOORSTEP_HOME", str(tmp_path / "home"))
    operator = actions.add_operator("north", "North")
    folder = commit_brand(tmp_path / "brand")
    load_brand(operator, folder, now=NOW)
    put = doorstep("accounts", "contracts", folder, "--why", "renewed", *OF)
    assert (put.returncode, put.stdout) == (0, "1 contract in force\n")
    kept = (folder / "commitments.csv").read_bytes()
    (folder / "commitments.csv").unlink()
    empty = doorstep("accounts", "contracts", folder, "--why", "the wrong folder", *OF)
    assert (empty.returncode, len(account_terms.contracts_in_force(operator))) == (2, 1)
    assert "holds no commitments.csv; nothing was changed" in empty.stderr
    (folder / "commitments.csv").write_bytes(kept)
    told = doorstep("accounts", "reckon", "--json", *OF)
    assert json.loads(told.stdout)["EUR"]["prices"] == []  # its quarter is over
    assert "No commitment runs today" in doorstep("accounts", "reckon", *OF).stderr
    none = doorstep("accounts", "weigh", "pony", "--account", "north", "--why", "as reckoned", *OF)
    assert none.returncode == 1
    assert "no commitment makes a parcel of this account worth" in none.stderr
    document = {"currency": "EUR", "prices": [["pony", "north", "pony-std", -300_000, "2026-05-04", "2026-06-30"]]}
    commitment_plans.keep(operator, "EUR", Kept(NOW.date(), NOW, document), "system")
    weighs = doorstep("accounts", "weigh", "pony", "--account", "north", "--why", "as reckoned", *OF)
    assert (weighs.returncode, weighs.stdout) == (0, "1 price of pony north in force\n")
    assert len(account_terms.prices_in_force(operator)) == 1
    over = doorstep("accounts", "weigh", "pony", "--account", "north", "--why", "over", "--off", *OF)
    assert over.stdout == "no price of pony north is in force any more\n"
    assert account_terms.prices_in_force(operator) == ()


def test_an_operator_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOORSTEP_HOME", str(tmp_path / "home"))
    refused = doorstep("accounts", "reckon", "--operator", "nobody")
    assert "there is no operator nobody" in refused.stderr


def test_a_folder_whose_contract_nobody_sends_by_is_not_loaded(tmp_path: Path) -> None:
    operator = actions.add_operator("north", "North")
    services = SERVICES.replace("mule-exp,mule,,", "mule-exp,mule,south,")
    wrong = "commitment,carrier,account,service,kind,measure,per,starts_on,ends_on\n"
    wrong += "mule-q2,mule,south,mule-std,minimum,parcels,parcels,2026-04-01,2026-06-30\n"  # it goes by no account
    tiers = TIERS.replace("pony-q2", "mule-q2")
    folder = commit_brand(tmp_path / "brand", services=services, commitments=wrong, commitment_tiers=tiers)
    with pytest.raises(InputRefused) as refused:
        load_brand(operator, folder, now=NOW)
    assert [one.why for one in refused.value.faults] == ["is about mule-std by mule south, by which no brand sends"]
    assert account_terms.contracts_in_force(operator) == ()
    assert brand_ids(operator) == {}
