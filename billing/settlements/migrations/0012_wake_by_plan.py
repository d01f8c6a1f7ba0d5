"""Payouts that wait already for their merchant's account are looked at by plan."""

from django.db import migrations

PLAN = """
INSERT INTO public.due_duework (id, schema, kind, subject, due_at, claimed_until, attempts, last_error)
SELECT gen_random_uuid(), current_schema(), 'settlements.wake_payouts', merchant_id, now(), NULL, 0, ''
FROM (SELECT DISTINCT merchant_id FROM settlements_payout WHERE state = 'waiting' AND means = 'stripe') AS waiting
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("settlements", "0011_counted_by_day"), ("due", "0001_initial")]

    operations = [migrations.RunSQL(sql=PLAN, reverse_sql=migrations.RunSQL.noop)]
