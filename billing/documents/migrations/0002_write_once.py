"""PostgreSQL keeps what was issued: a file never changes, and is not removed before ten years."""

from django.db import migrations

FREEZE = """
CREATE FUNCTION documents_write_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.issued_on < current_date - interval '10 years' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is written once: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER documents_write_once_rows BEFORE UPDATE OR DELETE ON documents_document
    FOR EACH ROW EXECUTE FUNCTION documents_write_once();
CREATE TRIGGER documents_write_once_table BEFORE TRUNCATE ON documents_document
    FOR EACH STATEMENT EXECUTE FUNCTION documents_write_once();
"""

THAW = """
DROP TRIGGER documents_write_once_rows ON documents_document;
DROP TRIGGER documents_write_once_table ON documents_document;
DROP FUNCTION documents_write_once();
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial")]

    operations = [migrations.RunSQL(sql=FREEZE, reverse_sql=THAW)]
