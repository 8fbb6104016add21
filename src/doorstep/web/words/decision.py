"""A decision receipt in words: what was chosen, what lost and why, and what would have changed it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from doorstep.core.accounts.actors import Actors
from doorstep.core.decisions.queries import Receipt
from doorstep.documents.report.option_words import Names, carton_words, option_words
from doorstep.documents.report.receipt_words import Turn, turns, unsought
from doorstep.documents.report.wording import amount, change, counted, percent
from doorstep.domain.decision import Rejected, Trial, Weight
from doorstep.domain.money import Currency
from doorstep.domain.units import PPM
from doorstep.web.words.facts import who
from doorstep.web.words.options import ruled_out

_GOODS = re.compile(r"(?P<units>\d+) x (?P<sku>.+) at (?P<site>.+)")
_PICKING = re.compile(r"picking an order at (?P<site>.+)")
_ROOM = re.compile(r"room for a parcel by (?P<service>.+) at (?P<site>.+)")


@dataclass(frozen=True, slots=True)
class OptionRow:
    option: str
    cost: str  # empty: never priced
    difference: str
    why: str
    chosen: bool
    ruled_out: bool


@dataclass(frozen=True, slots=True)
class Told:
    summary: str
    options: tuple[OptionRow, ...]  # the chosen one first
    lost: int
    turns: tuple[Turn, ...]  # each enough by itself
    unsought: str  # why no more of them were looked for; empty: they were
    bound: str
    proofs: str


def told(receipt: Receipt, known: Actors, names: Names) -> Told:
    """Codes of sites, services and products are told by their names."""
    currency = Currency(receipt.currency)
    chosen = " + ".join(
        f"{names.site(one.site)}, {carton_words(one.carton)}, {names.service(one.service)}" for one in receipt.chosen
    )
    changes = () if receipt.override else turns(receipt.flips, receipt.flip, names)
    first = OptionRow(chosen, amount(currency, receipt.cost_minor), "", "", chosen=True, ruled_out=False)
    return Told(
        summary=_summary(receipt, currency, known, names),
        options=(first, *(_option(lost, receipt.cost_minor, currency, names) for lost in receipt.rejected)),
        lost=len(receipt.rejected),
        turns=changes,
        unsought=unsought(
            bool(changes), shared=receipt.shares, weighed=receipt.weighed, tried=receipt.trial is not None
        ),
        bound=_weighed_bound(receipt, currency, names) if receipt.weighed else _bound(receipt, currency),
        proofs=_proofs(receipt),
    )


def _summary(receipt: Receipt, currency: Currency, known: Actors, names: Names) -> str:
    needed = f", with {amount(currency, receipt.weights_minor)} of what later orders need" if receipt.weights else ""
    text = f"{counted(len(receipt.chosen), 'parcel')} for {amount(currency, receipt.cost_minor)}{needed}."
    if receipt.trial:
        text = f"{text} {_tried(receipt.trial, currency, names)}"
    if receipt.override:
        before = amount(currency, receipt.override.before_minor)
        return f"{text} Chosen by {who(receipt.override.by, known)}, instead of {before}: {receipt.override.reason}"
    if not receipt.rejected:
        return f"{text} No other option could carry it."
    dearer = [
        lost.cost_minor - receipt.cost_minor
        for lost in receipt.rejected
        if lost.cost_minor is not None and not lost.constraint
    ]
    cheaper = sum(
        bool(lost.constraint) and lost.cost_minor is not None and lost.cost_minor < receipt.cost_minor
        for lost in receipt.rejected
    )
    if cheaper:
        was = "A cheaper option was" if cheaper == 1 else f"{cheaper} cheaper options were"
        return f"{text} {was} ruled out."
    if not dearer:
        return f"{text} Everything else was ruled out."
    least = min(dearer)
    if least == 0:
        return f"{text} Another option costs the same."
    if least < 0:
        return f"{text} An option that is cheaper alone was dearer for all orders together."
    return f"{text} The next best option costs {amount(currency, least)} more."


def _tried(trial: Trial, currency: Currency, names: Names) -> str:
    """Say that a service was not chosen on its merits, and what that costs."""
    more = trial.extra_minor
    cost = "costs the same" if not more else f"costs {amount(currency, abs(more))} {'more' if more > 0 else 'less'}"
    share = percent(trial.propensity_ppm / PPM, 2)
    service, instead = names.service(trial.service), names.service(trial.instead)
    return f"{service} was chosen to be measured, by lot for {share} of orders like it: it {cost} than {instead}."


def _option(lost: Rejected, chosen_minor: int, currency: Currency, names: Names) -> OptionRow:
    option, why = option_words(lost.option, names), ruled_out(lost.constraint, names)
    if lost.cost_minor is None:
        return OptionRow(option, "", "", why, chosen=False, ruled_out=True)
    over = lost.cost_minor - chosen_minor
    by_cost = "costs more" if over > 0 else "as cheap" if over == 0 else "cheaper alone, dearer for all orders together"
    return OptionRow(
        option,
        amount(currency, lost.cost_minor),
        change(currency, over),
        why or by_cost,
        chosen=False,
        ruled_out=bool(lost.constraint),
    )


def _bound(receipt: Receipt, currency: Currency) -> str:
    over = receipt.cost_minor - receipt.lower_bound_minor
    least = amount(currency, receipt.lower_bound_minor)
    if receipt.override:
        return f"A person chose it. Alone, with the whole stock to itself, this order could cost {least}."
    if not receipt.exact and receipt.lower_bound_minor <= 0:
        return "What this order would cost at least, however its goods are parted, is not known."
    if not receipt.exact:
        return f"However its goods are parted, this order could not cost less than {least}."
    if over > 0 and receipt.trial:
        return f"Alone, with the whole stock to itself, this order would cost {least} at the least."
    if over > 0:
        return (
            f"Alone, with the whole stock to itself, this order would cost {least}: "
            f"sharing stock and capacity costs it {amount(currency, over)}."
        )
    return f"Alone, with the whole stock to itself, this order could not cost less than {least}."


def _weighed_bound(receipt: Receipt, currency: Currency, names: Names) -> str:
    """The bound of a decision that heeded bid prices: it is no money, but cost and what later orders need together."""
    worth = "".join(f" {_weight(one, currency, names)}." for one in receipt.weights)
    if not receipt.exact and receipt.lower_bound_minor <= 0:
        return f"What this order would come to at least, however its goods are parted, is not known.{worth}"
    beside = "what weighs beside it" if receipt.steering else "what later orders need"
    least = f"{amount(currency, receipt.lower_bound_minor)}, its cost and {beside} together"
    if not receipt.exact:
        return f"However its goods are parted, this order could not come to less than {least}.{worth}"
    over = receipt.cost_minor + receipt.weights_minor - receipt.lower_bound_minor
    if over > len(receipt.weights) + len(receipt.chosen):  # each weight is rounded, and so is what a parcel weighs
        return (
            f"Alone, with the whole stock to itself, this order would come to {least}: "
            f"sharing stock and capacity makes that {amount(currency, over)} more.{worth}"
        )
    return f"Alone, with the whole stock to itself, this order could not come to less than {least}.{worth}"


def _weight(one: Weight, currency: Currency, names: Names) -> str:
    value = amount(currency, one.amount_minor)
    if goods := _GOODS.fullmatch(one.what):
        units = counted(int(goods["units"]), "unit")
        what = f"{units} of {names.product(goods['sku'])} at {names.site(goods['site'])}"
        return f"{what} {'is' if goods['units'] == '1' else 'are'} worth {value} to later orders"
    if picking := _PICKING.fullmatch(one.what):
        return f"Picking an order at {names.site(picking['site'])} is worth {value} to later orders"
    if room := _ROOM.fullmatch(one.what):
        by = f"{names.service(room['service'])} at {names.site(room['site'])}"
        return f"Room for a parcel by {by} is worth {value} to later orders"
    return f"{one.what[:1].upper()}{one.what[1:]} weighs {value}"


def _proofs(receipt: Receipt) -> str:
    bound = (
        "The bound is exact over all options."
        if receipt.exact
        else "The bound is not exact: some options were not looked at."
    )
    packing = (
        "Every carton ruled out was proven too small."
        if receipt.packing_proven
        else "Some cartons were ruled out by a packing heuristic, without proof."
    )
    return f"{bound} {packing}"
