"""What users ask of services, prices and dates. Numbers are those of docs/asks.md."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.asks.shop import (
    call,
    carton,
    line,
    order,
    outcome,
    planned,
    product,
    rate,
    service,
    shop,
    stock,
    written,
    zone,
)
from tests.cli.run import doorstep

LETTER = service("letter", max_weight_g=1_000)
CALLS = [call("hamburg", "ground"), call("hamburg", "letter")]

OFFLINE = """
import sys
def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        raise SystemExit(f"asked the network: {event} {arguments}")
sys.addaudithook(refuse)
"""


def test_ask_3_holidays_move_the_date(tmp_path: Path) -> None:
    """1 May is a holiday: what leaves on 30 April arrives on the Monday; a week later it arrives the next day."""
    before, after = order("before", "2026-04-30T09:00:00+02:00"), order("after", "2026-05-07T09:00:00+02:00")
    lines = [line("before", "mug"), line("after", "mug")]
    found = planned(tmp_path, shop(orders=[before, after], order_lines=lines))
    assert {one["orders"]: one["promised_by"] for one in found.parcels} == {
        "before": "2026-05-04",
        "after": "2026-05-08",
    }


def test_ask_4_a_pickup_point_is_served_by_services_that_go_there(tmp_path: Path) -> None:
    """And by no other, though the way to the door is cheaper."""
    tables = shop(
        services=[service("ground"), service("point", delivers_to="pickup_point")],
        zones=[zone("ground"), zone("point")],
        rates=[rate("ground", "4.20"), rate("point", "5.10")],
        collections=[call("hamburg", "ground"), call("hamburg", "point")],
        orders=[order("door"), order("shop", pickup_point="PP-17")],
        order_lines=[line("door", "mug"), line("shop", "mug")],
    )
    found = planned(tmp_path, tables)
    assert {one["orders"]: one["service"] for one in found.parcels} == {"door": "ground", "shop": "point"}


def test_ask_4_a_pickup_point_stands_beside_the_door_at_checkout(tmp_path: Path) -> None:
    """With its own price and date; shoppers who were learned to like points see it before the cheaper way home."""
    tables = shop(
        services=[service("ground"), service("point", delivers_to="pickup_point")],
        zones=[zone("ground"), zone("point")],
        rates=[rate("ground", "4.20"), rate("point", "5.10")],
        collections=[call("hamburg", "ground"), call("hamburg", "point")],
        values=[{"worth": "pickup", "value": "6"}, {"worth": "scatter", "value": "1"}],
    )
    folder = written(tmp_path / "shop", tables)
    cart = ["--to-country", "DE", "--to-postcode", "20099", "--sku", "mug", "--at", "2026-05-05T09:00:00+02:00"]
    found = doorstep("promise", "options", str(folder), *cart, "--pickup-point", "PP-17", "--json")
    told = json.loads(found.stdout)["options"]
    assert [(one["services"], one["pickup"], one["position"]) for one in told] == [
        (["ground"], False, 2),
        (["point"], True, 1),
    ]
    assert told[0]["price"] < told[1]["price"]
    assert all(one["promised_by"] == "2026-05-06" for one in told)


def test_ask_6_limits_are_those_of_the_packed_parcel(tmp_path: Path) -> None:
    """950 g of goods and 80 g of carton exceed a letter's 1,000 g; 900 g and 80 g do not."""
    tables = shop(
        products=[product("heavy", (100, 90, 80), 950), product("light", (100, 90, 80), 900)],
        services=[service("ground"), LETTER],
        zones=[zone("ground"), zone("letter")],
        rates=[rate("ground", "4.20"), rate("letter", "2.10")],
        collections=CALLS,
        stock=[stock("hamburg", "heavy", 1), stock("hamburg", "light", 1)],
        orders=[order("o1"), order("o2")],
        order_lines=[line("o1", "heavy"), line("o2", "light")],
    )
    found = planned(tmp_path, tables)
    assert {one["orders"]: one["service"] for one in found.parcels} == {"o1": "ground", "o2": "letter"}
    assert any(option == "hamburg by letter" and "30 g too heavy" in why for option, why in found.lost("o1"))


