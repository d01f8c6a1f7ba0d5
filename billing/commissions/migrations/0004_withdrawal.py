"""A notice may also say, once, which message told that its terms were withdrawn."""

from django.db import migrations, models

FREEZE = """
CREATE OR REPLACE FUNCTION commissions_notice_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    telling CONSTANT text[] := '{message_id,sent_at,effective_from}';
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.sent_at IS NULL AND to_jsonb(NEW) - telling = to_jsonb(OLD) - telling THEN
            RETURN NEW;
        END IF;
        IF OLD.withdrawal_id IS NULL AND to_jsonb(NEW) - 'withdrawal_id' = to_jsonb(OLD) - 'withdrawal_id' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% is frozen: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("commissions", "0003_immutable")]

    operations = [
        migrations.AddField(
            model_name="termsnotice",
            name="withdrawal_id",
            field=models.UUIDField(null=True, unique=True, verbose_name="message de retrait"),
        ),
        migrations.RunSQL(sql=FREEZE, reverse_sql=migrations.RunSQL.noop),
    ]
