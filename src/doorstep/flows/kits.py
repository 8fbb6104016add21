"""A kit is ordered as one product and sent as its components: what it consists of is settled when it is ordered.

The order keeps the line of the kit and, with it, what the line became. Plans, reservations, picks and parcels are of
the components alone; each says the line of the kit that it belongs to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from doorstep.core.catalog.kits import kits
from doorstep.domain.demand import Order, OrderLine, Part

Kits = Mapping[str, tuple[Part, ...]]  # by sku


def settled(order: Order, known: Kits) -> Order:
    """Have every line say what it becomes; one that says so already keeps it, whatever the kit is by now."""
    return replace(order, lines=tuple(_settled(line, known) for line in order.lines))


def settled_again(brand_id: int, before: Order, order: Order) -> Order:
    """After an edit, a line of the same code and sku keeps what it became; a new one is looked up."""
    became = {(line.line, line.sku): line.parts for line in before.lines}
    kept = replace(order, lines=tuple(_as_before(line, became) for line in order.lines))
    open_skus = {line.sku for line in kept.lines if line.parts is None}
    return settled(kept, kits(brand_id, open_skus)) if open_skus else kept


def exploded(order: Order) -> Order:
    """The order as it is planned: components in place of kits. The price stays with the kit, nothing here reads it."""
    if not any(line.parts for line in order.lines):
        return order
    return replace(order, lines=tuple(one for line in order.lines for one in _components(line)))


def needs_of(order: Order) -> Counter[str]:
    """Units that must be there for the order, by sku: of components, and of what is no kit."""
    needs: Counter[str] = Counter()
    for line in exploded(order).lines:
        needs[line.sku] += line.quantity
    return needs


def settle_all(brand_id: int, orders: Collection[Order]) -> Callable[[Order], Order]:
    """Look up the kits of many orders at once; returns what settles each of them. One query."""
    known = kits(brand_id, {line.sku for order in orders for line in order.lines})
    return lambda order: settled(order, known)


def _settled(line: OrderLine, known: Kits) -> OrderLine:
    return line if line.parts is not None else replace(line, parts=known.get(line.sku, ()))


def _as_before(line: OrderLine, became: Mapping[tuple[str, str], tuple[Part, ...] | None]) -> OrderLine:
    return line if line.parts is not None else replace(line, parts=became.get((line.line, line.sku)))


def _components(line: OrderLine) -> tuple[OrderLine, ...]:
    if not line.parts:
        return (line,)
    return tuple(OrderLine(line.line, part.sku, part.units * line.quantity, 0) for part in line.parts)
