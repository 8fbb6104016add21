"""Other packers, each in a process of its own in an environment of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.pack.scores import Answer
from benchmarks.pack.sets import OrderSet
from benchmarks.peer_versions import versions_of

PROCESS = Path(__file__).with_name("peer_process.py")
NO_UPRIGHT = ("py3dbp",)
NO_SUPPORT = ("py3dbp", "packer3d_free", "packingsolver3d")
ALL = ("py3dbp", "packer3d", "packer3d_free", "packvium", "packvium_fast", "packingsolver3d")
HOW_TO = """No packers to compare with at {path}. Make their environment:
    python3 -m venv peers && peers/bin/pip install -r benchmarks/pack/peers.txt
and name it: --peer-python peers/bin/python"""


def versions(python: Path) -> str:
    """Names and versions of the packers that are installed there."""
    return versions_of(python, ("py3dbp", "packer3d", "packvium", "packingsolver3d"), HOW_TO)


def cannot(peer: str, orders: OrderSet, support: float) -> str:
    """Why a peer is left out of a set; empty: it is not."""
    if peer in NO_UPRIGHT and orders.orders.item_upright.any():
        return "has no this side up"
    if peer in NO_SUPPORT and support:
        return "has no rule of support"
    return ""


def answers(peer: str, python: Path, orders: OrderSet, support: float, cap_s: float, kept: Path | None) -> list[Answer]:
    """Answers to the orders from the first on, as many as the peer gives within its CPU seconds.

    `kept` is a file of answers that a former run wrote, or that this one is to write.
    """
    if kept is None or not kept.exists():
        told = _asked(peer, python, orders, support, cap_s)
        if kept is not None:
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(told)
    else:
        told = kept.read_text()
    rows = [json.loads(line) for line in told.splitlines() if line.endswith("}")]
    return [Answer(row["parcels"], row["cpu_s"], row["error"]) for row in rows]


def _asked(peer: str, python: Path, orders: OrderSet, support: float, cap_s: float) -> str:
    whole = orders.orders
    room = whole.carton_max_weight_g - whole.carton_tare_g
    task = {
        "peer": peer,
        "cap_s": cap_s,
        "support": support,
        "cartons": [
            {"size": size, "payload": payload}
            for size, payload in zip(whole.carton_inner_mm.tolist(), room.tolist(), strict=True)
        ],
        "orders": [_lines(orders, load) for load in range(whole.loads)],
    }
    ran = subprocess.run([python, PROCESS], input=json.dumps(task), stdout=subprocess.PIPE, text=True, check=False)
    if ran.returncode:
        print(f"{peer}: stopped with {ran.returncode}", file=sys.stderr)
    return ran.stdout


def _lines(orders: OrderSet, load: int) -> list[dict[str, object]]:
    whole = orders.orders
    return [
        {
            "item": item,
            "size": whole.item_size_mm[item].tolist(),
            "weight": int(whole.item_weight_g[item]),
            "upright": bool(whole.item_upright[item]),
            "quantity": int(whole.load_quantity[line]),
        }
        for line in range(int(whole.load_start[load]), int(whole.load_start[load + 1]))
        for item in [int(whole.load_item[line])]
    ]
