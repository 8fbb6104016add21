"""Rules in words, and what each kind of rule may say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from doorstep.domain.rules import Rule, RuleKind, RuleScope

ORDERS = (
    "channels", "countries", "regions", "customers", "speeds", "value_at_least", "value_below", "gift",
    "priority_at_least", "from", "until",
)  # fmt: skip
GOODS = ("skus", "categories", "dangerous")


@dataclass(frozen=True, slots=True)
class RuleForm:
    """What a rule of a kind says: one or more of `needs`, maybe `may`, and about whom of `scope`."""

    says: str
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    scope: tuple[str, ...] = (*ORDERS, *GOODS)
    every: bool = False  # all of `needs`, not just some


FORMS: dict[RuleKind, RuleForm] = {
    "only_from_sites": RuleForm("parcels leave from the named sites only", ("sites",)),
    "never_from_sites": RuleForm("parcels do not leave from the named sites", ("sites",)),
    "only_services": RuleForm("parcels go by the named services only", ("services",), ("sites", "of_speeds")),
    "never_services": RuleForm("parcels do not go by the named services", ("services",), ("sites",)),
    "only_carriers": RuleForm("parcels go with the named carriers only", ("carriers",), ("sites", "of_speeds")),
    "hazmat_ground": RuleForm(
        "parcels with dangerous goods go by the named services, carriers or modes of line haul only",
        ("services", "carriers", "modes"),
        ("sites",),
        (*ORDERS, "skus", "categories"),
    ),
    "never_split": RuleForm("an order travels in one parcel, or not at all"),
    "max_parcels": RuleForm("an order travels in so many parcels at most", ("parcels",)),
    "ship_together": RuleForm(
        "the named goods of an order travel in one parcel", ("skus", "categories"), (), (*ORDERS, *GOODS)
    ),
    "priority": RuleForm("leaving such an order counts so many times what it counts elsewhere", ("times",)),
    "safety_stock": RuleForm(
        "so many units, or such a share of what is on hand, stay back",
        ("units", "share"),
        ("sites",),
        ("from", "until", *GOODS),
    ),
    "blackout_days": RuleForm(
        "nothing leaves on the named days; what would have does on the first day after",
        ("days",),
        ("sites", "services", "carriers"),
    ),
}


def told(rule: Rule) -> str:
    """A rule's id with the operator's words, or with ours: how explanations name it."""
    return f"rule {rule.rule}: {rule.reason or words(rule)}"


def words(rule: Rule) -> str:
    """What a rule does, and to whom."""
    return f"{_what(rule)}{_to_whom(rule)}"


def _what(rule: Rule) -> str:
    named, at = _named(rule), f" from {_any(rule.sites)}" if rule.sites else ""
    fast = f" of what goes by {_any(rule.of_speeds)} service" if rule.of_speeds else ""
    texts: dict[RuleKind, str] = {
        "only_from_sites": f"only from {_any(rule.sites)}",
        "never_from_sites": f"never from {_any(rule.sites)}",
        "only_services": f"only by {named}{at}{fast}",
        "never_services": f"never by {_any(rule.services)}{at}",
        "only_carriers": f"only with {named}{at}{fast}",
        "hazmat_ground": f"dangerous goods only by {named}{at}",
        "never_split": "never split",
        "max_parcels": f"at most {rule.parcels} parcel{'s' * (rule.parcels != 1)}",
        "ship_together": "ship together",
        "priority": f"first when goods are short: leaving one counts {rule.times} times",
        "safety_stock": f"keep back {_kept(rule)} of each sku at {_any(rule.sites) or 'every site'}",
        "blackout_days": f"nothing leaves{at}{f' by {named}' if named else ''} on {_days(rule)}",
    }
    return texts[rule.kind]


def _named(rule: Rule) -> str:
    return _any([*rule.services, *rule.carriers, *(f"{mode} line haul" for mode in rule.modes)])


def _kept(rule: Rule) -> str:
    share = f"{rule.share_ppm / 10_000:g} %" if rule.share_ppm else ""
    units = f"{rule.units} unit{'s' * (rule.units != 1)}" if rule.units else ""
    return " and at least ".join(part for part in (share, units) if part)


def _days(rule: Rule) -> str:
    """Days in order, those that follow on one another as a span."""
    spans = []
    for _, run in groupby(enumerate(rule.days), lambda pair: pair[1].toordinal() - pair[0]):
        days = [day for _, day in run]
        spans.append(str(days[0]) if len(days) == 1 else f"{days[0]} to {days[-1]}")
    return ", ".join(spans)


def _to_whom(rule: Rule) -> str:
    scope = rule.scope
    goods = [
        f"sku {_any(scope.skus)}" if scope.skus else "",
        f"category {_any(scope.categories)}" if scope.categories else "",
        "dangerous goods" if scope.dangerous and rule.kind != "hazmat_ground" else "",
    ]
    orders = [
        "gifts" if scope.gift else "orders that are no gift" if scope.gift is False else "",
        f"channel {_any(scope.channels)}" if scope.channels else "",
        f"to {_any(scope.countries)}" if scope.countries else "",
        f"region {_any(scope.regions)}" if scope.regions else "",
        f"customer {_any(scope.customers)}" if scope.customers else "",
        f"asked for {_any(scope.speeds)}" if scope.speeds else "",
        _worth(scope),
        "" if scope.priority is None else f"priority {scope.priority} or higher",
        f"ordered from {scope.since} on" if scope.since else "",
        f"ordered until {scope.until}" if scope.until else "",
    ]
    said = [part for part in (*goods, *orders) if part]
    return f" ({', '.join(said)})" if said else ""


def _worth(scope: RuleScope) -> str:
    least, below = scope.value_at_least_micros, scope.value_below_micros
    parts = [
        "" if least is None else f"worth {_amount(least)} or more",
        "" if below is None else f"worth less than {_amount(below)}",
    ]
    return " and ".join(part for part in parts if part)


def _amount(micros: int) -> str:
    whole, rest = divmod(micros, 1_000_000)
    return str(whole) if not rest else f"{whole}.{rest:06}".rstrip("0")


def _any(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}" if names else ""
