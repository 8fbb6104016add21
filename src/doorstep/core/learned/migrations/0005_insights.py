import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_display_test"), ("learned", "0004_carriers")]
    operations = [
        migrations.CreateModel(
            "Insight",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("as_of", models.DateField()),
                ("learned_at", models.DateTimeField()),
                ("learned_by", models.CharField(blank=True, max_length=100)),
                ("document", models.JSONField()),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="insights",
                        to="accounts.brand",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("brand", "kind"), name="one_insight_of_a_kind")]
            },
        ),
    ]
