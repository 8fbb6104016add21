"""Orders as people and programs read them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from itertools import starmap

from django.db.models import Count, Q, QuerySet

from doorstep.core.counting import count_up_to
from doorstep.core.orders.models import Order, OrderLine, Person
from doorstep.core.paging import Page, instant_of, micros_of, page, reach, read_cursor
from doorstep.domain.decision import Conflict
from doorstep.domain.demand import AddressChange, OrderFault, Part, Payment, Precision
from doorstep.domain.journey import ORDER_STATES, OrderState
from doorstep.domain.money import Currency
from doorstep.domain.rights import Scope


@dataclass(frozen=True, slots=True)
class OrderRow:
    pk: int
    brand: str
    order: str
    channel: str
    customer: str
    placed_at: datetime
    country: str
    region: str
    city: str
    postcode: str
    speed: str
    priority: int
    state: OrderState
    reason: str
    not_before: date | None
    promised_by: date | None  # what the shop told the shopper
    currency: str


@dataclass(frozen=True, slots=True)
class Addressee:
    name: str
    company: str
    address_1: str
    address_2: str
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class Line:
    line: str
    sku: str
    known: bool  # the brand has a product of this sku
    name: str
    quantity: int
    unit_price_minor: int
    size_mm: tuple[int, int, int] | None  # None: the sku is not known
    weight_g: int | None
    parts: tuple[Part, ...]  # what one unit of a kit became when it was ordered; none: it is no kit


@dataclass(frozen=True, slots=True)
class OrderDetail:
    row: OrderRow
    brand_id: int
    brand_name: str
    on_time_target_ppm: int
    addressee: Addressee | None  # None: erased, or never told
    segment: str
    latitude: float | None
    longitude: float | None
    residential: bool
    signed_for: bool
    saturday: bool
    pickup_point: str
    safe_place: str
    gift_note: str
    detail: str
    remedy: str
    conflicts: tuple[Conflict, ...]  # that leave it no plan, where they are known
    expected_by: date | None  # of a back-order
    lines: tuple[Line, ...]
    payment: Payment
    review: bool  # the shop asked for a look at it
    revision: int  # how often it was written anew
    faults: tuple[OrderFault, ...]  # of a hold, all of them
    settled: tuple[str, ...]  # families of faults that a person has settled
    address_precision: Precision
    address_changes: tuple[AddressChange, ...]


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """Orders that wait for something, by what they wait for."""

    state: OrderState
    reason: str
    orders: int


def list_orders(
    scope: Scope,
    *,
    state: str | None = None,
    reason: str | None = None,
    brand: str | None = None,
    search: str | None = None,
    placed_from: datetime | None = None,
    placed_to: datetime | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[OrderRow]:
    """List orders, the latest placed first; `placed_to` is exclusive.

    `search` is the beginning of an order's code, customer or postcode, in any case. Raises InvalidCursor.
    """
    orders = _of(scope).select_related("brand")
    if state is not None:
        orders = orders.filter(state=state)
    if reason is not None:
        orders = orders.filter(reason=reason)
    if brand is not None:
        orders = orders.filter(brand__code=brand)
    if search:
        begins = Q(code__istartswith=search) | Q(customer__istartswith=search) | Q(postcode__istartswith=search)
        orders = orders.filter(begins)
    if placed_from is not None:
        orders = orders.filter(placed_at__gte=placed_from)
    if placed_to is not None:
        orders = orders.filter(placed_at__lt=placed_to)
    if after is not None:
        micros, last = read_cursor(after, int, int)
        when = instant_of(micros)
        # The first condition alone says the same to an index, which does not look into an OR.
        orders = orders.filter(placed_at__lte=when).filter(Q(placed_at__lt=when) | Q(id__lt=last))
    found = list(orders.order_by("-placed_at", "-id")[: reach(limit)])
    return page(found, limit, _row, lambda order: (micros_of(order.placed_at), order.pk))


def get_order(scope: Scope, code: str, brand: str | None = None) -> OrderDetail | None:
    """Give an order with its lines and addressee; the latest, should several brands use the code and none be named."""
    orders = _of(scope).filter(code=code).select_related("brand", "person")
    if brand is not None:
        orders = orders.filter(brand__code=brand)
    order = orders.order_by("-placed_at", "-id").first()
    if order is None:
        return None
    currency = Currency(order.brand.currency)
    lines = OrderLine.objects.filter(order_id=order.pk).select_related("product").order_by("id")
    return OrderDetail(
        row=_row(order),
        brand_id=order.brand_id,
        brand_name=order.brand.name,
        on_time_target_ppm=order.brand.on_time_target_ppm,
        addressee=_addressee(order.person) if order.person else None,
        segment=order.segment,
        latitude=order.latitude,
        longitude=order.longitude,
        residential=order.residential,
        signed_for=order.signed_for,
        saturday=order.saturday,
        pickup_point=order.pickup_point,
        safe_place=order.safe_place,
        gift_note=order.gift_note,
        detail=order.detail,
        remedy=order.remedy,
        conflicts=tuple(Conflict(*one) for one in order.conflicts),
        expected_by=order.expected_by,
        lines=tuple(_line(line, currency) for line in lines),
        payment=order.payment,  # type: ignore[arg-type]  # the database knows no other
        review=order.review,
        revision=order.revision,
        faults=tuple(OrderFault(*one) for one in order.faults),
        settled=tuple(order.settled),
        address_precision=order.address_precision,  # type: ignore[arg-type]  # the database knows no other
        address_changes=tuple(AddressChange(*one) for one in order.person.address_changes) if order.person else (),
    )


def codes_of(ids: Collection[int]) -> dict[int, str]:
    """Codes of orders by their row ids, whosever they are: for messages to their own brand. One query."""
    return dict(Order.objects.filter(pk__in=ids).values_list("pk", "code")) if ids else {}


def order_id(brand: int, code: str) -> int | None:
    return Order.objects.filter(brand_id=brand, code=code).values_list("pk", flat=True).first()


def count_by_state(scope: Scope) -> dict[OrderState, int]:
    """Count orders of every state up to a bound, those without any included. One query."""
    return count_up_to({state: _of(scope).filter(state=state) for state in ORDER_STATES})


def count_waiting(scope: Scope) -> tuple[ReasonCount, ...]:
    """Count open and held orders by their reason, the most frequent first."""
    waiting = _of(scope).filter(state__in=("open", "held")).order_by().values_list("state", "reason")
    counted = [
        ReasonCount(_state(state), reason, number) for state, reason, number in waiting.annotate(orders=Count("*"))
    ]
    return tuple(sorted(counted, key=lambda one: (-one.orders, one.state, one.reason)))


def _of(scope: Scope) -> QuerySet[Order]:
    return Order.objects.filter(brand_id__in=scope.brands)


def _state(text: str) -> OrderState:
    return next(state for state in ORDER_STATES if state == text)  # the database knows no other


def _row(order: Order) -> OrderRow:
    return OrderRow(
        pk=order.pk,
        brand=order.brand.code,
        order=order.code,
        channel=order.channel,
        customer=order.customer,
        placed_at=order.placed_at,
        country=order.country,
        region=order.region,
        city=order.city,
        postcode=order.postcode,
        speed=order.speed,
        priority=order.priority,
        state=_state(order.state),
        reason=order.reason,
        not_before=order.not_before,
        promised_by=order.promised_by,
        currency=order.brand.currency,
    )


def _addressee(person: Person) -> Addressee:
    return Addressee(person.name, person.company, person.address_1, person.address_2, person.phone, person.email)


def _line(line: OrderLine, currency: Currency) -> Line:
    product = line.product
    return Line(
        line=line.line,
        sku=line.sku,
        known=product is not None,
        name=product.name if product else "",
        quantity=line.quantity,
        unit_price_minor=currency.minor(line.unit_price_micros),
        size_mm=(product.length_mm, product.width_mm, product.height_mm) if product else None,
        weight_g=product.weight_g if product else None,
        parts=tuple(starmap(Part, line.parts or ())),
    )
