"""How far the storm is: a line every so often to stderr, read from the record by a connection of its own."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

EVERY_S = 30.0
ASKED = {
    "orders": "SELECT count(*) FROM orders_order",
    "facts pending": "SELECT count(*) FROM events_pending",
    "webhooks waiting": "SELECT count(*) FROM webhooks_delivery WHERE state IN ('waiting', 'sending')",
}
PARCELS = "SELECT state, count(*) FROM parcels_parcel GROUP BY state ORDER BY state"


@contextmanager
def told(database: str, every_s: float = EVERY_S) -> Iterator[None]:
    """Tell it while this block lasts."""
    over, begun = threading.Event(), time.monotonic()

    def tell() -> None:
        while not over.wait(every_s):
            print(f"{time.monotonic() - begun:6,.0f} s: {line(database)}", file=sys.stderr, flush=True)

    thread = threading.Thread(target=tell, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def line(database: str) -> str:
    """Orders, parcels by their state, and what is on its way to subscribers and shops."""
    try:
        with psycopg.connect(database, connect_timeout=5) as asking:
            counts = [(name, *asking.execute(text).fetchone()) for name, text in ASKED.items()]  # type: ignore[misc]
            states = asking.execute(PARCELS).fetchall()
    except psycopg.Error as error:
        return f"the database does not answer ({type(error).__name__})"
    return ", ".join([f"{name} {count:,}" for name, count in (*counts, *states)])
