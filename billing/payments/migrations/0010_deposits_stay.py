"""PostgreSQL keeps what was noted of the bank: it never changes, it is only undone, once."""

from django.db import migrations

from shared.append_only import refuse_changes

FREEZE = """
CREATE FUNCTION payments_noted_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(OLD) ->> TG_ARGV[0] IS NULL
        AND to_jsonb(NEW) - TG_ARGV = to_jsonb(OLD) - TG_ARGV
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is noted once: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER payments_noted_once BEFORE UPDATE OR DELETE ON payments_deposit
    FOR EACH ROW EXECUTE FUNCTION payments_noted_once('undone_at', 'undone_by', 'undone_reason');
CREATE TRIGGER payments_noted_once BEFORE UPDATE OR DELETE ON payments_chequemadegood
    FOR EACH ROW EXECUTE FUNCTION payments_noted_once('undone_at', 'undone_by', 'undone_reason');
CREATE TRIGGER payments_noted_once BEFORE UPDATE OR DELETE ON payments_depositedcheque
    FOR EACH ROW EXECUTE FUNCTION payments_noted_once('back_at');
"""

THAW = """
DROP TRIGGER payments_noted_once ON payments_deposit;
DROP TRIGGER payments_noted_once ON payments_chequemadegood;
DROP TRIGGER payments_noted_once ON payments_depositedcheque;
DROP FUNCTION payments_noted_once();
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0009_given_back_at_most_once")]

    operations = [
        migrations.RunSQL(sql=FREEZE, reverse_sql=THAW),
        refuse_changes("payments_unpaidcheque"),
    ]
