"""Parcels that are packed, with their goods picked: what comes before a label, set up through the record's actions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from tests.record.brand import NOW, loaded
from tests.record.test_accept import asked
from tests.sandbox.running import sandbox, settings

from doorstep.core.parcels.actions import move_on, settle
from doorstep.core.parcels.carriers import AccountRow, put_account, set_company_prefix
from doorstep.core.parcels.models import Parcel
from doorstep.core.stock.actions import post
from doorstep.core.stock.models import Move
from doorstep.core.stock.posting import shelf_of
from doorstep.core.tariffs.models import Service
from doorstep.domain.ledger import Shift
from doorstep.domain.rights import Scope
from doorstep.flows.accept import accept_order
from doorstep.flows.carriers import Carriers
from doorstep.plugins.carriers.base import Carrier
from doorstep.plugins.carriers.registry import open_carrier
from doorstep.sandbox.server import SandboxServer

COMPANY = "4012345"


@dataclass(frozen=True, slots=True)
class House:
    """The tea shop with an account at the sandbox carrier for whatever its services name."""

    scope: Scope
    brand: int
    server: SandboxServer
    carriers: Carriers
    accounts: dict[str, AccountRow]  # by carrier

    def packed(self, code: str = "N-1", quantity: int = 1, pick: bool = True) -> Parcel:
        """Accept an order and pack its only parcel."""
        order = replace(asked(code, quantity=quantity), placed_at=NOW)
        accepted = accept_order(self.scope, self.brand, order, now=NOW)
        assert accepted.state == "planned", accepted
        parcel = Parcel.objects.get(order_id=accepted.order_id)
        if pick:
            self.pick(accepted.order_id)
        with transaction.atomic():
            move_on([parcel.pk], "planned", "released")
            move_on([parcel.pk], "released", "packed", packed_weight_g=parcel.weight_g + 7, packed_at=NOW)
            settle([accepted.order_id])
        return Parcel.objects.get(pk=parcel.pk)

    def pick(self, order: int) -> None:
        reference = f"order:{order}"
        reserved = Move.objects.filter(reference=reference, reason="reservation").select_related("target")
        shifts = [
            Shift(
                shelf_of(move.target),
                replace(shelf_of(move.target), state="picked"),
                move.quantity,
                "pick",
                reference=reference,
            )
            for move in reserved
            if move.target
        ]
        post(self.brand, shifts, at=NOW, actor="user:1")


@contextmanager
def house(folder: Path, timeout_s: float = 10.0) -> Iterator[House]:
    scope, brand = loaded()
    set_company_prefix(scope.operator, COMPANY)
    names = sorted(set(Service.objects.filter(brand_id=brand).values_list("carrier", flat=True)))
    with sandbox(folder) as server:

        def carriers(account: AccountRow) -> Carrier:
            return open_carrier(account.plugin, replace(settings(server, timeout_s), base_url=account.base_url))

        accounts = {
            name: put_account(scope.operator, f"sandbox-{n}", name, "sandbox", base_url=server.url)
            for n, name in enumerate(names)
        }
        yield House(scope, brand, server, carriers, accounts)


LATER = NOW + timedelta(hours=1)
