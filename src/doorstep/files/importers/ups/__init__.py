"""The zone charts and daily rates of UPS, as published for 2010, as a tariff."""

from __future__ import annotations

from doorstep.files.importers.ups.importer import import_ups

__all__ = ["import_ups"]
