"""A shop whose customers want, say and buy as a known model says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from doorstep.domain.customer import ContactMade, DeliveryWish, OptionShown, SurveyReply
from doorstep.domain.demand import Order, OrderLine
from doorstep.domain.learned import PastParcel
from doorstep.domain.place import Place
from doorstep.kernels.learn.customers_problem import CustomersProblem

BEGINS = datetime(2026, 1, 1, 12, tzinfo=UTC)
AS_OF = datetime(2026, 7, 1, tzinfo=UTC)
DAY_WORTH = {"hasty": 1.6, "calm": 0.4}  # of the currency, a day sooner
PRICE = -0.8
COUNTRIES = ("DE", "FR", "LU")


def shop(quotes: int = 900, seed: int = 1, left: bool = True) -> CustomersProblem:
    """Quotes of half a year; Luxembourg has five customers, and late parcels cost two points of the score."""
    rng = np.random.default_rng(seed)
    shown: list[OptionShown] = []
    orders: list[Order] = []
    history: list[PastParcel] = []
    replies: list[SurveyReply] = []
    contacts: list[ContactMade] = []
    for number in range(quotes):
        who = int(rng.integers(0, max(2, quotes // 3)))
        country = "LU" if who < 5 else COUNTRIES[who % 2]
        at = BEGINS + timedelta(hours=float(rng.uniform(0, 24 * 170)))
        offered = _quote(rng, number, who, country, at, left)
        shown.extend(offered)
        taken = next((one for one in offered if one.taken), None)
        if taken is None:
            continue
        orders.append(_order(rng, number, who, country, at))
        late = bool(rng.random() < 0.15)
        history.append(_parcel(rng, number, country, at, taken.days, late))
        if rng.random() < 0.5:
            wish: DeliveryWish = "faster" if late else "cheaper"
            replies.append(SurveyReply(f"o{number}", at + timedelta(days=taken.days + 3), wish, not late))
        if rng.random() < (0.6 if late else 0.05):
            reason = "where_is_it" if rng.random() < 0.9 else "praise"
            made = at + timedelta(days=taken.days + 1)
            contacts.append(ContactMade(f"c{number}", made, reason, f"o{number}", "explained"))
    everything = (orders, history, shown, replies, contacts)
    return CustomersProblem(AS_OF, *map(tuple, everything))  # type: ignore[arg-type]


def _quote(
    rng: np.random.Generator, number: int, who: int, country: str, at: datetime, left: bool
) -> list[OptionShown]:
    segment = "hasty" if who % 3 == 0 else "calm"
    menu = [
        ("economy", float(rng.integers(2, 6)), int(rng.integers(4, 8)), False),
        ("express", float(rng.integers(5, 13)), int(rng.integers(1, 3)), False),
        ("locker", float(rng.integers(1, 5)), int(rng.integers(2, 6)), True),
    ]
    order = rng.permutation(3)
    day = DAY_WORTH[segment] * -PRICE
    utility = [
        PRICE * price - day * days - 0.8 * pickup - 0.2 * place + rng.gumbel()
        for place, (_, price, days, pickup) in zip(np.argsort(order), menu, strict=True)
    ]
    nothing = -9.0 + rng.gumbel() if left else -np.inf
    best = int(np.argmax([*utility, nothing]))
    return [
        OptionShown(
            f"q{number}", name, at, country, int(price * 1_000_000), days, best == place,
            customer=f"k{who}", segment=segment, position=int(np.argsort(order)[place]) + 1,
            next_day=days == 1, pickup=pickup, propensity=1 / 6, order=f"o{number}" if best < 3 else "",
        )
        for place, (name, price, days, pickup) in enumerate(menu)
    ]  # fmt: skip


def _order(rng: np.random.Generator, number: int, who: int, country: str, at: datetime) -> Order:
    skus = {"tea", "mug"} if rng.random() < 0.3 else {str(rng.choice(["pot", "tea", "tin", "cup", "jar", "tray"]))}
    lines = tuple(
        OrderLine(str(place), sku, 1, 10_000_000 + 1_000_000 * len(sku)) for place, sku in enumerate(sorted(skus))
    )
    return Order(f"o{number}", "web", at, f"k{who}", Place(country, f"R{who % 4}", "", "10115", None, None), lines)


def _parcel(rng: np.random.Generator, number: int, country: str, at: datetime, days: int, late: bool) -> PastParcel:
    promised = at.date() + timedelta(days=days)
    came = at + timedelta(days=days + (2 if late else 0))
    score = int(np.clip(round(4.4 - 2 * late + rng.normal(0, 0.6)), 1, 5))
    return PastParcel(
        f"p{number}", f"o{number}", "std", "ber", "", "DE", "10115", country, f"R{number % 4}", "10115", 900, at,
        "delivered", delivered_at=came, promised_by=promised, review_score=score,
    )  # fmt: skip
