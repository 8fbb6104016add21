"""How much cheaper the freight of another service would have to be for the order to go with it."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from doorstep.domain.decision import Flip
from doorstep.kernels.plan.alternatives import Alternatives
from doorstep.kernels.plan.compiled import NEVER
from doorstep.kernels.plan.market import BoolArray, IntArray
from doorstep.kernels.plan.trial import Trial
from doorstep.kernels.rate.cuts import cut_tables
from doorstep.kernels.rate.problem import Parcels, RateProblem
from doorstep.kernels.rate.rate import rate

MOST = 900  # thousandths: a cut beyond it is no negotiation
TRIED = 3  # services whose figures look smallest
MOST_BREAKS = 1_000_000  # of rates that stand side by side


class Rated:
    """What one service asks for the parcels of an order's quotes."""

    def __init__(self, seen: Alternatives, rows: IntArray, service: int) -> None:
        quotes = seen.quotes
        taken: BoolArray = quotes.total_minor[rows, service] < NEVER
        self.service, self.at = service, rows[taken]
        of = seen.table.blocks.order_block  # blocks that no site holds have no quotes
        self.block = quotes.block[self.at] - int(of[seen.i] - of[seen.lo])
        self.column = quotes.column[self.at, service]
        self.total_minor = quotes.total_minor[self.at, service]
        self.parcel = quotes.rated[self.at]
        charged = quotes.rates.freight_minor[self.parcel, service] + quotes.rates.surcharges_minor[self.parcel, service]
        self.price_minor: IntArray = charged


Ask = tuple[
    Rated, int
]  # for its totals with the freight rates cut by so many thousandths; what is due at borders stays
Search = Generator[Ask, IntArray, Flip | None]


