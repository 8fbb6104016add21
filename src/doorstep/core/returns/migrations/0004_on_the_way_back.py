from typing import Any

from django.db import migrations, models

TO_COME = ("labelled", "on_its_way", "arrived")
STATES = ("asked", *TO_COME, "received", "graded")


def label(apps: Any, _: Any) -> None:
    """Say of returns that are to come whether their label was bought; their next scan says the rest."""
    rows = apps.get_model("returns", "Return").objects.filter(state="asked", label__state="bought")
    rows.update(state="labelled")


def unlabel(apps: Any, _: Any) -> None:
    apps.get_model("returns", "Return").objects.filter(state__in=TO_COME).update(state="asked")


class Migration(migrations.Migration):
    dependencies = [("returns", "0003_return_labels")]

    operations = [
        migrations.RemoveConstraint(model_name="return", name="returns_have_a_known_state"),
        migrations.AlterField(
            model_name="return",
            name="state",
            field=models.CharField(choices=[(one, one) for one in STATES], default="asked", max_length=10),
        ),
        migrations.AddConstraint(
            model_name="return",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", STATES)), name="returns_have_a_known_state"
            ),
        ),
        migrations.RunPython(label, unlabel),
    ]
