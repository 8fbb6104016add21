from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from doorstep.files.demo import DemoReport, demo_brand
from doorstep.files.folder import BrandFolder, read_folder

ORDERS = 5_000


@dataclass(frozen=True)
class Demo:
    path: Path
    report: DemoReport
    folder: BrandFolder


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """A demonstration brand of 5,000 orders, written and read back."""
    path = tmp_path_factory.mktemp("demo") / "brand"
    report = demo_brand(path, ORDERS, seed=7)
    return Demo(path, report, read_folder(path))
