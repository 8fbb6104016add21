"""An investigation of a carrier's service: its states, and how it may end. Tables."""

from __future__ import annotations

from typing import Literal

CaseState = Literal["open", "sent", "answered", "closed"]
CASE_FOLLOWS: dict[CaseState, tuple[CaseState, ...]] = {
    "open": ("sent", "closed"),  # a chart has opened it, its letter is drafted
    "sent": ("answered", "closed"),  # a person has sent the letter
    "answered": ("closed",),  # the carrier has said something
    "closed": (),  # with an outcome
}
CASE_STATES: tuple[CaseState, ...] = tuple(CASE_FOLLOWS)
LIVE: tuple[CaseState, ...] = ("open", "sent", "answered")

Outcome = Literal["put_right", "compensated", "explained", "our_doing", "service_left", "no_answer", "false_alarm"]
OUTCOMES: dict[Outcome, str] = {
    "put_right": "the carrier has put it right",
    "compensated": "the carrier has paid for it",
    "explained": "explained, and over",
    "our_doing": "it was our own doing",
    "service_left": "we no longer send by it",
    "no_answer": "the carrier did not answer",
    "false_alarm": "a false alarm",
}
