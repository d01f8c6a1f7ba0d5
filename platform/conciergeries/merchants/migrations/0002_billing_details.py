"""What invoices say of whom they are for: an address, and a VAT number."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("merchants", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="merchant",
            name="address",
            field=models.CharField(blank=True, max_length=200, verbose_name="adresse"),
        ),
        migrations.AddField(
            model_name="merchant",
            name="city",
            field=models.CharField(blank=True, max_length=100, verbose_name="ville"),
        ),
        migrations.AddField(
            model_name="merchant",
            name="postcode",
            field=models.CharField(
                blank=True,
                max_length=5,
                validators=[django.core.validators.RegexValidator("^\\d{5}$", "Un code postal compte cinq chiffres.")],
                verbose_name="code postal",
            ),
        ),
        migrations.AddField(
            model_name="merchant",
            name="vat_number",
            field=models.CharField(blank=True, max_length=20, verbose_name="numéro de TVA"),
        ),
    ]
