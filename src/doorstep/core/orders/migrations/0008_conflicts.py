from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0007_fewer_indexes'),
    ]

    operations = [
        migrations.AddField(
            model_name='order',
            name='conflicts',
            field=models.JSONField(default=list),
        ),
    ]
