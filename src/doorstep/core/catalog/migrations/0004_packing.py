from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0003_barcodes'),
    ]

    operations = [
        migrations.AddField(
            model_name='carton',
            name='mailer',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='carton',
            name='padding_mm',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='product',
            name='padding_mm',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='product',
            name='soft',
            field=models.BooleanField(default=False),
        ),
    ]
