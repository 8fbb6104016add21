"""The public orders of the Brazilian marketplace Olist, made into a brand folder.

The data is CC BY-NC-SA 4.0: it is read where the user keeps it, and nothing fitted to it is part of this package.
"""

from __future__ import annotations

from doorstep.files.importers.olist.importer import import_olist
from doorstep.files.importers.olist.report import ImportReport

__all__ = ["ImportReport", "import_olist"]
