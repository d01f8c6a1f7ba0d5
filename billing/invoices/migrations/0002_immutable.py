"""PostgreSQL keeps what was issued: invoices, their lines and what they correct never change."""

from django.db import migrations

from shared.append_only import refuse_changes


class Migration(migrations.Migration):
    dependencies = [("invoices", "0001_initial")]

    operations = [
        refuse_changes("invoices_invoice"),
        refuse_changes("invoices_invoiceline"),
        refuse_changes("invoices_correction"),
    ]
