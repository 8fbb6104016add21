"""How much cheaper the freight of another service would have to be for the order to go with it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from doorstep.domain.decision import Flip
from doorstep.kernels.plan.alone_again import Trial
from doorstep.kernels.plan.alternatives import Alternatives
from doorstep.kernels.plan.compiled import NEVER
from doorstep.kernels.plan.market import BoolArray, IntArray
from doorstep.kernels.rate.compiled import Ladders
from doorstep.kernels.rate.problem import Parcels, RateProblem
from doorstep.kernels.rate.rate import rate

MOST = 900  # thousandths: a cut beyond it is no negotiation
TRIED = 3  # services whose figures look smallest


class Rated:
    """What one service asks for the parcels of an order's quotes when its freight rates are cut."""

    def __init__(self, seen: Alternatives, rows: range, service: int) -> None:
        quotes = seen.quotes
        taken: BoolArray = quotes.total_minor[rows.start : rows.stop, service] < NEVER
        self.service, self.at = service, rows.start + np.flatnonzero(taken)
        of = seen.table.blocks.order_block  # blocks that no site holds have no quotes
        self.block = quotes.block[self.at] - int(of[seen.i] - of[seen.lo])
        self.column = quotes.column[self.at, service]
        self.total_minor = quotes.total_minor[self.at, service]
        self.problem = part_of(quotes.problem, quotes.rated[self.at])
        parcel = quotes.rated[self.at]
        self.price_minor = quotes.rates.freight_minor[parcel, service] + quotes.rates.surcharges_minor[parcel, service]

    def cut(self, per_mille: int) -> IntArray:
        """Totals with the rates cut; what is due at borders stays."""
        tables = replace(self.problem.tables, ladders=cut_ladders(self.problem.tables.ladders, per_mille))
        asked: IntArray = rate(replace(self.problem, tables=tables)).price_minor[:, self.service]
        return np.asarray(self.total_minor - self.price_minor + asked)


@dataclass(frozen=True, slots=True)
class Guess:
    """A cut with which a parcel of quotes [n] might just win, which has to become cheaper by so much."""

    cut: int
    rated: Rated
    n: int
    excess_minor: int
    to: str

    def refined(self) -> int:
        """The cut by what such a cut takes off the parcel's price."""
        drop = int(self.rated.total_minor[self.n] - self.rated.cut(self.cut)[self.n])
        return min(MOST, max(1, -(-self.cut * self.excess_minor // drop))) if drop > 0 else self.cut


def part_of(problem: RateProblem, parcels: IntArray) -> RateProblem:
    """Give some parcels of a problem."""
    whole = problem.parcels
    return RateProblem(problem.tables, Parcels(*(getattr(whole, name)[parcels] for name in Parcels.__slots__)))


def cut_ladders(ladders: Ladders, per_mille: int) -> Ladders:
    """Rates of all services cut, rounded down to the part."""
    price = ladders.price_parts * (1000 - per_mille) // 1000
    extra = np.where(ladders.extra_parts < 0, -1, ladders.extra_parts * (1000 - per_mille) // 1000)
    fine = ladders.parts_per_minor
    return ladders._replace(price_parts=price, extra_parts=extra, price_minor=(2 * price + fine) // (2 * fine))


def cheaper_rate(seen: Alternatives, trial: Trial, cost: int) -> Flip | None:
    """The least cut, in thousandths, of the freight rates of one service that is not chosen for which it is.

    Surcharges follow the freight. What is due at borders, and falls with it in some places, is left out of account, so
    that less may do where there are duties.
    """
    table, quotes = seen.table, seen.quotes
    rows = _rows(seen)
    chosen = {int(seen.picks.service[row]) for row in seen.rows}
    total = quotes.total_minor[rows.start : rows.stop]
    guesses: list[tuple[int, Guess]] = []
    for v in np.flatnonzero((total < NEVER).any(axis=0)).tolist():
        if v in chosen:
            continue
        guess = _guess(seen, Rated(seen, rows, v), cost)
        if guess is not None:
            guesses.append((guess.cut, guess))
    best: tuple[int, Guess] | None = None
    for _, guess in sorted(guesses, key=lambda one: (one[0], one[1].rated.service))[:TRIED]:
        cut = _least_cut(trial, guess, cost, MOST + 1 if best is None else best[0])
        best = best if cut is None else (cut, guess)
    if best is None:
        return None
    cut, v, exact = best[0], best[1].rated.service, table.terms.customs is None
    service = seen.market.problem.tariff.services[v].service
    amount = f"{'' if exact else 'at most '}{cut // 10}.{cut % 10}%"
    return Flip(
        f"a lower freight rate of {service}", amount, best[1].to, "rate", cut, "per_mille", service=service, least=exact
    )


def _rows(seen: Alternatives) -> range:
    """Quote rows of all blocks of the order; a block's rows stand side by side."""
    blocks = seen.table.blocks
    first, last = (int(at) for at in blocks.order_block[seen.i : seen.i + 2] - blocks.order_block[seen.lo])
    lo, hi = np.searchsorted(seen.quotes.block, [first, last])
    return range(int(lo), int(hi))


def _guess(seen: Alternatives, rated: Rated, cost: int) -> Guess | None:
    """How a parcel of the choice, or the whole order, would go with the service; None: not even almost for nothing."""
    market, picks, quotes = seen.market, seen.picks, seen.quotes
    paid = {seen.whole: cost} if seen.whole >= 0 else {}
    if len(seen.rows) > 1:
        paid |= {int(picks.block[row]): int(picks.cost[row]) for row in seen.rows}
    first = int(seen.table.blocks.order_block[seen.lo])
    best: Guess | None = None
    for block, before in paid.items():
        mine = np.flatnonzero(quotes.block[rated.at] == block - first)
        if len(mine) == 0:
            continue
        fee = market.pick_order_minor[quotes.site[rated.at[mine]]]
        n = int(mine[np.argmin(rated.total_minor[mine] + fee)])
        k = int(quotes.site[rated.at[n]])
        excess = int(rated.total_minor[n]) + int(market.pick_order_minor[k]) - before + 1
        cut = max(1, -(-1000 * excess // max(1, int(rated.price_minor[n]))))
        name = f"{market.problem.sites[k].site} by {market.problem.tariff.services[rated.service].service}"
        if block == seen.whole:
            name += f" in {market.carton_name(int(quotes.carton[rated.at[n]]))}"
        if cut <= MOST and (best is None or cut < best.cut):
            best = Guess(cut, rated, n, excess, name)
    return best


def _least_cut(trial: Trial, guess: Guess, cost: int, under: int) -> int | None:
    """The least cut by which the order costs less on the board, if it is `under` one; a larger one wins as well."""
    rated = guess.rated

    def wins(cut: int) -> bool:
        tried = trial.cost.copy()
        np.minimum.at(tried, (rated.block, rated.column), rated.cut(cut))
        return trial.least(tried) < cost

    if under <= MOST and not (under > 1 and wins(under - 1)):
        return None
    low, high = 0, under  # at `low` it does not win, at `high` it does, or is not asked
    step, probe = 1, guess.refined()
    while low < probe < high:  # feel the way from the guess, in growing steps
        if wins(probe):
            high, probe = probe, probe - step
        else:
            low, probe = probe, probe + step
        step *= 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if wins(middle) else (middle, high)
    return high if high <= MOST else None
