"""What carriers have said of a shopper's returns. Call within a transaction."""

from __future__ import annotations

from collections.abc import Collection

from doorstep.core.bulk import among
from doorstep.core.parcels.erasing import has_one_of, names_in
from doorstep.core.returns.models import Return, ReturnLabel
from doorstep.core.statements import rows_of
from doorstep.domain.returns import TO_COME, ReturnState

_NAMES = ("tracking", "label", "sscc")  # by which a carrier may speak of a return
UNDER_WAY: tuple[ReturnState, ...] = (*TO_COME, "received")  # its shopper is to be known still


def numbers_of(orders: Collection[int]) -> set[str]:
    """Tracking numbers of the labels of all returns of the orders. One query."""
    labels = ReturnLabel.objects.filter(of__order_id__in=orders).exclude(tracking="")
    return set(labels.values_list("tracking", flat=True))


def names_of(orders: Collection[int]) -> set[str]:
    """By what else a carrier may have named a return: its label, the SSCC. One query."""
    return names_in(ReturnLabel.objects.filter(of__order_id__in=orders).values_list("label", "sscc"))


def erased_numbers(accounts: Collection[int], numbers: Collection[str]) -> set[str]:
    """Those of the tracking numbers that were of returns of orders whose shopper was erased. One query.

    `accounts` (row ids) are those of the carrier that told them.
    """
    of_carrier, ours = among("label.account_id", accounts)
    told, wanted = among("label.tracking", numbers)
    text = (
        "SELECT label.tracking FROM returns_returnlabel AS label JOIN returns_return AS own ON own.id = label.of_id "
        "JOIN orders_erasure AS erasure ON erasure.order_id = own.order_id AND erasure.erased_at IS NOT NULL "
        f"WHERE {of_carrier} AND {told}"
    )
    return {number for (number,) in rows_of(text, [ours, wanted])}


def erased_names(operator: int, text: str) -> set[str]:
    """Names that the text has somewhere in it, of returns of orders whose shopper was erased. One query."""
    rows = ReturnLabel.objects.filter(account__operator_id=operator, of__order__erasure__erased_at__isnull=False)
    return names_in(rows.filter(has_one_of(text, _NAMES)).values_list(*_NAMES))


def under_way(orders: Collection[int]) -> set[int]:
    """Those of the orders of which goods are to come back, or lie on the bench. One query."""
    rows = Return.objects.filter(order_id__in=orders, state__in=UNDER_WAY)
    return set(rows.values_list("order_id", flat=True))


def being_settled(orders: Collection[int]) -> set[int]:
    """Those of the orders for whose return a label is being bought."""
    asked = ReturnLabel.objects.filter(of__order_id__in=orders, state="asked")
    return set(asked.values_list("of__order_id", flat=True))


def blank(orders: Collection[int]) -> dict[str, int]:
    said = ReturnLabel.objects.filter(of__order_id__in=orders).exclude(reason="")
    return {"return labels": said.update(reason="")}
