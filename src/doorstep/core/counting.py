"""Counts for people, that cost the same however much there is: beyond a bound nobody asks for the last digit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

Name = TypeVar("Name")
MOST_COUNTED = 10_000  # a count beyond it says only that there are more


def count_up_to(found: Mapping[Name, QuerySet[Any]], most: int = MOST_COUNTED) -> dict[Name, int]:
    """Count the rows of several sets, each as far as one more than `most`; one query for all of them."""
    counts = dict.fromkeys(found, 0)
    asked: list[Name] = []
    selects: list[str] = []
    params: list[Any] = []
    for name, rows in found.items():
        try:
            sql, given = rows.order_by().values("pk")[: most + 1].query.sql_with_params()
        except EmptyResultSet:
            continue
        asked.append(name)
        selects.append(f"(SELECT COUNT(*) FROM ({sql}) counted)")
        params += given
    if asked:
        with connection.cursor() as cursor:
            cursor.execute("SELECT " + ", ".join(selects), params)
            counts |= zip(asked, cursor.fetchone(), strict=True)
    return counts
