"""What is learned of customers, out: summary.json and its tables; keys and columns are those of docs/formats.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isfinite
from pathlib import Path

from doorstep.domain.units import PPM
from doorstep.files.plan_out import write_summary
from doorstep.files.values_out import write_values
from doorstep.files.write import write_csv
from doorstep.kernels.learn.buying import Buying
from doorstep.kernels.learn.customers import CustomersInsight
from doorstep.kernels.learn.money import MoneyValue
from doorstep.kernels.learn.rates import Estimate
from doorstep.kernels.learn.voice import Voice
from doorstep.kernels.learn.wants import Wants, WantsOf

DECIMALS = 6
WORTH_COLUMNS = ("kind", "group", "choices", "shoppers", "feature", "worth", "error", "low", "high", "why_not")
REASON_COLUMNS = ("reason", "contacts", "orders", "per_1000", "low", "high", "per_1000_kept", "per_1000_broken")
PLACE_COLUMNS = ("kind", "place", "customers", "share", "orders", "value")
FAVOURITE_COLUMNS = ("sku", "name", "customers", "orders", "units", "value", "bought_again")
PAIR_COLUMNS = ("sku", "other_sku", "baskets", "customers", "support", "lift", "low", "high")
COHORT_COLUMNS = ("month", "customers", "months_after", "customers_again", "share")


def write_customers(folder: Path, told: CustomersInsight, names: dict[str, str], more: dict[str, object]) -> None:
    """Write summary.json and the tables; `names` are those of products, `more` is added to the summary."""
    write_summary(folder, {**customers_object(told), **more})
    write_csv(folder / "worth.csv", WORTH_COLUMNS, _worth_rows(told.wants))
    write_values(folder, told.wants)
    write_csv(folder / "reasons.csv", REASON_COLUMNS, _reason_rows(told.voice))
    buying = told.buying
    write_csv(folder / "places.csv", PLACE_COLUMNS, _place_rows(buying))
    write_csv(
        folder / "favourites.csv",
        FAVOURITE_COLUMNS,
        [
            (one.sku, names.get(one.sku, ""), one.customers, one.orders, one.units, _major(one.value_micros),
             _short(one.again.value))
            for one in buying.favourites
        ],
    )  # fmt: skip
    write_csv(
        folder / "pairs.csv",
        PAIR_COLUMNS,
        [
            (one.one, one.two, one.baskets, one.customers, *map(_short, (one.support, one.lift, one.low, one.high)))
            for one in buying.pairs
        ],
    )
    write_csv(folder / "cohorts.csv", COHORT_COLUMNS, _cohort_rows(buying))


def customers_object(told: CustomersInsight) -> dict[str, object]:
    """Give what was learned as JSON has it; null: nothing to tell it by, or too few people."""
    return {
        "as_of": told.as_of.isoformat(),
        "least_people": told.least_people,
        "wants": _wants(told.wants),
        "voice": _voice(told.voice),
        "buying": _buying(told.buying),
    }


def estimate(one: Estimate) -> dict[str, object]:
    """Give a figure with its interval."""
    return {"n": one.n, "value": _short(one.value), "low": _short(one.low), "high": _short(one.high)}


def _money(one: Estimate) -> dict[str, object]:
    return {"n": one.n, **{name: _major(getattr(one, name)) for name in ("value", "low", "high")}}


def _wants(wants: Wants) -> dict[str, object]:
    return {
        "quotes": wants.quotes,
        "left": wants.left,
        "told_nothing": wants.told_nothing,
        "randomised": wants.randomised,
        "truncated": wants.truncated,
        "gain_per_choice": _short(wants.gain),
        "unidentified": list(wants.unidentified),
        "separated": list(wants.separated),
        "groups": [_wants_of(one) for one in (wants.overall, *wants.groups)],
        "spread": {
            name: {
                "middle": _short(one.middle),
                "deviation": _short(one.deviation),
                "above_zero": _short(one.above_zero),
            }
            for name, one in wants.spreads.items()
        },
    }


def _wants_of(one: WantsOf) -> dict[str, object]:
    return {
        "kind": one.kind,
        "group": one.group,
        "choices": one.choices if one.why_not != "too_few" else None,
        "shoppers": one.shoppers if one.why_not != "too_few" else None,
        "why_not": one.why_not or None,
        "worth": {name: _worth(value) for name, value in one.worth.items()},
    }


def _worth(value: MoneyValue) -> dict[str, object]:
    ends = (value.low, value.high) if value.bounded else (None, None)
    return {"value": _short(value.value), "error": _short(value.error), "low": _short(ends[0]), "high": _short(ends[1])}


def _worth_rows(wants: Wants) -> Iterable[Sequence[object]]:
    for one in (wants.overall, *wants.groups):
        hidden = one.why_not == "too_few"
        head = (one.kind, one.group, None if hidden else one.choices, None if hidden else one.shoppers)
        if one.why_not:
            yield (*head, None, None, None, None, None, one.why_not)
        for name, value in one.worth.items():
            told = _worth(value)
            yield (*head, name, told["value"], told["error"], told["low"], told["high"], None)


def _voice(voice: Voice) -> dict[str, object]:
    late = voice.lateness
    return {
        "survey": [
            {
                "promise": one.standing,
                "answers": one.answers,
                "wishes": {wish: estimate(value) for wish, value in one.wishes.items()},
                "satisfied": estimate(one.satisfied),
            }
            for one in voice.wished
        ],
        "unmatched_answers": voice.unmatched_answers,
        "orders": voice.orders,
        "contacts": [
            {
                "reason": one.reason,
                "contacts": one.contacts,
                "orders": one.orders,
                "per_1000": estimate(one.all_orders),
                "per_1000_kept": estimate(one.kept),
                "per_1000_broken": estimate(one.broken),
                "outcomes": one.outcomes,
            }
            for one in voice.reasons
        ],
        "unmatched_contacts": voice.unmatched_contacts,
        "contacts_without_order": voice.contacts_without_order,
        "lateness": {
            "parcels": late.parcels,
            "late": late.late,
            "difference": estimate(late.plain),
            "adjusted": estimate(late.adjusted),
            "strata": late.strata,
            "spans": [{"from": one.first, "to": one.last, "score": estimate(one.score)} for one in late.spans],
        },
    }


def _buying(buying: Buying) -> dict[str, object]:
    return {
        "orders": buying.orders,
        "customers": buying.customers,
        "orders_without_customer": buying.without_customer,
        "orders_of_a_customer": list(buying.frequency.times),
        "median_days_between": buying.frequency.median_days_between,
        "promised": [
            {
                "from": one.first,
                "to": one.last,
                "orders": one.orders,
                "customers": one.customers,
                "basket": _money(one.value),
                "bought_again": estimate(one.again),
            }
            for one in buying.promised
        ],
        "again_kept": estimate(buying.again_kept),
        "again_broken": estimate(buying.again_broken),
        "again_difference": estimate(buying.again_difference),
        "conversion": [
            {"from": one.first, "to": one.last, "quotes": one.quotes, "taken": estimate(one.taken)}
            for one in buying.converted
        ],
    }


def _reason_rows(voice: Voice) -> Iterable[Sequence[object]]:
    for one in voice.reasons:
        whole = one.all_orders
        rates = (whole.value, whole.low, whole.high, one.kept.value, one.broken.value)
        yield (one.reason, one.contacts, one.orders, *map(_short, rates))


def _place_rows(buying: Buying) -> Iterable[Sequence[object]]:
    for kind, places in (("country", buying.countries), ("region", buying.regions)):
        for one in places:
            share = _short(one.of_customers.value)
            yield (kind, one.name, one.customers, share, one.orders, _major(one.value_micros))


def _cohort_rows(buying: Buying) -> Iterable[Sequence[object]]:
    for cohort in buying.cohorts:
        for after, again in enumerate(cohort.again, start=1):
            yield (month_text(cohort.month), cohort.customers, after, again, _short(again / cohort.customers))


def month_text(month: int) -> str:
    """Write a month since 1970-01 as 2026-11."""
    return f"{1970 + month // 12:04d}-{month % 12 + 1:02d}"


def _major(micros: float | None) -> float | None:
    return None if micros is None else round(micros / PPM, DECIMALS)


def _short(value: float | None) -> float | None:
    return None if value is None or not isfinite(value) else round(float(value), DECIMALS)
