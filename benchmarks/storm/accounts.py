"""What the storm left behind, counted in the record, at the carrier and at the receiver: each line should be nought."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Collection
from pathlib import Path
from typing import Any

from django.db import connection

LEDGER = """
WITH moved AS (
  SELECT target_id AS shelf, quantity AS units FROM stock_move WHERE target_id IS NOT NULL
  UNION ALL SELECT source_id, -quantity FROM stock_move WHERE source_id IS NOT NULL
), summed AS (SELECT shelf, sum(units) AS units FROM moved GROUP BY shelf)
SELECT count(*) FROM stock_level AS l LEFT JOIN summed AS s ON s.shelf = l.id WHERE l.quantity <> coalesce(s.units, 0)
"""
LEAKED = """
WITH held AS (
  SELECT m.reference, sum(CASE WHEN t.state IN ('reserved', 'picked') THEN m.quantity ELSE 0 END)
       - sum(CASE WHEN s.state IN ('reserved', 'picked') THEN m.quantity ELSE 0 END) AS units
  FROM stock_move m LEFT JOIN stock_level t ON t.id = m.target_id LEFT JOIN stock_level s ON s.id = m.source_id
  WHERE m.reference LIKE 'order:%%' GROUP BY m.reference
)
SELECT count(*) FROM held WHERE units <> 0 AND NOT EXISTS (
  SELECT 1 FROM parcels_parcel p WHERE p.order_id = substr(held.reference, 7)::bigint
  AND p.state IN ('planned', 'released', 'packed', 'labelled', 'staged'))
"""


def one(text: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(text.replace("%%", "%"))
        return int(cursor.fetchone()[0])


def lost_orders(acknowledged: Collection[str]) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT code FROM orders_order")
        return len(set(acknowledged) - {row[0] for row in cursor.fetchall()})


def not_arrived(acknowledged: Collection[str], waiting: Collection[str]) -> int:
    """Orders that were planned, and of which a parcel is neither at the doorstep nor back."""
    ended = ("delivered", "left_at_safe_place", "returned", "cancelled")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT o.code FROM orders_order o WHERE o.code = ANY(%s) AND (NOT EXISTS (SELECT 1 FROM parcels_parcel p "
            "WHERE p.order_id = o.id) OR EXISTS (SELECT 1 FROM parcels_parcel p WHERE p.order_id = o.id "
            "AND p.state <> ALL(%s)))",
            [sorted(set(acknowledged) - set(waiting)), list(ended)],
        )
        return len(cursor.fetchall())


def labels(sandbox: Path) -> dict[str, int]:
    """Sold by the carrier against recorded: each is known, and none was paid for twice."""
    with sqlite3.connect(sandbox / "sandbox.sqlite3") as store:
        sold = [row[0] for row in store.execute("SELECT label FROM labels WHERE state <> 'void'")]
    with connection.cursor() as cursor:
        cursor.execute("SELECT label, parcel_id FROM parcels_label WHERE state = 'bought'")
        bought: list[tuple[str, int]] = cursor.fetchall()
    known = {label for label, _ in bought}
    return {
        "labels paid for and not known": len(set(sold) - known),
        "labels known and not sold": len(known - set(sold)),
        "labels sold beyond one a parcel": len(sold) - len({parcel for _, parcel in bought}),
    }


def webhooks(taken: list[tuple[str, dict[str, Any]]]) -> tuple[int, dict[str, int]]:
    """How many there were, and what went wrong: each is to be taken at least once, those of an order in the order of
    its facts, reckoned by the first taking.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 'msg_' || replace(uid::text, '-', ''), fact, subject FROM webhooks_delivery")
        written = {row[0]: (int(row[1]), str(row[2])) for row in cursor.fetchall()}
    seen: set[str] = set()
    of_subject: dict[str, list[int]] = defaultdict(list)
    for number, _ in taken:
        if number not in seen:
            seen.add(number)
            fact, subject = written[number]
            of_subject[subject].append(fact)
    due = _facts_to_tell()
    return len(written), {
        "webhooks lost": len(written.keys() - seen),
        "facts that no shop was told": len(due - {fact for fact, _ in written.values()}),
        "orders told out of order": sum(told != sorted(told) for told in of_subject.values()),
    }


def _facts_to_tell() -> set[int]:
    """Facts of a brand that shops are told, since the endpoint is there."""
    from doorstep.domain.event_types import EVENT_TYPES

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM events_fact WHERE brand_id IS NOT NULL AND kind = ANY(%s) "
            "AND id > (SELECT max(id) FROM events_fact WHERE kind = 'WebhookAdded')",
            [list(EVENT_TYPES)],
        )
        return {int(row[0]) for row in cursor.fetchall()}


def record() -> dict[str, int]:
    return {
        "levels that their moves do not add up to": one(LEDGER),
        "facts still pending": one("SELECT count(*) FROM events_pending"),
        "facts stuck": one("SELECT count(*) FROM events_stuck"),
        "webhooks on their way": one("SELECT count(*) FROM webhooks_delivery WHERE state IN ('waiting', 'sending')"),
        "webhooks given up": one("SELECT count(*) FROM webhooks_delivery WHERE state = 'dead'"),
        "jobs given up": one("SELECT count(*) FROM jobs_job WHERE state = 'dead'"),
        "jobs left running": one("SELECT count(*) FROM jobs_job WHERE state = 'running' AND leased_until < now()"),
        "label intents left open": one("SELECT count(*) FROM parcels_label WHERE state IN ('asked', 'voiding')"),
        "orders gone with units still reserved": one(LEAKED),
    }
