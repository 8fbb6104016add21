"""Tracking links: signed, so that nobody can make one; of a version, so that one can be revoked.

A token is looked up only when its signature is right: whoever guesses costs one hash each and learns nothing.
"""

from __future__ import annotations

import re
from datetime import datetime

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction

from doorstep.core.events.actions import record
from doorstep.core.messages import tracking
from doorstep.core.messages.tracking import Followed
from doorstep.core.orders import actions as orders
from doorstep.core.orders.erasing import is_erased
from doorstep.core.orders.queries import get_order
from doorstep.domain.errors import NotFound
from doorstep.domain.rights import Scope

_NAMED = re.compile(r"([1-9]\d{0,17})\.([1-9]\d{0,8})")
LONGEST = 120  # characters of a token


class ShopperErased(NotFound):
    """The link was right, and there is nothing behind it any more."""


def token_of(order_pk: int, version: int) -> str:
    return _signer().sign(f"{order_pk}.{version}")


def followed(token: str) -> Followed:
    """Give the order that a token opens. Raises NotFound for one that is forged, changed or revoked.

    Raises ShopperErased once the order's shopper was erased.
    """
    try:
        named = _NAMED.fullmatch(_signer().unsign(token[:LONGEST]))
    except BadSignature:
        named = None
    found = tracking.follow(int(named[1]), int(named[2])) if named else None
    if found is None:
        raise NotFound("no such link")
    if is_erased(found.pk):
        raise ShopperErased("what this link has shown was erased")
    return found


def tracking_url(order_pk: int) -> str:
    """The address of an order's page, as it is sent to its shopper. One query."""
    return tracking_urls([order_pk])[order_pk]


def tracking_urls(order_pks: list[int]) -> dict[int, str]:
    return {
        pk: f"{settings.PUBLIC_ADDRESS}/t/{token_of(pk, version)}"
        for pk, version in tracking.versions(order_pks).items()
    }


def revoke_link(scope: Scope, brand: str, code: str, *, now: datetime) -> str:
    """Let the links given out open nothing any more; returns the new address. Raises NotFound."""
    found = get_order(scope, code, brand)
    if found is None:
        raise NotFound(f"no order {code}")
    with transaction.atomic():
        orders.lock([found.row.pk])
        version = tracking.revoke(found.row.pk)
        record(
            scope.operator,
            found.brand_id,
            kind="LinkRevoked",
            subject=f"order:{found.row.pk}",
            data={"version": version},
            at=now,
            actor=scope.actor,
        )
    return tracking_url(found.row.pk)


def _signer() -> Signer:
    return Signer(salt="doorstep.tracking", sep="~")
