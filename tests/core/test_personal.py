"""Every column that can hold words is classified by whom it may tell of; those of shoppers are in the guide."""

from __future__ import annotations

import re
from pathlib import Path

from django.apps import apps
from django.db import models

from doorstep.core.personal import COLUMNS

WORDS = (
    models.CharField,
    models.TextField,
    models.JSONField,
    models.BinaryField,
    models.FloatField,
    models.FileField,
    models.GenericIPAddressField,
)
GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "guides" / "privacy.md").read_text(encoding="utf-8")


def there() -> dict[str, set[str]]:
    return {
        model._meta.label: {field.name for field in model._meta.local_fields if isinstance(field, WORDS)}
        for model in apps.get_models(include_auto_created=True)
    }


def test_every_column_that_can_hold_words_is_classified_once() -> None:
    assert {table: set(columns.all) for table, columns in COLUMNS.items()} == there()
    assert [table for table, columns in COLUMNS.items() if len(columns.all) != len(set(columns.all))] == []


def test_no_field_of_another_kind_could_hold_words() -> None:
    """A kind of field that nobody has thought of is not to slip past the walk."""
    numbers = (
        models.IntegerField, models.BooleanField, models.DateField, models.ForeignKey, models.OneToOneField,
        models.UUIDField,
    )  # fmt: skip
    others = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_fields
        if not isinstance(field, (*WORDS, *numbers))
    }
    assert others <= {"axes.AccessAttemptExpiration.expires_at"}


def test_the_guide_says_what_becomes_of_each_column_that_tells_of_a_shopper() -> None:
    rows = dict(re.findall(r"^\| `([a-z]+\.[A-Za-z]+)` \| ([^|]+) \|", GUIDE, re.MULTILINE))
    told = {table: set(re.findall(r"`(\w+)`", names)) for table, names in rows.items()}
    assert told == {table: set(columns.shopper.split()) for table, columns in COLUMNS.items() if columns.shopper}
