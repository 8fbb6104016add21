"""The charts of what customers want, say and do."""

from __future__ import annotations

from doorstep.documents.report.charts import Chart
from doorstep.documents.report.whiskers import Whisker, whiskers_chart
from doorstep.documents.report.wording import amount, change, count, decimal, percent
from doorstep.domain.money import Currency
from doorstep.domain.units import PPM
from doorstep.kernels.learn.buying import Buying
from doorstep.kernels.learn.money import MoneyValue
from doorstep.kernels.learn.rates import Estimate
from doorstep.kernels.learn.reviews import LatenessEffect
from doorstep.kernels.learn.voice import Voice
from doorstep.kernels.learn.wants import Wants, WantsOf

WORDS = {
    "day_sooner": "A day sooner",
    "next_day": "Called next-day",
    "pickup": "Locker or pickup point",
    "carbon_kg_less": "1 kg CO2e less",
    "place_higher": "A place higher",
}
WISHES = {"cheaper": "Cheaper", "faster": "Faster", "as_it_was": "Just as it was"}
STANDINGS = {"all": "All", "kept": "Promise kept", "broken": "Promise broken", "undecided": "Not decided"}
UNBOUNDED = "not bounded"


def worth_chart(wants: Wants, currency: Currency) -> Chart | None:
    """What shoppers pay for, over all."""
    worth = wants.overall.worth
    if not worth:
        return None
    day = worth.get("day_sooner")
    takeaway = "What a shopper pays for one of each, all else alike, with 95 % intervals."
    if day is not None and day.bounded:
        takeaway = f"A day sooner is worth {money(currency, day.value)} to a shopper. {takeaway}"
    whiskers = [_whisker(WORDS[name], value, currency) for name, value in worth.items()]
    rows = tuple((WORDS[name], *worth_cells(value, currency)) for name, value in worth.items())
    heads = ("What", "Worth", "95 % interval", "Error")
    return whiskers_chart("worth", "What a delivery is worth", takeaway, whiskers, heads, rows)


def groups_chart(wants: Wants, currency: Currency) -> Chart | None:
    """What a day is worth by segment and country."""
    told = [one for one in wants.groups if "day_sooner" in one.worth]
    if not told:
        return None
    whiskers = [_whisker(group_name(one), one.worth["day_sooner"], currency) for one in told[:12]]
    rows = tuple((group_name(one), *worth_cells(one.worth["day_sooner"], currency)) for one in told)
    most = max(told, key=lambda one: one.worth["day_sooner"].value)
    value = money(currency, most.worth["day_sooner"].value)
    takeaway = f"Most in {group_name(most)}, {value}; small groups are drawn towards all."
    heads = ("Group", "A day sooner", "95 % interval", "Error")
    return whiskers_chart("groups", "What a day is worth, by group", takeaway, whiskers, heads, rows)


def _whisker(label: str, value: MoneyValue, currency: Currency) -> Whisker:
    low, high = (value.low, value.high) if value.bounded else (None, None)
    return Whisker(label, value.value, low, high, money(currency, value.value))


def group_name(one: WantsOf) -> str:
    return one.group or ("no segment" if one.kind == "segment" else one.kind)


def worth_cells(value: MoneyValue, currency: Currency) -> tuple[str, str, str]:
    """Write a worth, its interval and its error."""
    ends = f"{money(currency, value.low)} to {money(currency, value.high)}" if value.bounded else UNBOUNDED
    return money(currency, value.value), ends, money(currency, value.error)


def money(currency: Currency, major: float) -> str:
    """Write an amount that is given in major units."""
    minor = currency.minor(round(abs(major) * PPM))
    return amount(currency, -minor if major < 0 else minor)


