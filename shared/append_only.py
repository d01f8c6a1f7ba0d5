"""Tables that only grow: PostgreSQL itself refuses to change or remove what they hold."""

from django.db import migrations


def refuse_changes(table: str) -> migrations.RunSQL:
    """A migration operation after which UPDATE, DELETE and TRUNCATE of `table` raise in PostgreSQL.

    The function is made in the schema being migrated, so each town carries its own.
    """
    name = f"{table}_append_only"
    return migrations.RunSQL(
        sql=f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
        END $$;
        CREATE TRIGGER {name}_rows BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION {name}();
        CREATE TRIGGER {name}_table BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION {name}();
        """,
        reverse_sql=f"""
        DROP TRIGGER {name}_rows ON {table};
        DROP TRIGGER {name}_table ON {table};
        DROP FUNCTION {name}();
        """,
    )
