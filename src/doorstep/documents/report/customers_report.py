"""The report of what is learned of customers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from doorstep.documents.report.customers_charts import (
    WORDS,
    conversion_chart,
    ends,
    group_name,
    groups_chart,
    lateness_chart,
    money,
    promise_span,
    shared,
    wishes_chart,
    worth_cells,
    worth_chart,
)
from doorstep.documents.report.page import dress, write_page
from doorstep.documents.report.tiles import Tile
from doorstep.documents.report.wording import amount, count, counted, decimal, percent
from doorstep.domain.demand import Brand
from doorstep.domain.units import PPM
from doorstep.kernels.learn.buying import Buying
from doorstep.kernels.learn.customers import CustomersInsight
from doorstep.kernels.learn.rates import Estimate
from doorstep.kernels.learn.shopping import AGAIN_DAYS
from doorstep.kernels.learn.wants import Wants

STYLES = ("page.css", "figures.css", "pack.css", "cartons.css", "record.css", "print.css")
Rows = list[tuple[str, ...]]
COHORT_MONTHS = 12
WHY = {
    "too_few": "too few",
    "separated": "no finite estimate: nothing that was shown speaks against it",
    "no_price": "prices never differed",
    "no_difference": "options never differed",
}


@dataclass(frozen=True, slots=True)
class CustomersReport:
    brand: Brand
    told: CustomersInsight
    names: dict[str, str]  # of products, by sku
    data_version: str
    seed: int


def write_customers_report(path: Path, report: CustomersReport) -> None:
    """Write one self-contained HTML page."""
    told, currency = report.told, report.brand.currency
    contents = {
        **dress(STYLES, ()),
        "report": report,
        "headline": headline(report),
        "tiles": tiles(report),
        "wants_charts": [one for one in (worth_chart(told.wants, currency), groups_chart(told.wants, currency)) if one],
        "why_not": WHY.get(told.wants.overall.why_not, ""),
        "groups": group_rows(report),
        "spreads": spread_rows(report),
        "voice_charts": [one for one in (wishes_chart(told.voice), lateness_chart(told.voice.lateness)) if one],
        "reasons": reason_rows(report),
        "effect": effect_rows(report),
        "conversion": conversion_chart(told.buying),
        "promised": promised_rows(report),
        "again": again_rows(told.buying),
        "countries": place_rows(report, "countries"),
        "regions": place_rows(report, "regions"),
        "times": times_rows(told.buying),
        "cohorts": cohort_rows(told.buying),
        "favourites": favourite_rows(report),
        "pairs": pair_rows(report),
        "again_days": AGAIN_DAYS,
        "count": count,
        "counted": counted,
        "decimal": decimal,
    }
    write_page(path, "customers.html", contents)


def headline(report: CustomersReport) -> str:
    """Say in a sentence whether customers prefer it cheaper or faster."""
    told = report.told
    day = told.wants.overall.worth.get("day_sooner")
    if day is not None and day.bounded:
        value, low, high = (money(report.brand.currency, one) for one in (day.value, day.low, day.high))
        return f"A day sooner is worth {value} to a shopper ({low} to {high})."
    if told.voice.wished:
        wishes = told.voice.wished[0].wishes
        return f"{percent(wishes['cheaper'].value or 0.0, 0)} ask for cheaper, {percent(wishes['faster'].value or 0.0, 0)} for faster."  # noqa: E501
    if told.buying.orders:
        return f"{counted(told.buying.orders, 'order')} of {counted(told.buying.customers, 'customer')}."
    return "Nothing is known of customers yet."


def tiles(report: CustomersReport) -> tuple[Tile, ...]:
    """Give the figures at the top of the page."""
    wants, buying, voice = report.told.wants, report.told.buying, report.told.voice
    times = buying.frequency.times
    more = buying.customers - times[0]
    share = percent(more / buying.customers) if buying.customers else "–"
    gap = voice.lateness.adjusted
    return (
        Tile("Customers", count(buying.customers), counted(buying.orders, "order")),
        Tile("Bought again", share, f"{count(more)} customers"),
        Tile("Quotes shown", count(wants.quotes), f"{count(wants.left)} left, {count(wants.randomised)} randomised"),
        Tile("Answers", count(voice.wished[0].answers if voice.wished else 0), "cheaper or faster?"),
        Tile("Late, score", "–" if gap.value is None else decimal(gap.value), ends(gap) or "no late parcel scored"),
    )


def group_rows(report: CustomersReport) -> Rows:
    """Rows of what each group pays for; a small one is told as too few."""
    found: Rows = []
    for one in report.told.wants.groups:
        kind, hidden = one.kind.capitalize(), one.why_not == "too_few"
        heads = (group_name(one), kind, "too few" if hidden else count(one.choices))
        cells = [
            worth_cells(one.worth[name], report.brand.currency)[:2] if name in one.worth else ("–", "")
            for name in WORDS
        ]
        found.append((*heads, *(f"{value} ({told})" if told else value for value, told in cells[:4])))
    return found


def spread_rows(report: CustomersReport) -> Rows:
    currency = report.brand.currency
    return [
        (WORDS[name], money(currency, one.middle), money(currency, one.deviation), percent(one.above_zero))
        for name, one in report.told.wants.spreads.items()
    ]


def reason_rows(report: CustomersReport) -> Rows:
    """Rows of what shoppers call about."""
    return [
        (
            one.reason,
            ", ".join(f"{name} {count(number)}" for name, number in list(one.outcomes.items())[:3]),
            count(one.contacts),
            _rate(one.all_orders),
            _rate(one.kept),
            _rate(one.broken),
        )
        for one in report.told.voice.reasons
    ]


def _rate(one: Estimate) -> str:
    return "–" if one.value is None else f"{decimal(one.value, 1)} ({ends(one, 1)})"


def effect_rows(report: CustomersReport) -> Rows:
    """Rows of the difference that lateness makes to scores."""
    effect = report.told.voice.lateness
    if effect.plain.value is None:
        return []
    rows = [("As they are", count(effect.parcels), decimal(effect.plain.value), ends(effect.plain))]
    if effect.adjusted.value is not None:
        name = f"Within {counted(effect.strata, 'class')} of region and price".replace("classs", "classes")
        rows.append((name, count(effect.used), decimal(effect.adjusted.value), ends(effect.adjusted)))
    return list(rows)


def promised_rows(report: CustomersReport) -> Rows:
    currency = report.brand.currency
    return [
        (
            promise_span(one.first, one.last),
            count(one.orders),
            amount(currency, currency.minor(round(one.value.value or 0))),
            f"{money(currency, (one.value.low or 0) / PPM)} to {money(currency, (one.value.high or 0) / PPM)}",
            shared(one.again),
        )
        for one in report.told.buying.promised
    ]


def again_rows(buying: Buying) -> Rows:
    """Rows of who came again after a promise that was kept, and after one that was broken."""
    gap = buying.again_difference
    if gap.value is None:
        return []
    points = (
        f"{decimal(gap.value * 100, 1)} points ({ends(Estimate(0, 0, (gap.low or 0) * 100, (gap.high or 0) * 100), 1)})"
    )
    return [
        ("Promise kept", count(buying.again_kept.n), shared(buying.again_kept)),
        ("Promise broken", count(buying.again_broken.n), shared(buying.again_broken)),
        ("Broken less kept", count(gap.n), points),
    ]


def place_rows(report: CustomersReport, kind: str) -> Rows:
    currency = report.brand.currency
    return [
        (
            one.name,
            count(one.customers),
            percent(one.of_customers.value or 0.0),
            count(one.orders),
            amount(currency, currency.minor(one.value_micros)),
        )
        for one in getattr(report.told.buying, kind)
    ]


def times_rows(buying: Buying) -> Rows:
    total = buying.customers
    if not total:
        return []
    last = len(buying.frequency.times)
    return [
        (f"{times} or more" if times == last else str(times), count(people), percent(people / total))
        for times, people in enumerate(buying.frequency.times, start=1)
    ]


def cohort_rows(buying: Buying) -> list[tuple[str, str, list[tuple[str, int]]]]:
    """Rows of the cohorts: month, customers, and for each month after it the share and its shade."""
    most = max((again / one.customers for one in buying.cohorts for again in one.again), default=0.0) or 1.0
    rows = []
    for one in buying.cohorts:
        shares = [again / one.customers for again in one.again[:COHORT_MONTHS]]
        cells = [(percent(value), min(5, round(5 * value / most))) for value in shares]
        rows.append((f"{1970 + one.month // 12}-{one.month % 12 + 1:02d}", count(one.customers), cells))
    return rows


def favourite_rows(report: CustomersReport) -> Rows:
    currency = report.brand.currency
    return [
        (
            report.names.get(one.sku) or one.sku,
            one.sku,
            count(one.customers),
            count(one.units),
            amount(currency, currency.minor(one.value_micros)),
            shared(one.again),
        )
        for one in report.told.buying.favourites
    ]


def pair_rows(report: CustomersReport) -> Rows:
    names = report.names
    return [
        (
            names.get(one.one) or one.one,
            names.get(one.two) or one.two,
            count(one.baskets),
            percent(one.support, 2),
            decimal(one.lift, 1),
            f"{decimal(one.low, 1)} to {decimal(one.high, 1)}",
        )
        for one in report.told.buying.pairs
    ]


def unknowns(wants: Wants) -> str:
    """Say which features the log cannot tell."""
    return ", ".join(WORDS.get(name, name).lower() for name in wants.unidentified)
