"""Take over the settlements' counters: the table stays, and each counter learns whose it is."""

import uuid

from django.db import migrations, models

WHOSE = """
UPDATE numbering_counter SET issuer_siren = coalesce(
    (SELECT issuer_siren FROM settlements_statement WHERE number LIKE numbering_counter.series || '-%'
     ORDER BY number DESC LIMIT 1), '')
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("settlements", "0003_counter_moves")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Counter",
                    fields=[
                        (
                            "id",
                            models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                        ),
                        ("series", models.CharField(max_length=80, verbose_name="série")),
                        ("value", models.PositiveIntegerField(default=0, verbose_name="dernier numéro")),
                    ],
                    options={"verbose_name": "compteur", "verbose_name_plural": "compteurs"},
                ),
            ],
        ),
        migrations.AddField(
            model_name="counter",
            name="issuer_siren",
            field=models.CharField(default="", max_length=9, verbose_name="SIREN de l’émetteur"),
            preserve_default=False,
        ),
        migrations.RunSQL(WHOSE, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="counter",
            constraint=models.UniqueConstraint(
                fields=["issuer_siren", "series"], name="numbering_one_counter_per_series"
            ),
        ),
    ]
