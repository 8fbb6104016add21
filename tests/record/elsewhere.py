"""A record in a database of its own, used by processes of their own: `python -m tests.record.elsewhere WHAT FOLDER`.

`fill` puts all of the full house into it, `work` sends an order from the shop to the
doorstep, `write` posts one receipt of goods after another until it is killed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
Rows = dict[str, dict[str, list[Any]]]  # table -> columns and rows


@dataclass(frozen=True, slots=True)
class Record:
    """A database, and a folder for what is written beside it."""

    database: str  # as DOORSTEP_DATABASE says it
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
        own = {"DOORSTEP_DATABASE": self.database, "DOORSTEP_HOME": str(self.folder), "PYTHONPATH": path}
        return os.environ | own | {"DJANGO_SETTINGS_MODULE": "tests.settings"}

    def doorstep(self, *words: str | Path, code: int = 0) -> str:
        """Say `doorstep ...`, and give what it answers."""
        return self._run(["doorstep.cli.main", *map(str, words)], code)

    def do(self, what: str) -> None:
        self._run(["tests.record.elsewhere", what, str(self.folder)])

    def begin(self, what: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.record.elsewhere", what, str(self.folder)], env=self.environment
        )

    def rows(self) -> Rows:
        """All that it holds, read in this process, which has the models already."""
        from tests.record.full_house import models

        found: Rows = {}
        with self._open() as alias:
            for model in models():
                columns = [one.attname for one in model._meta.concrete_fields]
                kept = model._default_manager.using(alias).order_by("pk").values_list(*columns)
                found[model._meta.db_table] = {"columns": columns, "rows": [_plain(row) for row in kept]}
        return found

    @contextmanager
    def _open(self) -> Iterator[str]:
        """Connect this process, beside the database of the test, which may be closed to it."""
        from django.db import connections
        from django.db.utils import load_backend

        from doorstep.server.database import database

        settings = {**connections["default"].settings_dict, **database(self.database, self.folder)}
        connection = load_backend(settings["ENGINE"]).DatabaseWrapper(settings, alias="elsewhere")
        connection.ensure_connection = lambda: None  # which pytest-django would refuse; it is made here
        connection.connect()
        connections["elsewhere"] = connection
        try:
            yield "elsewhere"
        finally:
            del connections["elsewhere"]
            connection.close()

    def _run(self, words: list[str], code: int = 0) -> str:
        done = subprocess.run([sys.executable, "-m", *words], env=self.environment, capture_output=True, text=True)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr


@contextmanager
def record(folder: Path, engine: str, like: Record | None = None) -> Iterator[Record]:
    """Give a database without tables, or a copy of another; on PostgreSQL it is in the cluster of the suite."""
    folder.mkdir()
    if engine == "sqlite":
        file = folder / "doorstep.sqlite3"
        if like:
            shutil.copyfile(like.folder / file.name, file)
        yield Record(f"sqlite:///{file}", folder)
        return
    import psycopg

    server = os.environ["DOORSTEP_DATABASE"]
    name = f"elsewhere_{token_hex(4)}"
    template = urlsplit(like.database).path.strip("/") if like else "template1"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield Record(urlsplit(server)._replace(path=f"/{name}").geturl(), folder)
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def fill(folder: Path) -> None:
    from tests.record.full_house import empty_tables, fill
    from tests.record.packed import house

    from doorstep.core.events.models import Fact

    with house(folder / "carrier") as at:
        fill(at, folder)
        gone = Fact.objects.create(operator_id=at.scope.operator, at=LATE, kind="Gone", actor="user:1", subject="stock")
    gone.delete()  # its id is not to be given to another
    assert empty_tables() == []


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(bytes(one) if isinstance(one, memoryview) else one for one in row)


def work(folder: Path) -> None:
    """Take an order in, plan, pack, label and hand it over, and hear that it was delivered."""
    from tests.core.stock.ledger import assert_moves_add_up
    from tests.record.packed import House
    from tests.sandbox.running import sandbox, settings

    from doorstep.core.accounts.models import Brand
    from doorstep.core.events.models import Fact
    from doorstep.core.orders.models import Order
    from doorstep.core.parcels.carriers import AccountRow, put_account
    from doorstep.core.parcels.models import CarrierAccount
    from doorstep.core.tariffs.models import Service
    from doorstep.domain.rights import Scope
    from doorstep.domain.travel import Scan
    from doorstep.flows import dispatch
    from doorstep.flows.ship import buy_label
    from doorstep.flows.stock import Receipt, receive
    from doorstep.flows.track import take_scans
    from doorstep.plugins.carriers.base import Carrier
    from doorstep.plugins.carriers.registry import open_carrier

    assert_moves_add_up()
    newest = Fact.objects.order_by("pk").last()
    brand = Brand.objects.get(code="tea")
    scope = Scope(brand.operator_id, frozenset({brand.pk}), "operator_admin", "user:1")
    receive(scope, brand.pk, Receipt("berlin", "mug", 6, "A-1"), now=LATE)
    with sandbox(folder / "new_carrier") as server:

        def carriers(account: AccountRow) -> Carrier:
            return open_carrier(account.plugin, settings(server))

        accounts = {
            one.carrier: put_account(scope.operator, one.code, one.carrier, one.plugin, base_url=server.url)
            for one in CarrierAccount.objects.filter(operator_id=scope.operator)
        }
        at = House(scope, brand.pk, server, carriers, accounts)
        parcel = at.packed("AFTERWARDS")
        bought = buy_label(scope, parcel.pk, now=LATE, carriers=carriers)
        parcel.refresh_from_db()
        carrier = Service.objects.get(brand=brand, code=parcel.service).carrier
        dispatch.stage(scope, bought.sscc, "berlin", carrier, parcel.ship_at, now=LATE)
        dispatch.close_manifest(scope, "berlin", carrier, parcel.ship_at, now=LATE, carriers=carriers)
        take_scans(accounts[carrier], [Scan("there", bought.tracking, "delivered", LATE)], now=LATE)
    assert Order.objects.get(code="AFTERWARDS").state == "delivered"
    assert_moves_add_up()
    if newest:
        assert Fact.objects.filter(pk__gt=newest.pk, subject=f"order:{parcel.order_id}").count() > 3


def write(folder: Path) -> None:
    from doorstep.core.accounts.models import Brand
    from doorstep.domain.rights import Scope
    from doorstep.flows.stock import Receipt, receive

    brand = Brand.objects.get(code="tea")
    scope = Scope(brand.operator_id, frozenset({brand.pk}), "operator_admin", "user:1")
    while True:
        receive(scope, brand.pk, Receipt("berlin", "mug", 1, "A-1"), now=LATE)
        with (folder / "written").open("a") as file:
            file.write(".")


if __name__ == "__main__":
    import django

    django.setup()
    from tests.record.full_house import LATE

    {"fill": fill, "work": work, "write": write}[sys.argv[1]](Path(sys.argv[2]))
