"""The words of messages to shoppers: plain text, and simple HTML in the brand's colours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from html import escape

from doorstep.domain.letter import Letter


@dataclass(frozen=True, slots=True)
class Sender:
    """A brand as its messages show it."""

    name: str
    colour: str
    text_colour: str
    reply_to: str


@dataclass(frozen=True, slots=True)
class Delay:
    order: str
    promised_by: date
    expected_by: date
    text: str  # of the disruption, for shoppers
    link: str


def delay_letter(sender: Sender, delay: Delay, to: str, message_id: str) -> Letter:
    """The honest new date, why, and where to look."""
    subject = f"Your order {delay.order} will come later: {_day(delay.expected_by)}"
    paragraphs = [
        f"Your order {delay.order} is delayed. We promised it by {_day(delay.promised_by)}.",
        f"We now expect it by {_day(delay.expected_by)}. We are sorry.",
        *([delay.text] if delay.text else []),
    ]
    text = "\n\n".join([*paragraphs, f"Follow it here: {delay.link}", sender.name]) + "\n"
    return Letter(
        to, sender.name, sender.reply_to, subject, text, _html(sender, subject, paragraphs, delay.link), message_id
    )


def _html(sender: Sender, title: str, paragraphs: list[str], link: str) -> str:
    body = "".join(f'<p style="margin:0 0 16px">{escape(one)}</p>' for one in paragraphs)
    look = f"background:{escape(sender.colour)};color:{escape(sender.text_colour)}"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title></head>'
        '<body style="margin:0;padding:24px;background:#f6f5f2;color:#1d2126;font:16px/1.5 sans-serif">'
        '<div style="max-width:560px;margin:0 auto;background:#fff;border-radius:8px;overflow:hidden">'
        f'<div style="padding:16px 24px;font-weight:bold;{look}">{escape(sender.name)}</div>'
        f'<div style="padding:24px">{body}<p style="margin:0"><a href="{escape(link)}" style="display:inline-block;'
        f'padding:12px 20px;border-radius:6px;text-decoration:none;{look}">Follow your order</a></p></div></div>'
        "</body></html>"
    )


def _day(when: date) -> str:
    return f"{when:%A}, {when.day} {when:%B}"
