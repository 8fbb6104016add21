"""The health of the stock: every figure leads to the positions it counts."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from tests.web.filled import Filled
from tests.web.test_pages import entered, text_of

from doorstep.core.stock.fitness import KINDS

pytestmark = pytest.mark.django_db


def test_every_figure_leads_to_its_positions(filled: Filled) -> None:
    client, address = entered(filled.admin), reverse("stock_health")
    page = text_of(client, address)
    counted = dict(re.findall(r'kind=(\w+)">([\d,]+) position', page))
    assert set(counted) == set(KINDS) - {"at_risk", "dead"}
    counted |= {kind: number for kind, number in re.findall(r'kind=(at_risk|dead)">([\d,]+) ', page)}
    for kind, number in counted.items():
        assert text_of(client, f"{address}?kind={kind}").count("<tr>\n    <th scope=") == int(number), kind


def test_filters_are_kept_by_the_figures_and_nonsense_is_told(filled: Filled) -> None:
    client, address = entered(filled.admin), reverse("stock_health")
    assert "?site=lille&amp;kind=dead" in text_of(client, f"{address}?site=lille&kind=age_older")
    assert "No position is like that" in text_of(client, f"{address}?brand=nobody")
    assert text_of(client, f"{address}?kind=whatever&after=nonsense")
