"""What shoppers were shown and took, answered and called about, so that there is something to learn of customers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from doorstep.files.demo.history import HISTORY_COLUMNS, HISTORY_DAYS
from doorstep.files.demo.tabular import DAY, Row, Table, euros, instant

CHOICE_COLUMNS = (
    "quote", "segment", "country", "shown_at", "option", "position", "price", "days", "pickup", "taken", "propensity",
)  # fmt: skip
SURVEY_COLUMNS = ("order", "answered_at", "wish", "satisfied")
CONTACT_COLUMNS = ("contact", "contacted_at", "reason", "order", "outcome", "channel")
QUOTES = 900
SEGMENTS = {"first order": 0.6, "regular": 0.4}
# Utility of a euro, of a day, of a pick-up point, of a place further down, and of leaving; a regular waits more calmly.
PRICE, DAY_LATER, PICKUP, LOWER, NOTHING = -0.7, {"first order": -0.75, "regular": -0.4}, -0.7, -0.15, -7.5
ANSWERED_SHARE = 0.15
WISHES = ("cheaper", "faster", "as_it_was")
WISHED_IN_TIME, WISHED_LATE = (0.55, 0.15, 0.30), (0.20, 0.70, 0.10)
SATISFIED_IN_TIME, SATISFIED_LATE = 0.92, 0.35
CALLED_IN_TIME, CALLED_LATE, CALLED_DAMAGED = 0.02, 0.40, 0.01
MORNING, EVENING = 8 * 3600, 20 * 3600


def voices(history: Sequence[Row], rng: np.random.Generator) -> dict[str, Table]:
    """Choices of the eight weeks of the past, answers and contacts about its parcels."""
    survey, contacts = _said(history, rng)
    return {
        "choices": (CHOICE_COLUMNS, _choices(history, rng)),
        "survey": (SURVEY_COLUMNS, survey),
        "contacts": (CONTACT_COLUMNS, contacts),
    }


def _choices(history: Sequence[Row], rng: np.random.Generator) -> list[Row]:
    """Every quote shows three options, in an order drawn by lot."""
    country = HISTORY_COLUMNS.index("destination_country")
    names, shares = list(SEGMENTS), list(SEGMENTS.values())
    rows: list[Row] = []
    for number in range(QUOTES):
        segment = names[int(rng.choice(len(names), p=shares))]
        day = DAY - timedelta(days=HISTORY_DAYS - number * HISTORY_DAYS // QUOTES)
        at = instant(day, int(rng.integers(MORNING, EVENING)))
        to = history[int(rng.integers(0, len(history)))][country]
        place = rng.permutation(3) + 1
        menu = (
            ("standard", int(rng.integers(7, 13)) * 50, int(rng.integers(3, 6)), 0),
            ("express", int(rng.integers(17, 29)) * 50, int(rng.integers(1, 3)), 0),
            ("point", int(rng.integers(5, 10)) * 50, int(rng.integers(3, 6)), 1),
        )
        likes = [
            PRICE * cents / 100 + DAY_LATER[segment] * days + PICKUP * pickup + LOWER * int(place[at_place])
            for at_place, (_, cents, days, pickup) in enumerate(menu)
        ]
        best = int(np.argmax(np.array([*likes, NOTHING]) + rng.gumbel(size=4)))
        rows.extend(
            (f"Q-{number + 1:05d}", segment, to, at, name, int(place[one]), euros(cents), days, pickup,
             int(one == best), "0.166666667")
            for one, (name, cents, days, pickup) in enumerate(menu)
        )  # fmt: skip
    return rows


def _said(history: Sequence[Row], rng: np.random.Generator) -> tuple[list[Row], list[Row]]:
    survey: list[Row] = []
    contacts: list[Row] = []
    order, delivered, promised = (HISTORY_COLUMNS.index(one) for one in ("order", "delivered_at", "promised_by"))
    for row in history:
        answers, calls, second = rng.random(), rng.random(), int(rng.integers(MORNING, EVENING))
        wish, likes = rng.random(), rng.random()
        if not row[delivered]:
            continue
        came, due = date.fromisoformat(str(row[delivered])[:10]), date.fromisoformat(str(row[promised]))
        late = came > due
        if answers < ANSWERED_SHARE and came + timedelta(days=1) < DAY:
            wished = int(np.searchsorted(np.cumsum(WISHED_LATE if late else WISHED_IN_TIME), wish))
            satisfied = int(likes < (SATISFIED_LATE if late else SATISFIED_IN_TIME))
            survey.append(
                (row[order], instant(came + timedelta(days=1), second), WISHES[2 if wished > 2 else wished], satisfied)
            )
        called = _called(late, calls)
        day = due + timedelta(days=1) if called == "where_is_it" and late else came
        if called and day < DAY:
            outcome = "sent_again" if called == "damaged" else "explained"
            way = "telephone" if second % 3 == 0 else "e-mail"
            contacts.append((f"K-{len(contacts) + 1:05d}", instant(day, second), called, row[order], outcome, way))
    return survey, contacts


def _called(late: bool, drawn: float) -> str:
    if drawn < (CALLED_LATE if late else CALLED_IN_TIME):
        return "where_is_it"
    return "damaged" if drawn > 1 - CALLED_DAMAGED else ""
