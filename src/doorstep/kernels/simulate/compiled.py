"""Inner loops of the simulation: how a rule serves orders one by one, and when parcels arrive."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from doorstep.kernels.compiled import compiled
from doorstep.kernels.plan.compiled import Board, book
from doorstep.kernels.plan.market import IntArray
from doorstep.kernels.plan.nearest import at_hand, take_part
from doorstep.kernels.promise.compiled import Network, after, count, nth, on_or_after
from doorstep.kernels.promise.compiled_handling import handled

LOST = -1  # it never arrives


class Taste(NamedTuple):
    """What a rule looks at; an option with the lowest score wins, ties go to the first in the order of partitions."""

    score: IntArray  # [N, K] of a site, for one product of an order
    by_price: bool  # the price of the parcel takes the place of the score
    fewest: bool  # parcels count before the score, else after it


@compiled
def serve_by_rule(
    board: Board, stock: IntArray, rows: IntArray, price: IntArray, rank: IntArray, taste: Taste, order: IntArray
) -> IntArray:
    """Serve the orders in sequence, each as the rule likes best among what is left; `stock` and `rows` are used up.

    Each parcel of a partition takes the site, and the day there, that the rule likes best of those that hold its goods.
    Returns choices [N, 4], as `Assignment.choice`.
    """
    choice = np.full((len(order), 4), -1, np.int64)
    trial = np.full(4, -1, np.int64)
    for i in order:
        best_score, best_parts, any_found = np.int64(0), 0, False
        for p in range(board.order_partition[i], board.order_partition[i + 1]):
            parts = 1 + (board.partition[p, 1] >= 0) + (board.partition[p, 2] >= 0)
            if taste.fewest and any_found and parts > best_parts:
                break  # partitions stand in order of size
            trial[:] = -1
            trial[0] = p
            score, found = np.int64(0), 0
            for n in range(parts):
                b = board.partition[p, n]
                q = liked_column(board, stock, rows, price, rank, taste, i, b)
                if q < 0:
                    break
                products = board.use_start[b + 1] - board.use_start[b]
                score += price[b, q] if taste.by_price else taste.score[i, board.column_site[q]] * products
                take_part(board, stock, rows, i, p, n, q, -1)
                trial[1 + n] = q
                found += 1
            for n in range(found):
                take_part(board, stock, rows, i, p, n, trial[1 + n], 1)
            if found < parts:
                continue
            fewer, less = parts < best_parts, score < best_score
            by_parts = fewer or (parts == best_parts and less)
            better = by_parts if taste.fewest else less or (score == best_score and fewer)
            if better or not any_found:
                best_score, best_parts, any_found = score, parts, True
                choice[i] = trial
        book(board, stock, rows, i, choice[i], -1)
    return choice


@compiled
def liked_column(
    board: Board, stock: IntArray, rows: IntArray, price: IntArray, rank: IntArray, taste: Taste, i: int, b: int
) -> int:
    """Column of a site with the goods that the rule likes best; there the earliest day, then the least price. -1: none.

    By price, the day comes after it.
    """
    best = -1
    for q in range(board.cost.shape[1]):
        if not at_hand(board, stock, rows, i, b, q):
            continue
        k = board.column_site[q]
        if best < 0:
            best = q
            continue
        old = board.column_site[best]
        if taste.by_price:
            better = (price[b, q], rank[q], k) < (price[b, best], rank[best], old)
        else:
            mine, other = taste.score[i, k], taste.score[i, old]
            better = (mine, k, rank[q], price[b, q]) < (other, old, rank[best], price[b, best])
        if better:
            best = q
    return best


class Sent(NamedTuple):
    """Parcels as they were sent, and the chance that befalls each."""

    site: IntArray
    service: IntArray
    area: IntArray  # of the destination
    ready_at: IntArray  # when it was planned
    ship_day: IntArray  # the departure that it is meant for
    left: IntArray  # 0 to 999,999: the draw of its departure
    travelled: IntArray  # 0 to 999,999: the draw of its transit


@compiled
def departures(sent: Sent, network: Network, day: IntArray) -> None:
    """Write the day on which each parcel really leaves, by the inverse of the site's handling curve; LOST: never."""
    calendars, last = network.calendars, network.left_ppm.shape[2] - 1
    for n in range(len(day)):
        pair = network.pair[sent.site[n], sent.service[n]]
        day[n] = sent.ship_day[n]
        if network.handling_of[pair] < 0:
            continue
        held = handled(network, sent.site[n], pair, sent.ready_at[n], sent.ship_day[n])
        k = 0
        while k + held.late < last and sent.left[n] >= network.left_ppm[held.row, held.when, k + held.late]:
            k += 1
        if sent.left[n] >= network.left_ppm[held.row, held.when, min(k + held.late, last)]:
            day[n] = LOST
        elif k > 0:
            day[n] = nth(calendars, held.calls, count(calendars, held.calls, sent.ship_day[n]) + k)


@compiled
def arrivals(sent: Sent, network: Network, left_on: IntArray, slower: IntArray, day: IntArray) -> None:
    """Write the day on which each parcel arrives, by the inverse of its transit curve; LOST: never.

    `slower` [n] working days are added to the transit.
    """
    calendars = network.calendars
    for n in range(len(day)):
        day[n] = LOST
        if left_on[n] < 0:
            continue
        site, service, area = sent.site[n], sent.service[n], sent.area[n]
        curve = network.curve_of[network.site_area[site], service, area]
        delivery = network.delivery_calendar[service, area]
        k, days = 0, network.arrived_ppm.shape[1]
        while k < days and sent.travelled[n] >= network.arrived_ppm[curve, k]:
            k += 1
        if k == days:
            continue
        k += slower[n]
        arrived = after(calendars, delivery, left_on[n], k) if k > 0 else on_or_after(calendars, delivery, left_on[n])
        if arrived <= calendars.last_day:
            day[n] = arrived
