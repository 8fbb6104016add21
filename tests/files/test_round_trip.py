"""Whatever brand is written, the same is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.files.tiny_brand import TINY

from doorstep.domain.carriage import SPEEDS
from doorstep.domain.catalog import Carton, Product
from doorstep.domain.demand import Contact, Order, OrderLine
from doorstep.domain.place import Place
from doorstep.files.folder import read_folder
from doorstep.files.write import write_brand_folder

LETTERS = "aZ0é日,;\"'. -/\u00df"
TEXT = st.text(LETTERS + "\n\r\t", max_size=12)
CODE = st.text(LETTERS, min_size=1, max_size=8).filter(lambda code: code == code.strip())
WORD = st.text(LETTERS.replace(" ", ""), min_size=1, max_size=8)
MICROS = st.integers(0, 10**15)
SIDE = st.integers(1, 100_000)
WEIGHT = st.integers(0, 100_000_000)
DAY = st.dates(date(1971, 1, 1), date(2198, 12, 31))


@st.composite
def instants(draw: st.DrawFn) -> datetime:
    moment = draw(st.datetimes(datetime(1972, 1, 1), datetime(2197, 12, 31)))  # noqa: DTZ001 - the zone follows
    offset = draw(st.integers(-14 * 60, 14 * 60))
    return moment.replace(tzinfo=timezone(timedelta(minutes=offset)) if offset else UTC)


@st.composite
def cartons(draw: st.DrawFn) -> Carton:
    inner = draw(st.tuples(SIDE, SIDE, SIDE))
    mailer = inner[2] < min(inner[:2]) and draw(st.booleans())
    padding = draw(st.integers(0, (min(inner) - 1) // 2))
    outer = tuple(draw(st.integers(side, 100_000)) for side in inner)
    tare = draw(WEIGHT)
    bears = draw(st.integers(tare, 100_000_000))
    return Carton(
        draw(CODE),
        inner,
        (outer[0], outer[1], outer[2]),
        tare,
        bears,
        draw(MICROS),
        draw(st.sampled_from(("", "ber"))),
        mailer,
        padding,
    )


def wrappable(product: Product) -> Product:
    """What its padding makes larger than goods may be is refused; such a product goes bare."""
    longest = max(product.length_mm, product.width_mm, product.height_mm)
    return product if longest + 2 * product.padding_mm <= 100_000 else replace(product, padding_mm=0)


PRODUCTS = st.lists(
    st.builds(
        Product,
        sku=CODE,
        name=TEXT,
        category=TEXT,
        length_mm=SIDE,
        width_mm=SIDE,
        height_mm=SIDE,
        weight_g=WEIGHT,
        value_micros=MICROS,
        hs_code=st.just("") | CODE,
        origin_country=st.sampled_from(("", "BR", "DE")),
        this_side_up=st.booleans(),
        fragile=st.booleans(),
        max_load_g=st.none() | WEIGHT,
        hazmat_class=st.just("") | CODE,
        ships_in_own_box=st.booleans(),
        soft=st.booleans(),
        padding_mm=st.integers(0, 1_000),
    ).map(wrappable),
    unique_by=lambda product: product.sku,
    min_size=1,
    max_size=4,
)
LINES = st.lists(
    st.builds(OrderLine, line=CODE, sku=CODE, quantity=st.integers(1, 1_000_000), unit_price_micros=MICROS),
    unique_by=lambda line: line.line,
    max_size=3,
).map(tuple)
DEGREES = st.tuples(st.floats(-90, 90), st.floats(-180, 180)) | st.just((None, None))


@st.composite
def places(draw: st.DrawFn) -> Place:
    latitude, longitude = draw(DEGREES)
    return Place("BR", draw(TEXT), draw(TEXT), draw(st.just("") | CODE), latitude, longitude)


def keepable(order: Order) -> Order:
    """Dates that contradict one another are refused; such an order keeps the promise alone, or none."""
    promised = order.promised_by
    if promised and promised < order.placed_at.date() - timedelta(days=1):
        promised = None
    early = order.not_before
    return replace(order, promised_by=promised, not_before=None if promised and early and early > promised else early)


ORDERS = st.lists(
    st.builds(
        Order,
        order=WORD,
        channel=TEXT,
        placed_at=instants(),
        customer=st.just("") | CODE,
        place=places(),
        lines=LINES,
        speed=st.none() | st.sampled_from(SPEEDS),
        residential=st.booleans(),
        signed_for=st.booleans(),
        saturday=st.booleans(),
        pickup_point=st.just("") | CODE,
        safe_place=TEXT,
        not_before=st.none() | DAY,
        promised_by=st.none() | DAY,
        contact=st.builds(Contact, *[TEXT] * 6),
    ).map(keepable),
    unique_by=lambda order: order.order,
    max_size=4,
)


def amount(micros: int) -> str:
    return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"


def product_row(one: Product) -> Sequence[object]:
    sizes = (one.length_mm, one.width_mm, one.height_mm, one.weight_g)
    turns = (one.this_side_up, one.fragile, one.max_load_g, one.hazmat_class, one.ships_in_own_box)
    wraps = (one.soft, one.padding_mm)
    worth = (amount(one.value_micros), one.hs_code, one.origin_country)
    return (one.sku, one.name, one.category, *sizes, *worth, *turns, *wraps)


def carton_row(one: Carton) -> Sequence[object]:
    bears = (one.tare_g, one.max_weight_g, amount(one.cost_micros), one.site)
    return (one.carton, *one.inner_mm, *one.outer_mm, *bears, "mailer" if one.mailer else "box", one.padding_mm)


def order_row(one: Order) -> Sequence[object]:
    place, who = one.place, one.contact
    where = (place.country, place.region, place.city, place.postcode, place.latitude, place.longitude)
    wishes = (one.residential, one.signed_for, one.saturday, one.pickup_point, one.safe_place)
    contact = (who.name, who.company, who.address_1, who.address_2, who.phone, who.email)
    dates = (one.not_before, one.promised_by)
    return (one.order, one.channel, one.placed_at, one.customer, *where, one.speed, *contact, *wishes, *dates)


PRODUCT_COLUMNS = (
    "sku name category length_mm width_mm height_mm weight_g value hs_code origin_country this_side_up fragile"
    " max_load_g hazmat_class ships_in_own_box soft padding_mm"
)
ORDER_COLUMNS = (
    "order channel placed_at customer country region city postcode latitude longitude speed name company address_1"
    " address_2 phone email residential signed_for saturday pickup_point safe_place not_before promised_by"
)


@settings(max_examples=50, deadline=None)
@given(PRODUCTS, st.lists(cartons(), min_size=1, max_size=3, unique_by=lambda one: one.carton), ORDERS)
def test_what_is_written_is_read(products: list[Product], boxes: list[Carton], orders: list[Order]) -> None:
    tables: dict[str, tuple[Sequence[str], Sequence[Sequence[object]]]] = {}
    for name in ("brand", "sites", "collections", "services", "zones", "rates"):
        header, *rows = TINY[name].splitlines()
        tables[name] = (header.split(","), [row.split(",") for row in rows])
    tables["products"] = (PRODUCT_COLUMNS.split(), [product_row(product) for product in products])
    sides = [f"{where}_{side}_mm" for where in ("inner", "outer") for side in ("length", "width", "height")]
    tables["cartons"] = (
        ["carton", *sides, "tare_g", "max_weight_g", "cost", "site", "kind", "padding_mm"],
        [carton_row(box) for box in boxes],
    )
    tables["orders"] = (ORDER_COLUMNS.split(), [order_row(order) for order in orders])
    tables["order_lines"] = (
        ["order", "line", "sku", "quantity", "unit_price"],
        [
            (order.order, line.line, line.sku, line.quantity, amount(line.unit_price_micros))
            for order in orders
            for line in order.lines
        ],
    )
    # the disk need not have it all: the folder is read back at once, and fifty times
    with TemporaryDirectory() as place, patch("os.fsync"):
        write_brand_folder(Path(place, "brand"), tables)
        read = read_folder(Path(place, "brand"))
    assert read.products == tuple(products)
    assert read.cartons == tuple(boxes)
    assert read.orders == tuple(orders)
    assert [order.placed_at.isoformat() for order in read.orders] == [order.placed_at.isoformat() for order in orders]
