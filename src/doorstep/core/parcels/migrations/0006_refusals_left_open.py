

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('parcels', '0005_refused_manifests'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='label',
            name='labels_left_open',
        ),
        migrations.AddIndex(
            model_name='label',
            index=models.Index(condition=models.Q(('state__in', ('asked', 'voiding', 'refused'))), fields=['state', 'asked_at'], name='labels_left_open'),
        ),
    ]
