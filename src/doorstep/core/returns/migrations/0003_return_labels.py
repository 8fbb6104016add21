

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('parcels', '0005_refused_manifests'),
        ('returns', '0002_returned_to_sender'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReturnLabel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=64, unique=True)),
                ('state', models.CharField(choices=[('asked', 'asked'), ('bought', 'bought'), ('refused', 'refused')], default='asked', max_length=12)),
                ('asked_at', models.DateTimeField()),
                ('settled_at', models.DateTimeField(null=True)),
                ('label', models.CharField(blank=True, max_length=100)),
                ('tracking', models.CharField(blank=True, max_length=80)),
                ('routing', models.CharField(blank=True, max_length=60)),
                ('sscc', models.CharField(blank=True, max_length=18)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='return_labels', to='parcels.carrieraccount')),
                ('of', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='label', to='returns.return')),
                ('parcel', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='return_labels', to='parcels.parcel')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'asked')), fields=['asked_at'], name='return_labels_left_open'), models.Index(fields=['account', 'tracking'], name='return_labels_by_tracking')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ('asked', 'bought', 'refused'))), name='return_labels_have_a_known_state')],
            },
        ),
    ]
