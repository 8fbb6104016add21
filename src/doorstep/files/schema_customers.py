"""What `doorstep insight customers` reads beside a brand's orders and history."""

from __future__ import annotations

from doorstep.domain.customer import DELIVERY_WISHES
from doorstep.files.columns import Table, must, opt
from doorstep.files.kinds import code, country, flag, instant, measure, money, one_of, text, whole, word

MOST_DAYS = 400
LEAST_CHANCE = 0.000001

CHOICES = Table(
    "choices",
    "Options shown and taken: a row for each option of each quote.",
    (
        must("quote", code(), "id of the quote; its rows say one and the same of it"),
        opt("customer", code(), "id of the customer; empty: nobody knows"),
        opt("segment", text(), "of the customer, as the shop sees it"),
        must("country", country(), "destination"),
        must("shown_at", instant(), "when the options were shown"),
        must("option", code(), "id of the option, unique in the quote"),
        opt("position", whole(1, 1_000), "place on the page, 1: the first"),
        must("price", money(), "what the shopper was asked for it"),
        must("days", whole(0, MOST_DAYS), "days from showing to the promised date"),
        opt("next_day", flag(), "1: it was called next-day delivery; empty: 0"),
        opt("pickup", flag(), "1: at a locker or pickup point; empty: 0"),
        opt("co2e_g", whole(0, 10**9), "grams of CO2e that were shown; empty: none were"),
        must("taken", flag(), "1: this one was taken; a quote without a 1 was left"),
        opt(
            "propensity",
            measure(LEAST_CHANCE, 1),
            "chance with which just these options were shown in this order; empty: 1",
        ).default(1.0),
        opt(
            "sampled_at",
            measure(LEAST_CHANCE, 1),
            "chance with which the option came into this log had it not been taken; empty: 1",
        ).default(1.0),
        opt("order", word(), "id of the order that came of it"),
    ),
    keys=(("quote", "option"),),
    optional=True,
)

SURVEY = Table(
    "survey",
    "Answers to the question after delivery.",
    (
        must("order", word(), "id of the order"),
        must("answered_at", instant(), "when"),
        must("wish", one_of(DELIVERY_WISHES), "for the next time"),
        opt("satisfied", flag(), "1: with this one; empty: not said").default(None),
    ),
    keys=(("order",),),
    optional=True,
)

CONTACTS = Table(
    "contacts",
    "Every time that a shopper wrote or called.",
    (
        must("contact", code(), "id of the contact"),
        must("contacted_at", instant(), "when"),
        must("reason", text(), "why: where_is_it, late, damaged, change_address ..."),
        opt("order", word(), "id of the order; empty: of none"),
        opt("outcome", text(), "what became of it: explained, refunded, sent_again ..."),
        opt("channel", text(), "by which way: e-mail, telephone, chat ..."),
    ),
    keys=(("contact",),),
    optional=True,
)

CUSTOMER_TABLES = (CHOICES, SURVEY, CONTACTS)
