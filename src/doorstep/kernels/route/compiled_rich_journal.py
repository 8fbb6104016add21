"""What an iteration of the rich search changes, written down so that it can be taken back."""

from __future__ import annotations

from doorstep.kernels.compiled import inner
from doorstep.kernels.route.compiled_rich import (
    AT,
    CLOSES,
    COST,
    COST_WAS,
    FREED,
    KIND,
    LEG_M,
    LEG_S,
    OPENS,
    PLAIN,
    PRED,
    RELOAD_AT,
    RELOAD_S,
    RING,
    SERVICE,
    SHIFT_FROM,
    SHIFT_TO,
    SPEED,
    STAMP,
    STOP,
    SUCC,
    Floats,
    Ints,
    Small,
    link,
    refresh,
    unlink,
    way,
)  # fmt: skip

# of the array `counts`
ABSENT, CURRENT, BEST, DIRTY, DONE, WRITTEN, TOUCHED, GONE, BEST_ABSENT, ITERATION, RETRIED = range(11)
# kinds of a row of the journal
OUT, IN = 0, 1
MOST_GONE = 2_000


@inner
def touch(ring: Ints, r: int, counts: Ints, touched: Ints) -> None:
    """Write down what round r cost before this iteration."""
    if ring[r, STAMP] != counts[ITERATION]:
        ring[r, STAMP] = counts[ITERATION]
        touched[counts[TOUCHED]] = r
        ring[r, COST_WAS] = ring[r, COST]
        counts[TOUCHED] += 1


@inner
def take_out(
    points: Floats, rates: Ints, metres: Small, seconds: Small, node: Ints, kind: Ints, ring: Ints, c: int,
    journal: Ints,
    counts: Ints,
) -> None:  # fmt: skip
    """Remove node c and write it down; its round is not reckoned anew yet."""
    p, s, w = node[c, PRED], node[c, SUCC], counts[WRITTEN]
    journal[w, 0], journal[w, 1], journal[w, 2] = OUT, c, p
    journal[w, 3], journal[w, 4] = node[c, LEG_M], node[c, LEG_S]
    journal[w, 5], journal[w, 6], journal[w, 7] = node[s, LEG_M], node[s, LEG_S], node[c, RING]
    counts[WRITTEN] += 1
    m, t = way(
        points,
        rates,
        metres,
        seconds,
        kind[ring[node[c, RING], KIND], PLAIN] == 1,
        kind[ring[node[c, RING], KIND], SPEED],
        node[p, AT],
        node[s, AT],
    )
    unlink(node, ring, c, m, t)


@inner
def put_in(
    points: Floats, rates: Ints, metres: Small, seconds: Small, node: Ints, kind: Ints, ring: Ints, c: int, p: int,
    journal: Ints, counts: Ints,
) -> None:  # fmt: skip
    """Put node c behind p and write it down; its round is not reckoned anew yet."""
    s, w, k = node[p, SUCC], counts[WRITTEN], ring[node[p, RING], KIND]
    journal[w, 0], journal[w, 1], journal[w, 2] = IN, c, p
    journal[w, 5], journal[w, 6], journal[w, 7] = node[s, LEG_M], node[s, LEG_S], node[p, RING]
    counts[WRITTEN] += 1
    in_m, in_s = way(points, rates, metres, seconds, kind[k, PLAIN] == 1, kind[k, SPEED], node[p, AT], node[c, AT])
    out_m, out_s = way(points, rates, metres, seconds, kind[k, PLAIN] == 1, kind[k, SPEED], node[c, AT], node[s, AT])
    link(node, ring, c, p, in_m, in_s, out_m, out_s)


@inner
def make_reload(node: Ints, kind: Ints, c: int, k: int) -> None:
    """Make node c a reload of a van of kind k."""
    node[c, AT], node[c, SERVICE] = kind[k, RELOAD_AT], kind[k, RELOAD_S]
    node[c, OPENS], node[c, CLOSES] = kind[k, SHIFT_FROM], kind[k, SHIFT_TO]


@inner
def undo(node: Ints, load: Ints, kind: Ints, ring: Ints, journal: Ints, counts: Ints, touched: Ints) -> None:
    """Replay the journal backwards and reckon the rounds as they were."""
    for w in range(counts[WRITTEN] - 1, -1, -1):
        c = journal[w, 1]
        if journal[w, 0] == IN:
            unlink(node, ring, c, journal[w, 5], journal[w, 6])
        else:
            if node[c, STOP] == 0:
                make_reload(node, kind, c, ring[journal[w, 7], KIND])
            link(node, ring, c, journal[w, 2], journal[w, 3], journal[w, 4], journal[w, 5], journal[w, 6])
    for i in range(counts[TOUCHED]):
        ring[touched[i], FREED] = 0
        refresh(node, load, kind, ring, touched[i])
