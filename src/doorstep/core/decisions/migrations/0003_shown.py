from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('decisions', '0002_quotes'),
    ]

    operations = [
        migrations.AddField(
            model_name='quote',
            name='display_test_ppm',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='quote',
            name='asked',
            field=models.JSONField(default=list),
        ),
    ]
