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
from doorstep.kernels.rate.compiled import Ladders
from doorstep.kernels.rate.problem import Parcels, RateProblem
from doorstep.kernels.rate.rate import rate
from doorstep.kernels.rate.tables import TariffTables

MOST = 900  # thousandths: a cut beyond it is no negotiation
TRIED = 3  # services whose figures look smallest
MOST_BREAKS = 1_000_000  # of rates that stand side by side


class Rated:
    """What one service asks for the parcels of an order's quotes."""

    def __init__(self, seen: Alternatives, rows: range, service: int) -> None:
        quotes = seen.quotes
        taken: BoolArray = quotes.total_minor[rows.start : rows.stop, service] < NEVER
        self.service, self.at = service, rows.start + np.flatnonzero(taken)
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
    """Totals [n] of each ask."""
    tables, prices = problem.tables, list[IntArray]()
    room = max(1, MOST_BREAKS // max(1, len(tables.ladders.up_to_g)))
    for first in range(0, len(asks), room):
        prices += _priced(problem, asks[first : first + room])
    return [rated.total_minor - rated.price_minor + price for (rated, _), price in zip(asks, prices, strict=True)]


def _priced(problem: RateProblem, asks: Sequence[Ask]) -> list[IntArray]:
    """Prices [n] of each ask: all are rated at once, each cut in epochs of its own."""
    tables, whole = problem.tables, problem.parcels
    cuts, at = np.unique([cut for _, cut in asks], return_inverse=True)
    parcel = np.concatenate([rated.parcel for rated, _ in asks])
    counts = [len(rated.parcel) for rated, _ in asks]
    days = tables.epochs(whole.ship_day[parcel])
    first = np.repeat(at * (len(tables.changes) + 1), counts)
    parts = {name: getattr(whole, name)[parcel] for name in Parcels.__slots__ if name != "ship_day"}
    parcels = Parcels(**parts, ship_day=days + first.reshape(-1, *[1] * (days.ndim - 1)))
    asked = rate(RateProblem(cut_tables(tables, cuts.tolist()), parcels)).price_minor
    service = np.repeat([rated.service for rated, _ in asks], counts)
    return np.split(asked[np.arange(len(service)), service], np.cumsum(counts)[:-1])


def cut_tables(tables: TariffTables, cuts: Sequence[int]) -> TariffTables:
    """Give tables in which a tariff stands several times, one cut after the other; day d lies in its epoch d."""
    ladders, many = tables.ladders, len(cuts)
    each = [cut_ladders(ladders, cut) for cut in cuts]
    count, breaks = len(ladders.start) - 1, len(ladders.up_to_g)
    stood = Ladders(
        of=np.concatenate([ladders.of + n * count for n in range(many)], axis=1).astype(np.int32),
        start=np.append(np.concatenate([ladders.start[:-1] + n * breaks for n in range(many)]), many * breaks).astype(
            np.int32
        ),
        up_to_g=np.tile(ladders.up_to_g, many),
        price_minor=np.concatenate([one.price_minor for one in each]),
        price_parts=np.concatenate([one.price_parts for one in each]),
        extra_parts=np.concatenate([one.extra_parts for one in each]),
        parts_per_minor=np.tile(ladders.parts_per_minor, many),
        steps=np.tile(ladders.steps, many),
        shift=ladders.shift,
        below=ladders.below,
    )
    offers = tables.offers._replace(
        signature=np.tile(tables.offers.signature, (1, many)), saturday=np.tile(tables.offers.saturday, (1, many))
    )
    return replace(
        tables,
        changes=np.arange(1, many * (len(tables.changes) + 1)),
        offers=offers,
        ladders=stood,
        charges=tables.charges._replace(of=np.tile(tables.charges.of, (1, many))),
    )


def cut_ladders(ladders: Ladders, per_mille: int) -> Ladders:
    """Rates of all services cut, rounded down to the part."""
    price = ladders.price_parts * (1000 - per_mille) // 1000
    extra = np.where(ladders.extra_parts < 0, -1, ladders.extra_parts * (1000 - per_mille) // 1000)
    fine = ladders.parts_per_minor
    return ladders._replace(price_parts=price, extra_parts=extra, price_minor=(2 * price + fine) // (2 * fine))


def _search(seen: Alternatives, trial: Trial) -> Search:
    """Search the cut of one order, asking for what rates come to."""
    rows, cost = _rows(seen), seen.cost
    chosen = {int(seen.picks.service[row]) for row in seen.rows}
    total = seen.quotes.total_minor[rows.start : rows.stop]
    guesses = [
        guess
        for v in np.flatnonzero((total < NEVER).any(axis=0)).tolist()
        if v not in chosen and (guess := _guess(seen, Rated(seen, rows, v), cost)) is not None
    ]
    best: tuple[int, Guess] | None = None
    for guess in sorted(guesses, key=lambda one: (one.cut, one.rated.service))[:TRIED]:
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
