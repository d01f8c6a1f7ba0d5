"""The counters leave for billing.numbering, which invoices share; a number is unique to its issuer."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("settlements", "0002_immutable")]

    operations = [
        # No longer alone in its series: the issuer is beside it.
        migrations.AlterField(
            model_name="counter", name="series", field=models.CharField(max_length=80, verbose_name="série")
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.AlterModelTable("counter", "numbering_counter")],
            state_operations=[migrations.DeleteModel("counter")],
        ),
        migrations.AlterField(
            model_name="statement", name="number", field=models.CharField(max_length=80, verbose_name="numéro")
        ),
        migrations.AddConstraint(
            model_name="statement",
            constraint=models.UniqueConstraint(
                fields=["issuer_siren", "number"], name="settlements_number_once_per_issuer"
            ),
        ),
    ]
