"""PostgreSQL keeps the ledger: an entry balances when its transaction commits, and nothing is ever changed."""

from django.db import migrations

from shared.append_only import refuse_changes

# The trigger is deferred: at commit the connection may already serve another town, so the tables are named by the
# schema of the row that fired it and never looked up on the search path.
CHECK = """
CREATE FUNCTION ledger_check_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entry uuid;
    expected integer;
    lines integer;
    total numeric;
BEGIN
    IF TG_TABLE_NAME = 'ledger_entry' THEN
        entry := NEW.id;
    ELSE
        entry := NEW.entry_id;
    END IF;
    EXECUTE format('SELECT posting_count FROM %I.ledger_entry WHERE id = $1', TG_TABLE_SCHEMA)
        INTO expected USING entry;
    EXECUTE format(
        'SELECT count(*), coalesce(sum(amount_cents), 0) FROM %I.ledger_posting WHERE entry_id = $1', TG_TABLE_SCHEMA
    ) INTO lines, total USING entry;
    IF total <> 0 THEN
        RAISE EXCEPTION 'ledger entry % does not balance: its postings add up to %', entry, total
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_balances';
    END IF;
    IF lines <> expected THEN
        RAISE EXCEPTION 'ledger entry % was written with % postings and has %', entry, expected, lines
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_complete';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_entry_balances AFTER INSERT ON ledger_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_check_entry();
CREATE CONSTRAINT TRIGGER ledger_posting_balances AFTER INSERT ON ledger_posting
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_check_entry();
"""

UNCHECK = """
DROP TRIGGER ledger_entry_balances ON ledger_entry;
DROP TRIGGER ledger_posting_balances ON ledger_posting;
DROP FUNCTION ledger_check_entry();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.RunSQL(sql=CHECK, reverse_sql=UNCHECK),
        refuse_changes("ledger_entry"),
        refuse_changes("ledger_posting"),
    ]
