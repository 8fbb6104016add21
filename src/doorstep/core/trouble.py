"""What is wrong with the database when it does not do what it is asked: words for whoever asked."""

from __future__ import annotations

from django.db import DatabaseError, InterfaceError, OperationalError

READ_ONLY, FULL, DEADLOCK, CANCELLED = "25006", "53100", "40P01", "57014"  # SQLSTATE
WAIT_S = 5  # before it is worth asking again


def trouble(error: DatabaseError | InterfaceError) -> str:
    """Say what keeps the record from being read or written; empty: the statement is to blame, not the database."""
    state, text = getattr(error.__cause__, "sqlstate", "") or "", str(error)
    if state == READ_ONLY or "readonly database" in text:
        return "the record can only be read at the moment"
    if state == FULL or "disk is full" in text:
        return "the disk of the record is full"
    if state in (DEADLOCK, CANCELLED) or "database is locked" in text:
        return "the record is busy with others"
    if isinstance(error, OperationalError | InterfaceError):
        return "the record cannot be reached at the moment"
    return ""
