"""The services files of karrio's carriers, as a tariff for parcels that leave one country."""

from __future__ import annotations

from doorstep.files.importers.karrio.importer import import_karrio

__all__ = ["import_karrio"]
