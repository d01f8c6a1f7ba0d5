"""What is in a schema, as facts that two schemas can be compared by.

It looks wider than `script` writes: whatever a migration may make is a fact here, and so is every row.
"""

import re

from django.db import connection
from psycopg import sql

from conciergeries.towns.schemas.alone import alone_in

_FACTS = {
    # Everything that the schema holds by itself, of whatever kind: types, operators, statistics…
    "object": """
        SELECT pg_describe_object(classid, objid, objsubid) FROM pg_depend
        WHERE refclassid = 'pg_namespace'::regclass AND refobjid = current_schema()::regnamespace""",
    "relation": """
        SELECT concat_ws(' ', relname, relkind, relpersistence, amname, reloptions::text, relacl::text,
            relowner::regrole, relrowsecurity, relforcerowsecurity, relreplident, relispartition, reltablespace,
            pg_get_viewdef(c.oid))
        FROM pg_class AS c LEFT JOIN pg_am ON pg_am.oid = relam
        WHERE relnamespace = current_schema()::regnamespace""",
    # Numbered as they stand: a column that was dropped leaves a gap in PostgreSQL's own numbers.
    "column": """
        SELECT concat_ws(' ', relname, row_number() OVER (PARTITION BY attrelid ORDER BY attnum), attname,
            format_type(atttypid, atttypmod), attcollation::regcollation, attnotnull, attidentity::text,
            attgenerated::text, attstorage, attcompression, attstattarget, attacl::text, attoptions::text,
            pg_get_expr(adbin, adrelid), pg_get_serial_sequence(quote_ident(relname), attname)::regclass)
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE relnamespace = current_schema()::regnamespace AND attnum > 0 AND NOT attisdropped""",
    "constraint": """
        SELECT concat_ws(' ', conrelid::regclass, conname, contype, pg_get_constraintdef(oid), convalidated,
            conenforced, condeferrable, condeferred, connoinherit, conindid::regclass)
        FROM pg_constraint WHERE connamespace = current_schema()::regnamespace""",
    "index": """
        SELECT concat_ws(' ', pg_get_indexdef(indexrelid, 0, true), indisvalid, indisclustered, indisreplident)
        FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
        WHERE relnamespace = current_schema()::regnamespace""",
    "trigger": """
        SELECT concat_ws(' ', pg_get_triggerdef(pg_trigger.oid, true), tgenabled)
        FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
        WHERE relnamespace = current_schema()::regnamespace AND NOT tgisinternal""",
    # PostgreSQL numbers the triggers of foreign keys: that they are all there, and on, is told by table.
    "triggers of keys": """
        SELECT concat_ws(' ', relname, tgfoid::regprocedure, tgenabled, count(*))
        FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
        WHERE relnamespace = current_schema()::regnamespace AND tgisinternal
        GROUP BY relname, tgfoid, tgenabled""",
    "rule": """
        SELECT pg_get_ruledef(pg_rewrite.oid) FROM pg_rewrite JOIN pg_class ON pg_class.oid = ev_class
        WHERE relnamespace = current_schema()::regnamespace""",
    "policy": """
        SELECT concat_ws(' ', relname, polname) FROM pg_policy JOIN pg_class ON pg_class.oid = polrelid
        WHERE relnamespace = current_schema()::regnamespace""",
    "function": """
        SELECT concat_ws(' ', oid::regprocedure, prokind, proacl::text, proowner::regrole,
            CASE WHEN prokind <> 'a'
                THEN replace(pg_get_functiondef(oid), format('FUNCTION %I.', current_schema()), 'FUNCTION ') END)
        FROM pg_proc WHERE pronamespace = current_schema()::regnamespace""",
    "sequence": """
        SELECT concat_ws(' ', sequencename, data_type, start_value, min_value, max_value, increment_by, cycle,
            cache_size, 'last', last_value)
        FROM pg_sequences WHERE schemaname = current_schema()""",
    "comment": """
        SELECT concat_ws(' ', pg_describe_object(classoid, objoid, objsubid), description) FROM pg_description
        WHERE (classoid, objoid) IN (
            SELECT 'pg_class'::regclass, oid FROM pg_class WHERE relnamespace = current_schema()::regnamespace
            UNION ALL
            SELECT 'pg_proc'::regclass, oid FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
            UNION ALL
            SELECT 'pg_constraint'::regclass, oid FROM pg_constraint
                WHERE connamespace = current_schema()::regnamespace
            UNION ALL
            SELECT 'pg_trigger'::regclass, pg_trigger.oid FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
                WHERE relnamespace = current_schema()::regnamespace)""",
}
_TABLES = "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')"

_WORDS = r"'(?:[^']|'')*'::character varying"
_CAST_LIST = re.compile(rf"(\()?ARRAY\[({_WORDS}(?:, {_WORDS})*)\](?(1)\))::text\[\]")


def facts_of(schema: str) -> frozenset[str]:
    """Everything that `schema` is and holds, its own name left out."""
    facts = []
    with alone_in(schema), connection.cursor() as cursor:
        for kind, query in _FACTS.items():
            cursor.execute(query)
            facts += [f"{kind} {as_read_again(fact)}" for (fact,) in cursor.fetchall()]
        cursor.execute(_TABLES)
        for (table,) in cursor.fetchall():
            cursor.execute(sql.SQL("SELECT to_jsonb(t)::text FROM {} AS t").format(sql.Identifier(table)))
            facts += [f"row {table} {row}" for (row,) in cursor.fetchall()]
    return frozenset(facts)


def as_read_again(text: str) -> str:
    """A condition as PostgreSQL writes it once it has read its own writing of it.

    Of «state IN ('a', 'b')» it casts the whole list when it reads that, and each word when it reads what it wrote.
    The two mean the same, and a dump that is restored makes the same change.
    """
    return _CAST_LIST.sub(_cast_words, text)


def _cast_words(found: re.Match[str]) -> str:
    word = r"(\g<0>)::text" if found[1] else r"\g<0>::text"
    return f"ARRAY[{re.sub(_WORDS, word, found[2])}]"
