"""What corrects an invoice may be a later invoice, and not only a credit note."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def _key(name: str, **options: Any) -> migrations.AlterField:
    field = models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT,
        related_name="corrections",
        to="invoices.invoice",
        verbose_name="avoir ou facture",
        **options,
    )
    return migrations.AlterField(model_name="correction", name=name, field=field)


class Migration(migrations.Migration):
    dependencies = [("invoices", "0003_due")]

    operations = [
        migrations.RemoveConstraint(model_name="correction", name="invoices_corrected_once"),
        # An index goes on calling its column by the old name, unlike one made anew: it is made anew.
        _key("credit_note", db_index=False),
        migrations.RenameField(model_name="correction", old_name="credit_note", new_name="correcting"),
        _key("correcting"),
        migrations.AlterModelOptions(
            name="correction",
            options={
                "ordering": ["correcting", "invoice__number"],
                "verbose_name": "rectification",
                "verbose_name_plural": "rectifications",
            },
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.UniqueConstraint(fields=("correcting", "invoice"), name="invoices_corrected_once"),
        ),
    ]
