"""A shop and a receiver on this machine, which webhooks may reach here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings
from tests.plugins.webhook_receiver import LOOPBACK, Receiver, receiving
from tests.record.webhook_shop import WebhookShop, webhook_shop


@pytest.fixture(autouse=True)
def _loopback(settings: Settings) -> None:
    settings.WEBHOOK_NETWORKS = LOOPBACK


@pytest.fixture
def shop(db: None) -> WebhookShop:  # noqa: ARG001
    return webhook_shop()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made
