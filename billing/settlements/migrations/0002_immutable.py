"""PostgreSQL keeps what was issued: statements never change, and a sale only ever joins one statement, once."""

from django.db import migrations

from shared.append_only import refuse_changes

FREEZE = """
CREATE FUNCTION settlements_sale_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.statement_id IS NULL
        AND to_jsonb(NEW) - 'statement_id' = to_jsonb(OLD) - 'statement_id'
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is frozen: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER settlements_sale_frozen_rows BEFORE UPDATE OR DELETE ON settlements_sale
    FOR EACH ROW EXECUTE FUNCTION settlements_sale_frozen();
CREATE TRIGGER settlements_sale_frozen_table BEFORE TRUNCATE ON settlements_sale
    FOR EACH STATEMENT EXECUTE FUNCTION settlements_sale_frozen();
"""

THAW = """
DROP TRIGGER settlements_sale_frozen_rows ON settlements_sale;
DROP TRIGGER settlements_sale_frozen_table ON settlements_sale;
DROP FUNCTION settlements_sale_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("settlements", "0001_initial")]

    operations = [
        refuse_changes("settlements_statement"),
        refuse_changes("settlements_statementsegment"),
        migrations.RunSQL(sql=FREEZE, reverse_sql=THAW),
    ]
