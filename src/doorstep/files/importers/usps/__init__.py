"""Zones of USPS between three-digit ZIP areas, added to prices of one's own."""

from __future__ import annotations

from doorstep.files.importers.usps.importer import import_usps_zones

__all__ = ["import_usps_zones"]
