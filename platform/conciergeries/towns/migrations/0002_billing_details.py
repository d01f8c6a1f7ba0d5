"""What invoices say of the company that issues them: legal form, capital, register, VAT franchise."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("towns", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="operatingcompany",
            name="capital_euros",
            field=models.PositiveBigIntegerField(blank=True, null=True, verbose_name="capital social, en euros"),
        ),
        migrations.AddField(
            model_name="operatingcompany",
            name="legal_form",
            field=models.CharField(blank=True, max_length=60, verbose_name="forme juridique"),
        ),
        migrations.AddField(
            model_name="operatingcompany",
            name="rcs_city",
            field=models.CharField(blank=True, max_length=100, verbose_name="ville du RCS"),
        ),
        migrations.AddField(
            model_name="operatingcompany",
            name="vat_franchise",
            field=models.BooleanField(
                default=False,
                help_text="L’exploitant ne facture pas la TVA (art. 293 B du CGI).",
                verbose_name="franchise en base de TVA",
            ),
        ),
        migrations.AlterField(
            model_name="operatingcompany",
            name="vat_number",
            field=models.CharField(blank=True, max_length=20, verbose_name="numéro de TVA"),
        ),
        migrations.AddConstraint(
            model_name="operatingcompany",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("vat_franchise", True), models.Q(("vat_number", ""), _negated=True), _connector="OR"
                ),
                name="towns_company_vat_number_or_franchise",
                violation_error_message="Donnez le numéro de TVA, ou dites que l’exploitant est en franchise.",
            ),
        ),
    ]
