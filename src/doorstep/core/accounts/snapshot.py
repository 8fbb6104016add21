"""Rows to the nouns of the domain."""

from __future__ import annotations

from doorstep.core.accounts.models import Brand, Operator
from doorstep.core.versions import Rows
from doorstep.domain import demand
from doorstep.domain.money import Currency

OF_BRAND = (Rows(Brand, "id = %s"),)
OF_OPERATOR = (Rows(Operator, "id = %s"),)


def brand(brand_id: int) -> tuple[int, demand.Brand]:
    """The operator's row id, and the brand."""
    row = Brand.objects.select_related("operator").get(pk=brand_id)
    return row.operator_id, demand.Brand(
        row.code,
        row.name,
        Currency(row.currency),
        row.country,
        row.on_time_target_ppm,
        row.late_cost_micros,
        row.unplanned_cost_micros,
        row.void_fill_micros_per_l,
        row.operator.name,
        row.company,
        row.address_1,
        row.address_2,
        row.city,
        row.postcode,
        row.phone,
        row.email,
        row.eori,
        row.ioss,
    )
