"""A decision receipt in words: what was chosen, what lost and why, and what would have changed it."""

from __future__ import annotations

from dataclasses import dataclass

from doorstep.core.accounts.actors import Actors
from doorstep.core.decisions.queries import Receipt
from doorstep.documents.report.receipt_words import Turn, turns
from doorstep.documents.report.wording import amount, change, counted
from doorstep.domain.decision import Rejected
from doorstep.domain.money import Currency
from doorstep.web.words.facts import who
from doorstep.web.words.options import Names, carton_words, option_words, ruled_out


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
    bound: str
    proofs: str


def told(receipt: Receipt, known: Actors, names: Names) -> Told:
    """Codes of sites, services and products are told by their names."""
    currency = Currency(receipt.currency)
    chosen = " + ".join(
        f"{names.site(one.site)}, {carton_words(one.carton)}, {names.service(one.service)}" for one in receipt.chosen
    )
    first = OptionRow(chosen, amount(currency, receipt.cost_minor), "", "", chosen=True, ruled_out=False)
    return Told(
        summary=_summary(receipt, currency, known),
        options=(first, *(_option(lost, receipt.cost_minor, currency, names) for lost in receipt.rejected)),
        lost=len(receipt.rejected),
        turns=() if receipt.override else turns(receipt.flips, receipt.flip, names),
        bound=_bound(receipt, currency),
        proofs=_proofs(receipt),
    )


def _summary(receipt: Receipt, currency: Currency, known: Actors) -> str:
    text = f"{counted(len(receipt.chosen), 'parcel')} for {amount(currency, receipt.cost_minor)}."
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
    if over > 0:
        return (
            f"Alone, with the whole stock to itself, this order would cost {least}: "
            f"sharing stock and capacity costs it {amount(currency, over)}."
        )
    return f"Alone, with the whole stock to itself, this order could not cost less than {least}."


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
