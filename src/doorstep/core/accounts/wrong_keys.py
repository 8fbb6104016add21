"""Wrong API keys are counted by address, in the database: all processes of the server count together, and a restart
forgets nothing; Django's cache in memory would do neither. It costs nothing to those whose keys are right, and a caller
that is refused already costs one read.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from django.db import IntegrityError, transaction
from django.db.models import F

from doorstep.core.accounts.models import WrongKeys

SPAN = timedelta(minutes=5)
MOST = 50  # wrong keys of one address within the span


def count(address: str, *, at: datetime) -> datetime | None:
    """Count one more; gives until when the address is refused, None: it is not, or not yet."""
    counted = WrongKeys.objects.filter(address=neighbourhood(address), since__gt=at - SPAN)
    row = counted.first()
    if row is not None and row.number >= MOST:
        return row.since + SPAN
    if row is None:
        WrongKeys.objects.filter(since__lte=at - SPAN).delete()  # of all addresses: the table keeps nothing for long
        with suppress(IntegrityError), transaction.atomic():
            WrongKeys.objects.create(address=neighbourhood(address), since=at, number=1)
            return None
    counted.update(number=F("number") + 1)
    return None


def neighbourhood(address: str) -> str:
    """Give the /64 of an IPv6 address: whoever has one of its addresses has them all."""
    try:
        read = ip_address(address)
    except ValueError:
        return address[:64]
    return str(ip_network((read, 64), strict=False)) if isinstance(read, IPv6Address) else str(read)