def wishes_chart(voice: Voice) -> Chart | None:
    """Cheaper or faster, by what became of the promise."""
    if not voice.wished:
        return None
    whole = voice.wished[0].wishes
    cheaper, faster = whole["cheaper"].value or 0.0, whole["faster"].value or 0.0
    takeaway = f"{percent(cheaper, 0)} want it cheaper next time, {percent(faster, 0)} faster."
    whiskers = [
        Whisker(f"{WISHES[wish]}, {STANDINGS[one.standing].lower()}", value.value, value.low, value.high,
                percent(value.value))
        for wish in ("cheaper", "faster")
        for one in voice.wished
        if (value := one.wishes[wish]).value is not None
    ]  # fmt: skip
    rows = tuple(
        (
            STANDINGS[one.standing],
            count(one.answers),
            *(shared(one.wishes[wish]) for wish in WISHES),
            shared(one.satisfied),
        )
        for one in voice.wished
    )
    heads = ("Promise", "Answers", *WISHES.values(), "Satisfied")
    return whiskers_chart("wishes", "Cheaper or faster?", takeaway, whiskers, heads, rows)


def lateness_chart(effect: LatenessEffect) -> Chart | None:
    """Scores by days late."""
    told = [one for one in effect.spans if one.score.value is not None]
    if not told:
        return None
    gap = effect.adjusted
    takeaway = "No late parcel can be compared with others like it."
    if gap.value is not None and gap.low is not None and gap.high is not None:
        takeaway = (
            f"Within region and price, late parcels score {decimal(gap.value)} ({decimal(gap.low)} to"
            f" {decimal(gap.high)}) apart from others. This is no experiment."
        )
    whiskers = [
        Whisker(days_span(one.first, one.last), one.score.value or 0.0, one.score.low, one.score.high,
                decimal(one.score.value or 0.0))
        for one in told
    ]  # fmt: skip
    rows = tuple(
        (days_span(one.first, one.last), count(one.score.n), decimal(one.score.value or 0.0), ends(one.score))
        for one in told
    )
    heads = ("Days late", "Parcels", "Score", "95 % interval")
    return whiskers_chart("lateness", "Scores by days late", takeaway, whiskers, heads, rows, zero=False)


def conversion_chart(buying: Buying) -> Chart | None:
    """Share of quotes that were taken, by the fastest promise shown."""
    if not buying.converted:
        return None
    first = buying.converted[0]
    label = promise_span(first.first, first.last)
    takeaway = f"Where the fastest promise is {label}, {percent(first.taken.value or 0.0)} of the quotes are taken."
    whiskers = [
        Whisker(promise_span(one.first, one.last), one.taken.value or 0.0, one.taken.low, one.taken.high,
                percent(one.taken.value or 0.0))
        for one in buying.converted
    ]  # fmt: skip
    rows = tuple((promise_span(one.first, one.last), count(one.quotes), shared(one.taken)) for one in buying.converted)
    heads = ("Fastest promise", "Quotes", "Taken")
    return whiskers_chart("conversion", "Taken, by the promise shown", takeaway, whiskers, heads, rows, zero=False)


def days_span(first: int | None, last: int | None) -> str:
    """Say how late: below 0 is early."""
    if first is None:
        return f"{-(last or 0)} or more early"
    if last is None:
        return f"{first} or more late"
    if first == last == 0:
        return "on the day"
    return f"{first} to {last} late" if first > 0 else f"{-last} to {-first} early"


def promise_span(first: int, last: int | None) -> str:
    return f"{first} days or more" if last is None else f"{first} to {last} days"


def shared(one: Estimate) -> str:
    """Write a share with its interval."""
    if one.value is None or one.low is None or one.high is None:
        return "–"
    return f"{percent(one.value)} ({decimal(one.low * 100, 1)} to {decimal(one.high * 100, 1)})"


def ends(one: Estimate, digits: int = 2) -> str:
    """Write an interval."""
    return "" if one.low is None or one.high is None else f"{decimal(one.low, digits)} to {decimal(one.high, digits)}"


def changed(currency: Currency, micros: float) -> str:
    """Write a difference of money."""
    return change(currency, -currency.minor(-round(micros)) if micros < 0 else currency.minor(round(micros)))
