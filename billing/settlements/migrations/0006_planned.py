"""An adjustment only ever joins a statement, once, like a sale; and merchants that sell already are settled by plan."""

from django.db import migrations

FREEZE = """
CREATE TRIGGER settlements_adjustment_frozen_rows BEFORE UPDATE OR DELETE ON settlements_adjustment
    FOR EACH ROW EXECUTE FUNCTION settlements_sale_frozen();
CREATE TRIGGER settlements_adjustment_frozen_table BEFORE TRUNCATE ON settlements_adjustment
    FOR EACH STATEMENT EXECUTE FUNCTION settlements_sale_frozen();
"""

THAW = """
DROP TRIGGER settlements_adjustment_frozen_rows ON settlements_adjustment;
DROP TRIGGER settlements_adjustment_frozen_table ON settlements_adjustment;
"""

PLAN = """
INSERT INTO public.due_duework (id, schema, kind, subject, due_at, claimed_until, attempts, last_error)
SELECT gen_random_uuid(), current_schema(), 'settlements.settle', merchant_id, now(), NULL, 0, ''
FROM (SELECT DISTINCT merchant_id FROM settlements_sale) AS seller
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("settlements", "0005_rules_drafts_adjustments"), ("due", "0001_initial")]

    operations = [
        migrations.RunSQL(sql=FREEZE, reverse_sql=THAW),
        migrations.RunSQL(sql=PLAN, reverse_sql=migrations.RunSQL.noop),
    ]
