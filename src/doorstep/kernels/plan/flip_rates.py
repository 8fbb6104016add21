"""How much cheaper the freight of another service would have to be for the order to go with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from doorstep.domain.decision import Flip
from doorstep.kernels.plan.alternatives import Alternatives
from doorstep.kernels.plan.compiled import NEVER
from doorstep.kernels.plan.market import BoolArray, IntArray
from doorstep.kernels.plan.trial import Trial
from doorstep.kernels.rate.cuts import CutRates

MOST = 900  # thousandths: a cut beyond it is no negotiation
TRIED = 3  # services whose figures look smallest


@dataclass(frozen=True, slots=True)
class Guess:
    """A cut with which a parcel of the choice, or the whole order, might just win; it is too dear by `excess_minor`."""

    cut: int
    service: int
    row: int  # of the quotes
    excess_minor: int
    block: int


class Rated:
    """What one service asks for the parcels of an order's quotes [n], and would with its freight rates cut.

    What is due at borders stays.
    """

    def __init__(self, seen: Alternatives, trial: Trial, service: int) -> None:
        quotes, of = seen.quotes, seen.table.blocks.order_block  # blocks that no site holds have no quotes
        first, last = (int(at) for at in of[seen.i : seen.i + 2] - of[seen.lo])
        lo, hi = (int(at) for at in np.searchsorted(quotes.block, [first, last]))
        at = lo + np.flatnonzero(quotes.total_minor[lo:hi, service] < NEVER)
        parcel = quotes.rated[at]
        charged = quotes.rates.freight_minor[parcel, service] + quotes.rates.surcharges_minor[parcel, service]
        self.at = at
        self.place = (quotes.block[at] - first) * trial.cost.shape[1] + quotes.column[at, service]
        self.known: IntArray = trial.cost.reshape(-1)[self.place]  # what the board has there
        self.total_minor = quotes.total_minor[at, service]
        self.rest_minor: IntArray = self.total_minor - charged
        self.rates = CutRates(quotes.problem, service, parcel)

    def totals(self, cut: int) -> IntArray:
        """Totals [n] with so many thousandths off."""
        found: IntArray = self.rest_minor + self.rates.price_minor(cut)
        return found

    def keep(self, rows: BoolArray) -> None:
        """Look at some of the parcels only."""
        self.at, self.place, self.known = self.at[rows], self.place[rows], self.known[rows]
        self.total_minor, self.rest_minor = self.total_minor[rows], self.rest_minor[rows]
        self.rates = self.rates.some(rows)


def cheaper_rates(seen: Sequence[Alternatives]) -> list[Flip | None]:
    """The least cut of the freight rates of one service that is not chosen for which it is, for each order.

    In thousandths. Surcharges follow the freight. What is due at borders, and falls with it in some places, is left out
    of account, so that less may do where there are duties.
    """
    return [_search(one) for one in seen]


def _search(seen: Alternatives) -> Flip | None:
    guesses = sorted(_guesses(seen), key=lambda one: (one.cut, one.service))[:TRIED]
    if not guesses:
        return None
    best: tuple[int, Guess] | None = None
    with Trial(seen) as trial:
        for guess in guesses:
            tried = Tried(trial, Rated(seen, trial, guess.service), seen.cost)
            cut = _least_cut(tried, guess, MOST + 1 if best is None else best[0])
            best = best if cut is None else (cut, guess)
    return None if best is None else _told(seen, *best)


def _told(seen: Alternatives, cut: int, guess: Guess) -> Flip:
    market, exact = seen.market, seen.table.terms.customs is None
    service = market.problem.tariff.services[guess.service].service
    to = f"{market.problem.sites[int(seen.quotes.site[guess.row])].site} by {service}"
    if guess.block == seen.whole:
        to += f" in {market.carton_name(int(seen.quotes.carton[guess.row]))}"
    amount = f"{'' if exact else 'at most '}{cut // 10}.{cut % 10}%"
    return Flip(
        f"a lower freight rate of {service}", amount, to, "rate", cut, "per_mille", service=service, least=exact
    )


def _paid(seen: Alternatives) -> dict[int, int]:
    """What is paid for the whole order and for each parcel of the choice, by block."""
    paid = {seen.whole: seen.cost} if seen.whole >= 0 else {}
    if len(seen.rows) > 1:
        paid |= {int(seen.picks.block[row]): int(seen.picks.cost[row]) for row in seen.rows}
    return paid


def _guesses(seen: Alternatives) -> list[Guess]:
    """How a parcel of the choice, or the whole order, would go with each service that is not chosen.

    One that would not even almost for nothing is left out.
    """
    quotes, fees = seen.quotes, seen.market.pick_order_minor
    chosen = {int(seen.picks.service[row]) for row in seen.rows}
    found: dict[int, Guess] = {}
    for block, before in _paid(seen).items():
        rows = seen.quotes_of(block)
        if len(rows) == 0:
            continue
        asked = quotes.total_minor[rows.start : rows.stop] + fees[quotes.site[rows.start : rows.stop], None]
        best = asked.argmin(axis=0)
        least = asked[best, np.arange(asked.shape[1])]
        for v in np.flatnonzero(least < NEVER).tolist():
            row, excess = rows.start + int(best[v]), int(least[v]) - before + 1
            parcel = quotes.rated[row]
            price = int(quotes.rates.freight_minor[parcel, v] + quotes.rates.surcharges_minor[parcel, v])
            cut = max(1, -(-1000 * excess // max(1, price)))
            if v not in chosen and cut <= MOST and (v not in found or cut < found[v].cut):
                found[v] = Guess(cut, v, row, excess, block)
    return list(found.values())


class Tried:
    """An order's choice on the board, its own given back, with the rates of one service cut."""

    def __init__(self, trial: Trial, rated: Rated, cost: int) -> None:
        self.trial, self.rated, self.cost = trial, rated, cost

    def wins(self, cut: int) -> bool:
        """Whether the order costs less; if so, what is too dear with such a cut is not looked at with smaller ones."""
        rated = self.rated
        total_minor = rated.totals(cut)
        cheaper: BoolArray = total_minor < rated.known
        if not cheaper.any():
            return False
        tried = self.trial.cost.copy()
        np.minimum.at(tried.reshape(-1), rated.place[cheaper], total_minor[cheaper])
        if self.trial.least_at(tried) >= self.cost:
            return False
        rated.keep(cheaper)
        return True


def _least_cut(tried: Tried, guess: Guess, under: int) -> int | None:
    """The least cut by which the order costs less on the board, if it is `under` one; a larger one wins as well."""
    if under <= MOST and not (under > 1 and tried.wins(under - 1)):
        return None
    low, high = 0, under  # at `low` it does not win, at `high` it does, or is not asked
    step, probe = 1, _refined(tried.rated, guess)
    while low < probe < high:  # feel the way from the guess, in growing steps
        if tried.wins(probe):
            high, probe = probe, probe - step
        else:
            low, probe = probe, probe + step
        step *= 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if tried.wins(middle) else (middle, high)
    return high if high <= MOST else None


def _refined(rated: Rated, guess: Guess) -> int:
    """The guess by what such a cut takes off the parcel's price; as it is if the parcel is not looked at any more."""
    mine = rated.at == guess.row
    price_minor = rated.rates.some(mine).price_minor(guess.cut)
    drop = int((rated.total_minor[mine] - rated.rest_minor[mine] - price_minor).sum())
    return min(MOST, max(1, -(-guess.cut * guess.excess_minor // drop))) if drop > 0 else guess.cut