@dataclass(frozen=True, slots=True)
class Guess:
    """A cut with which a parcel of quotes [n] might just win, which has to become cheaper by so much."""

    cut: int
    rated: Rated
    n: int
    excess_minor: int
    to: str

    def among(self, rated: Rated) -> Guess:
        """Give the same guess among more quotes, ascending, of its service."""
        return replace(self, rated=rated, n=int(np.searchsorted(rated.at, self.rated.at[self.n])))

    def refined(self, cut_minor: IntArray) -> int:
        """The cut by what such a cut takes off the parcel's price, given the totals with it."""
        drop = int(self.rated.total_minor[self.n] - cut_minor[self.n])
        return min(MOST, max(1, -(-self.cut * self.excess_minor // drop))) if drop > 0 else self.cut


def cheaper_rates(seen: Sequence[Alternatives]) -> list[Flip | None]:
    """The least cut of the freight rates of one service that is not chosen for which it is, for orders of one chunk.

    In thousandths. Surcharges follow the freight. What is due at borders, and falls with it in some places, is left out
    of account, so that less may do where there are duties. All orders are searched in step, so that what they ask for
    is rated together.
    """
    searches = [_search(one, Trial(one)) for one in seen]
    found: list[Flip | None] = [None] * len(searches)
    answers: dict[int, IntArray | None] = dict.fromkeys(range(len(searches)))
    while answers:
        asks: dict[int, Ask] = {}
        for n, answer in answers.items():
            try:
                asks[n] = next(searches[n]) if answer is None else searches[n].send(answer)
            except StopIteration as done:
                found[n] = done.value
        totals = _cut(seen[0].quotes.problem, list(asks.values())) if asks else []
        answers = dict(zip(asks, totals, strict=True))
    return found


def _cut(problem: RateProblem, asks: Sequence[Ask]) -> list[IntArray]:
    """Totals [n] of each ask; those of one service are rated together."""
    room = max(1, MOST_BREAKS // max(1, len(problem.tables.ladders.up_to_g)))
    of_service: dict[int, list[int]] = {}
    for n, (rated, _) in enumerate(asks):
        of_service.setdefault(rated.service, []).append(n)
    found: dict[int, IntArray] = {}
    for service, mine in of_service.items():
        for first in range(0, len(mine), room):
            some = mine[first : first + room]
            found.update(zip(some, _priced(problem, service, [asks[n] for n in some]), strict=True))
    return [rated.total_minor - rated.price_minor + found[n] for n, (rated, _) in enumerate(asks)]


def _priced(problem: RateProblem, service: int, asks: Sequence[Ask]) -> list[IntArray]:
    """Prices [n] of each ask of a service: all are rated at once, each cut in epochs of its own."""
    tables, whole = problem.tables, problem.parcels
    cuts, at = np.unique([cut for _, cut in asks], return_inverse=True)
    parcel, counts = np.concatenate([rated.parcel for rated, _ in asks]), [len(rated.parcel) for rated, _ in asks]
    day = whole.ship_day[parcel] if whole.ship_day.ndim == 1 else whole.ship_day[parcel, service]
    parts = {name: getattr(whole, name)[parcel] for name in Parcels.__slots__ if name != "ship_day"}
    parcels = Parcels(**parts, ship_day=tables.epochs(day) + np.repeat(at * (len(tables.changes) + 1), counts))
    price = rate(RateProblem(cut_tables(tables, service, cuts.tolist()), parcels)).price_minor[:, 0]
    return np.split(price, np.cumsum(counts)[:-1])


def _search(seen: Alternatives, trial: Trial) -> Search:
    """Search the cut of one order, asking for what rates come to."""
    rows, cost = _rows(seen), seen.cost
    chosen = {int(seen.picks.service[row]) for row in seen.rows}
    paid = _paid(seen, cost)
    near = np.concatenate([np.arange(0), *(np.array(seen.quotes_of(block), np.int64) for block in paid)])
    taken = (seen.quotes.total_minor[near] < NEVER).any(axis=0)
    guesses = [
        guess
        for v in np.flatnonzero(taken).tolist()
        if v not in chosen and (guess := _guess(seen, Rated(seen, near, v), paid)) is not None
    ]
    best: tuple[int, Guess] | None = None
    for rough in sorted(guesses, key=lambda one: (one.cut, one.rated.service))[:TRIED]:
        guess = rough.among(Rated(seen, rows, rough.rated.service))
        cut = yield from _least_cut(trial, guess, cost, MOST + 1 if best is None else best[0])
        best = best if cut is None else (cut, guess)
    if best is None:
        return None
    cut, v, exact = best[0], best[1].rated.service, seen.table.terms.customs is None
    service = seen.market.problem.tariff.services[v].service
    amount = f"{'' if exact else 'at most '}{cut // 10}.{cut % 10}%"
    return Flip(
        f"a lower freight rate of {service}", amount, best[1].to, "rate", cut, "per_mille", service=service, least=exact
    )


def _rows(seen: Alternatives) -> IntArray:
    """Quote rows of all blocks of the order; a block's rows stand side by side."""
    blocks = seen.table.blocks
    first, last = (int(at) for at in blocks.order_block[seen.i : seen.i + 2] - blocks.order_block[seen.lo])
    lo, hi = np.searchsorted(seen.quotes.block, [first, last])
    return np.arange(int(lo), int(hi))


def _paid(seen: Alternatives, cost: int) -> dict[int, int]:
    """What is paid for the whole order and for each parcel of the choice, by block."""
    paid = {seen.whole: cost} if seen.whole >= 0 else {}
    if len(seen.rows) > 1:
        paid |= {int(seen.picks.block[row]): int(seen.picks.cost[row]) for row in seen.rows}
    return paid


def _guess(seen: Alternatives, rated: Rated, paid: dict[int, int]) -> Guess | None:
    """How a parcel of the choice, or the whole order, would go with the service; None: not even almost for nothing."""
    market, quotes = seen.market, seen.quotes
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


def _least_cut(trial: Trial, guess: Guess, cost: int, under: int) -> Generator[Ask, IntArray, int | None]:
    """The least cut by which the order costs less on the board, if it is `under` one; a larger one wins as well."""
    rated = guess.rated
    if under <= MOST and not (under > 1 and _wins(trial, rated, (yield rated, under - 1), cost)):
        return None
    low, high = 0, under  # at `low` it does not win, at `high` it does, or is not asked
    step, probe = 1, guess.refined((yield rated, guess.cut))
    while low < probe < high:  # feel the way from the guess, in growing steps
        if _wins(trial, rated, (yield rated, probe), cost):
            high, probe = probe, probe - step
        else:
            low, probe = probe, probe + step
        step *= 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _wins(trial, rated, (yield rated, middle), cost) else (middle, high)
    return high if high <= MOST else None


def _wins(trial: Trial, rated: Rated, total_minor: IntArray, cost: int) -> bool:
    """Whether the order costs less on the board with these totals of a service."""
    tried = trial.cost.copy()
    np.minimum.at(tried, (rated.block, rated.column), total_minor)
    with trial:
        return trial.least_at(tried) < cost
