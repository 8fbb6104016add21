from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("learned", "0003_bids")]
    operations = [
        migrations.AddField("pastparcel", "ready_by", models.DateField(null=True)),
        migrations.AddField("pastparcel", "attempts", models.PositiveSmallIntegerField(null=True)),
        migrations.AddField("pastparcel", "damaged", models.BooleanField(null=True)),
    ]
