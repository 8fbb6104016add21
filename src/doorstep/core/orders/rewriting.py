"""An order is written anew: edited, mended, or planned otherwise. Call within a transaction that has locked it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from django.db.models import F

from doorstep.core.orders.actions import UNDECIDED, changeable, conflict_rows, lines_of, parts_row, person_of
from doorstep.core.orders.models import Order, OrderLine, Person, ReviewRule
from doorstep.core.statements import places as places_for
from doorstep.core.statements import rows_of
from doorstep.domain import demand
from doorstep.domain.decision import Conflict
from doorstep.domain.journey import OrderState

AT_ONCE = 5_000  # ways of writing postcodes in one statement
_ORDERS = Order._meta.db_table
LAST = (  # the condition is that of the index `told_places_by_postcode`
    f"SELECT country, postcode, latitude, longitude FROM {_ORDERS} WHERE longitude IS NOT NULL AND id IN ("
    f"SELECT MAX(id) FROM {_ORDERS} WHERE brand_id = %s AND country IN {{}} AND postcode IN {{}} "
    "AND latitude IS NOT NULL AND address_precision IN ('', 'coordinates') GROUP BY country, postcode) ORDER BY id"
)


@dataclass(frozen=True, slots=True)
class Stand:
    """Where an order stands after it was written; `settled` are the families of faults that a person has settled."""

    state: OrderState
    settled: frozenset[str]
    reason: str = ""
    detail: str = ""
    remedy: str = ""
    faults: Sequence[demand.OrderFault] = ()
    conflicts: Sequence[Conflict] = ()  # that leave it no plan


def revision_of(pk: int) -> int:
    return Order.objects.values_list("revision", flat=True).get(pk=pk)


def rewrite(pk: int, before: demand.Order, order: demand.Order, stand: Stand, products: Mapping[str, int]) -> None:
    """Write what an order asks and how it stands. Its code, channel, customer and placing never change."""
    Order.objects.filter(pk=pk).update(
        **changeable(order),
        state=stand.state,
        on_shortage=order.on_shortage if stand.state in UNDECIDED else "",
        reason=stand.reason,
        detail=stand.detail[:1000],
        remedy=stand.remedy[:1000],
        conflicts=conflict_rows(stand.conflicts),
        expected_by=None,
        faults=[[one.reason, one.detail, one.remedy] for one in stand.faults],
        settled=sorted(stand.settled),
        revision=F("revision") + 1,
    )
    row = Order.objects.only("brand_id", "person_id").get(pk=pk)
    _write_person(row, before, order)
    if before.lines != order.lines:
        OrderLine.objects.filter(order_id=pk).delete()
    if before.lines != order.lines or any(line.sku in products for line in order.lines):
        _write_lines(row, before, order, products)


def set_review_rule(brand_id: int, over_micros: int | None) -> bool:
    """Set the amount over which orders are looked at; None: none is. False: it was so already."""
    rule = ReviewRule.objects.filter(brand_id=brand_id)
    if over_micros is None:
        return rule.delete()[0] > 0
    if rule.filter(over_micros=over_micros).exists():
        return False
    ReviewRule.objects.update_or_create(brand_id=brand_id, defaults={"over_micros": over_micros})
    return True


def _write_person(row: Order, before: demand.Order, order: demand.Order) -> None:
    """Change the person's row; whose data were erased gets a new one only when there are data again."""
    if (before.contact, before.address_changes) == (order.contact, order.address_changes):
        return
    if row.person_id is None:
        person = person_of(row.brand_id, order)
        person.save(force_insert=True)
        Order.objects.filter(pk=row.pk).update(person=person)
        return
    changes = [[one.field, one.before, one.after] for one in order.address_changes]
    Person.objects.filter(pk=row.person_id).update(**asdict(order.contact), address_changes=changes)


def _write_lines(row: Order, before: demand.Order, order: demand.Order, products: Mapping[str, int]) -> None:
    if before.lines != order.lines:
        OrderLine.objects.bulk_create(lines_of(order, row, products))
        return
    # The same lines, but a sku that was unknown may be a product by now, and a kit.
    became = {line.line: line.parts for line in order.lines}
    for line in OrderLine.objects.filter(order_id=row.pk, parts__isnull=True, sku__in=list(products)):
        parts = parts_row(became[line.line])
        OrderLine.objects.filter(pk=line.pk).update(product_id=products[line.sku], parts=parts)


def review_over(brand_id: int) -> int | None:
    """Millionths of the major unit of the brand's currency; None: the brand has no such rule."""
    return ReviewRule.objects.filter(brand_id=brand_id).values_list("over_micros", flat=True).first()


def located(brand_id: int, places: Mapping[tuple[str, str], str]) -> dict[tuple[str, str], tuple[float, float]]:
    """Where the last order of the brand to a postcode went whose coordinates the shop has told.

    `places`: country and a way of writing a postcode -> the postcode by which it is answered. One query for a few.
    """
    named = list(places.items())
    found: dict[tuple[str, str], tuple[float, float]] = {}
    for start in range(0, len(named), AT_ONCE):
        batch = dict(named[start : start + AT_ONCE])
        countries, postcodes = ({place[part] for place in batch} for part in (0, 1))
        asked = LAST.format(places_for(len(countries)), places_for(len(postcodes)))
        for country, postcode, north, east in rows_of(asked, [brand_id, *countries, *postcodes]):
            if (country, postcode) in batch:
                found[country, batch[country, postcode]] = (north, east)
    return found
