"""PostgreSQL keeps terms as they were set and notices as they were given; terms may only be marked withdrawn."""

from django.db import migrations

FREEZE = """
CREATE FUNCTION commissions_terms_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.withdrawn_on IS NULL AND NEW.withdrawn_on < OLD.valid_from
        AND to_jsonb(NEW) - 'withdrawn_on' = to_jsonb(OLD) - 'withdrawn_on'
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% are frozen: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER commissions_terms_frozen_rows BEFORE UPDATE OR DELETE ON commissions_commissionterms
    FOR EACH ROW EXECUTE FUNCTION commissions_terms_frozen();
CREATE TRIGGER commissions_terms_frozen_table BEFORE TRUNCATE ON commissions_commissionterms
    FOR EACH STATEMENT EXECUTE FUNCTION commissions_terms_frozen();

CREATE FUNCTION commissions_notice_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.sent_at IS NULL
        AND to_jsonb(NEW) - '{message_id,sent_at,effective_from}'::text[]
          = to_jsonb(OLD) - '{message_id,sent_at,effective_from}'::text[]
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is frozen: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER commissions_notice_frozen_rows BEFORE UPDATE OR DELETE ON commissions_termsnotice
    FOR EACH ROW EXECUTE FUNCTION commissions_notice_frozen();
CREATE TRIGGER commissions_notice_frozen_table BEFORE TRUNCATE ON commissions_termsnotice
    FOR EACH STATEMENT EXECUTE FUNCTION commissions_notice_frozen();
"""

THAW = """
DROP TRIGGER commissions_terms_frozen_rows ON commissions_commissionterms;
DROP TRIGGER commissions_terms_frozen_table ON commissions_commissionterms;
DROP FUNCTION commissions_terms_frozen();
DROP TRIGGER commissions_notice_frozen_rows ON commissions_termsnotice;
DROP TRIGGER commissions_notice_frozen_table ON commissions_termsnotice;
DROP FUNCTION commissions_notice_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("commissions", "0002_versions")]

    operations = [migrations.RunSQL(sql=FREEZE, reverse_sql=THAW)]
