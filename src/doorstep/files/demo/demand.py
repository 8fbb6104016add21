"""The orders of one Thursday and their lines, written out."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from doorstep.files.demo.baskets import Lines
from doorstep.files.demo.catalogue import Catalogue
from doorstep.files.demo.geography import Addresses, City, cities
from doorstep.files.demo.people import COMPANIES, FIRST_NAMES, LAST_NAMES, SAFE_PLACES, STREETS, email, phone
from doorstep.files.demo.tabular import DAY, Row, euros, instant
from doorstep.files.demo.voices import SEGMENTS
from doorstep.files.demo.wishes import Wishes

ORDER_COLUMNS = (
    "order", "channel", "placed_at", "customer", "country", "region", "city", "postcode", "latitude", "longitude",
    "speed", "name", "company", "address_1", "phone", "email", "residential", "signed_for", "saturday",
    "pickup_point", "safe_place", "not_before", "segment",
)  # fmt: skip
LINE_COLUMNS = ("order", "line", "sku", "quantity", "unit_price")
BUSINESS_SHARE, APP_SHARE = 0.05, 0.35
DISCOUNTED_SHARE, DISCOUNT_PERCENT = 0.12, 85
NEW, REGULAR = SEGMENTS  # as the quotes that were shown name them
REGULARS_OF_FIVE = (0, 1)  # besides who orders again that day


def order_rows(
    customer: NDArray[np.int64], homes: Addresses, wanted: Wishes, seconds: NDArray[np.int64], rng: np.random.Generator
) -> list[Row]:
    people = [_person(cities()[c], n, rng) for n, c in enumerate(homes.city.tolist())]
    app = rng.random(len(customer)) < APP_SHARE
    rows: list[Row] = []
    known = {number for number in customer.tolist() if number % 5 in REGULARS_OF_FIVE}
    for index, number in enumerate(customer.tolist()):
        city = cities()[int(homes.city[number])]
        name, company, street, telephone, mail = people[number]
        pickup = wanted.pickup[index]
        later = int(wanted.days_later[index])
        rows.append(
            (
                f"HH-{index + 1:06d}",
                "app" if app[index] else f"web-{city.country.lower()}",
                instant(DAY, int(seconds[index])),
                f"C{number + 1:06d}",
                city.country,
                city.region,
                city.city,
                homes.postcode[number],
                f"{homes.latitude[number]:.5f}",
                f"{homes.longitude[number]:.5f}",
                wanted.speed[index],
                name,
                company,
                street,
                telephone,
                mail,
                0 if company or pickup else 1,
                int(wanted.signed[index]),
                int(wanted.saturday[index]),
                f"PP-{city.country}-{homes.postcode[number].replace(' ', '')}" if pickup else "",
                SAFE_PLACES[number % len(SAFE_PLACES)] if wanted.safe[index] and not wanted.signed[index] else "",
                (DAY + timedelta(days=later)).isoformat() if later else "",
                REGULAR if number in known else NEW,
            )
        )
        known.add(number)
    return rows


def _person(city: City, number: int, rng: np.random.Generator) -> tuple[str, str, str, str, str]:
    """Name, company, street, telephone, e-mail."""
    firsts, lasts, streets = (table[city.country] for table in (FIRST_NAMES, LAST_NAMES, STREETS))
    draw = rng.random(5)
    first, last = firsts[int(draw[0] * len(firsts))], lasts[int(draw[1] * len(lasts))]
    street = streets[int(draw[2] * len(streets))].format(1 + int(draw[3] ** 2 * 140))
    company = f"{COMPANIES[number % len(COMPANIES)]} {last}" if draw[4] < BUSINESS_SHARE else ""
    return f"{first} {last}", company, street, phone(city.country, number % 1000), email(first, last, number + 1)


def line_rows(lines: Lines, catalogue: Catalogue, rng: np.random.Generator) -> list[Row]:
    reduced = rng.random(len(lines.basket)) < DISCOUNTED_SHARE
    prices = [(euros(p.price_cents), euros(round(p.price_cents * DISCOUNT_PERCENT / 100))) for p in catalogue.products]
    rows: list[Row] = []
    line, previous = 0, -1
    for basket, product, quantity, cheap in zip(
        lines.basket.tolist(), lines.product.tolist(), lines.quantity.tolist(), reduced.tolist(), strict=True
    ):
        line = line + 1 if basket == previous else 1
        previous = basket
        sku = catalogue.products[product].sku
        rows.append((f"HH-{basket + 1:06d}", str(line), sku, quantity, prices[product][cheap]))
    return rows
