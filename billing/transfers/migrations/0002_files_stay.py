"""PostgreSQL keeps what a file says: only what became of it and of its lines may change, and nothing is removed."""

from django.db import migrations


def _stays(table: str, *changing: str) -> migrations.RunSQL:
    left = "".join(f" - '{column}'" for column in changing)
    return migrations.RunSQL(
        sql=f"""
        CREATE FUNCTION {table}_stays() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' AND to_jsonb(NEW){left} = to_jsonb(OLD){left} THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION '% stays: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
        END $$;
        CREATE TRIGGER {table}_stays_rows BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION {table}_stays();
        CREATE TRIGGER {table}_stays_table BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION {table}_stays();
        """,
        reverse_sql=f"""
        DROP TRIGGER {table}_stays_rows ON {table};
        DROP TRIGGER {table}_stays_table ON {table};
        DROP FUNCTION {table}_stays();
        """,
    )


class Migration(migrations.Migration):
    dependencies = [("transfers", "0001_initial")]

    operations = [
        _stays("transfers_transferbatch", "state", "downloaded_at", "sent_at", "closed_at"),
        _stays("transfers_transferline", "state", "reason", "decided_at", "cleared_at"),
    ]
