from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('parcels', '0009_foresight'),
    ]

    operations = [
        migrations.AddField(
            model_name='parcel',
            name='expected_at_earliest',
            field=models.BooleanField(default=False),
        ),
    ]