def test_ask_9_no_price_is_asked_of_the_network(tmp_path: Path) -> None:
    folder, out = written(tmp_path / "brand", shop()), tmp_path / "plan"
    arguments = ["doorstep", "plan", str(folder), "--out", str(out), "--workers", "1"]
    script = f"{OFFLINE}sys.argv = {arguments!r}\nfrom doorstep.cli.main import run\nrun()"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert [one["freight"] for one in outcome(0, out).parcels] == ["4.20"]


def test_the_guard_of_ask_9_stops_who_does_ask() -> None:
    script = f"{OFFLINE}import socket\nsocket.create_connection(('127.0.0.1', 9))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "asked the network" in done.stderr


def test_ask_11_no_service_fits_comes_with_the_reason_of_each(tmp_path: Path) -> None:
    tables = shop(
        services=[service("ground"), service("express", "express")],
        zones=[zone("ground"), zone("express", destination="8")],
        rates=[rate("ground", "4.20"), rate("express", "9.90")],
        collections=[call("hamburg", "ground"), call("hamburg", "express")],
        orders=[order("o1", speed="express"), order("o2")],
        order_lines=[line("o1", "mug"), line("o2", "mug")],
    )
    found = planned(tmp_path, tables)
    left = found.unplanned["o1"]
    assert left["reason"] == "no_service"
    reasons = dict(one.split(": ", 1) for one in left["detail"].split("; "))
    assert set(reasons) == {"ground", "express"}
    assert "express or faster is asked for" in reasons["ground"]
    assert "20099" in reasons["express"]
    assert left["remedy"]
    assert [one["orders"] for one in found.parcels] == ["o2"]


def test_ask_15_a_contract_is_a_table_that_changes_on_its_day(tmp_path: Path) -> None:
    tables = shop(
        rates=[
            rate("ground", "4.20", valid_to="2026-05-05"),
            rate("ground", "4.60", valid_from="2026-05-06"),
        ],
        surcharges=[
            {
                "service": "ground",
                "surcharge": "fuel",
                "when": "always",
                "kind": "percent",
                "amount": "7.5",
                "sequence": 1,
            }
        ],
        orders=[order("o1"), order("o2", "2026-05-06T09:00:00+02:00")],
        order_lines=[line("o1", "mug"), line("o2", "mug")],
    )
    found = planned(tmp_path, tables)
    charged = {one["orders"]: (one["freight"], one["surcharges"]) for one in found.parcels}
    assert charged == {"o1": ("4.20", "0.32"), "o2": ("4.60", "0.35")}  # 0.315 and 0.345, each rounded once


def test_ask_17_accounts_of_one_carrier_are_weighed_beside_one_another(tmp_path: Path) -> None:
    """The brand's own account is cheaper up to 1 kg, the warehouse's for what is heavier; each parcel takes its own."""
    accounts = {"ground": "warehouse-7", "own": "shop-1"}
    tables = shop(
        products=[product("heavy", (100, 90, 80), 2_000), product("light", (100, 90, 80), 500)],
        services=[service(name, account=account) for name, account in accounts.items()],
        zones=[zone("ground"), zone("own")],
        rates=[rate("ground", "4.20"), rate("own", "3.10", up_to_g=1_000), rate("own", "5.60")],
        collections=[call("hamburg", "ground"), call("hamburg", "own")],
        stock=[stock("hamburg", "heavy", 1), stock("hamburg", "light", 1)],
        orders=[order("o1"), order("o2")],
        order_lines=[line("o1", "heavy"), line("o2", "light")],
    )
    found = planned(tmp_path, tables)
    taken = {one["orders"]: (accounts[one["service"]], one["freight"]) for one in found.parcels}
    assert taken == {"o1": ("warehouse-7", "4.20"), "o2": ("shop-1", "3.10")}


def test_ask_70_the_weight_billed_is_the_weight_the_carrier_will_bill(tmp_path: Path) -> None:
    """The lamp's carton, 410 x 310 x 260 mm over 5,000, counts as 6,610 g (6,609.2), though it weighs 2,080 g."""
    tables = shop(
        services=[service("ground", dim_divisor_cm3_per_kg=5_000)],
        rates=[rate("ground", "4.20", up_to_g=5_000), rate("ground", "6.80", up_to_g=10_000)],
        cartons=[carton("large", (400, 300, 250), "0.80")],
        order_lines=[line("o1", "lamp")],
    )
    (parcel,) = planned(tmp_path, tables).parcels
    assert (parcel["weight_g"], parcel["billed_weight_g"], parcel["freight"]) == ("2080", "6610", "6.80")
