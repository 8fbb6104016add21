from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_rates_and_test_clock'),
    ]

    operations = [
        migrations.AddField(
            model_name='brand',
            name='display_test_ppm',
            field=models.PositiveIntegerField(default=0),
        ),
    ]
