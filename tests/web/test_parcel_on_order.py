"""A parcel on the page of its order: its label by right, its weight on the scales, and why there is none."""

from __future__ import annotations

import pytest
from tests.web.filled import Filled
from tests.web.test_pages import INLINE, entered, order_page, text_of

from doorstep.core.orders.models import Order
from doorstep.core.parcels.models import Label, Parcel


def told(filled: Filled, *, viewer: bool = False) -> str:
    page = text_of(entered(filled.viewer if viewer else filled.admin), order_page(filled.planned))
    assert not INLINE.search(page)
    return page.split('id="parcels-heading"')[1].split("</section>")[0]


def test_a_label_is_printed_by_all_and_voided_after_asking_by_some(filled: Filled) -> None:
    page = told(filled)
    for words in ("label.pdf", "label.zpl", "General Parcels", "GP-1", 'data-confirm="Void the label of O-00001-1?'):
        assert words in page, words
    page = told(filled, viewer=True)
    assert "label.pdf" in page
    assert "data-confirm" not in page
    assert "label/void" not in page


@pytest.mark.parametrize(
    ("state", "reason", "words"),
    [
        ("refused", "too long by 4 mm", "refused by <bdi>General Parcels</bdi>: too long by 4 mm"),
        ("abandoned", "the carrier never heard of it", "not bought: the carrier never heard of it"),
        ("voided", "asked for", "given back: asked for"),
    ],
)
def test_a_label_that_came_to_nothing_says_why_and_is_bought_again(
    filled: Filled, state: str, reason: str, words: str
) -> None:
    Parcel.objects.filter(order=filled.planned).update(state="packed", tracking="")
    Label.objects.filter(parcel__order=filled.planned).update(state=state, reason=reason)
    page = told(filled)
    assert words in page
    assert "Buy label again" in page
    assert "label.pdf" not in page
    assert "Buy label" not in told(filled, viewer=True)


def test_the_weight_on_the_scales_stands_against_the_planned_one(filled: Filled) -> None:
    assert "as planned" in told(filled)
    Parcel.objects.filter(order=filled.planned).update(packed_weight_g=590, packed_carton="M")
    page = told(filled)
    for words in ("590 g", "120 g more than", "planned (470 g)", "packed in <bdi>M</bdi> instead"):
        assert words in page, words


def test_an_open_order_without_a_plan_says_why(filled: Filled) -> None:
    order = Order.objects.filter(brand=filled.brand, state="open")[0]
    page = text_of(entered(filled.admin), order_page(order))
    assert "The last time it was planned: out of stock at every site, TEA-9 is not a product of the brand." in page
    Order.objects.filter(pk=order.pk).update(reason="", detail="", remedy="")
    assert "It came in without one." in text_of(entered(filled.admin), order_page(order))
