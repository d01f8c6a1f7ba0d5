"""A sale counts on a day, said when it is noted: its statement is the one whose period has that day.

Nothing is written on a sale any more when it is settled. PostgreSQL seals it when it is noted, and refuses it on a day
that is settled; it moves the day up to which a merchant is settled when a statement is written, and refuses a statement
of days that are settled already, or that leaves a sale behind.
"""

import uuid
from datetime import date

from django.db import migrations, models
from django.db.models import Q

from shared.append_only import refuse_changes

# The fingerprint of a statement is another now, and what was printed cannot be: there is no production yet.
NO_STATEMENT_YET = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM settlements_statement) THEN
        RAISE EXCEPTION 'statements were issued with the fingerprint of before: start anew (./run --reset)';
    END IF;
END $$;
"""

THAW = """
DROP TRIGGER settlements_sale_frozen_rows ON settlements_sale;
DROP TRIGGER settlements_sale_frozen_table ON settlements_sale;
-- Adjustments, which still join a statement, were frozen by it too.
ALTER FUNCTION settlements_sale_frozen() RENAME TO settlements_adjustment_frozen;
"""

# A text has one place where it could hold the separator, the last.
SEAL = """
CREATE FUNCTION settlements_sale_seal(sale settlements_sale) RETURNS numeric LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT ('0x' || encode(sha256(convert_to(concat_ws('|',
        sale.id, sale.kind, sale.shop_order_id, sale.merchant_id, extract(epoch FROM sale.handed_over_at),
        to_char(sale.counts_on, 'YYYY-MM-DD'), coalesce(sale.corrects_id::text, ''), coalesce(sale.cause::text, ''),
        sale.gross_cents, sale.ttc_by_vat_rate, sale.held::text, sale.fee_count, sale.rate_bp, sale.price_basis,
        sale.base, sale.commission_vat_bp, sale.beneficiary, sale.fixed_fee_cents, sale.minimum_cents,
        sale.order_number), 'UTF8')), 'hex'))::numeric
$$;
"""

FILL = """
INSERT INTO settlements_settleduntil (id, merchant_id, day)
SELECT gen_random_uuid(), merchant_id, '0001-01-01' FROM (SELECT DISTINCT merchant_id FROM settlements_sale) AS sold;
UPDATE settlements_sale SET counts_on = (handed_over_at AT TIME ZONE
    (SELECT timezone FROM public.towns_town WHERE schema_name = current_schema()))::date;
UPDATE settlements_sale AS sale SET seal = settlements_sale_seal(sale);
SET CONSTRAINTS ALL IMMEDIATE;
"""

COUNT = """
CREATE FUNCTION settlements_sale_counted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE settled date;
BEGIN
    SELECT day INTO settled FROM settlements_settleduntil WHERE merchant_id = NEW.merchant_id FOR SHARE;
    IF NOT FOUND OR NEW.counts_on <= settled THEN
        RAISE EXCEPTION 'a sale counts on a day that is not settled' USING ERRCODE = 'restrict_violation';
    END IF;
    NEW.seal := settlements_sale_seal(NEW);
    RETURN NEW;
END $$;
CREATE TRIGGER settlements_sale_counted BEFORE INSERT ON settlements_sale
    FOR EACH ROW EXECUTE FUNCTION settlements_sale_counted();

CREATE FUNCTION settlements_statement_covers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE settled date;
BEGIN
    INSERT INTO settlements_settleduntil (id, merchant_id, day)
    VALUES (gen_random_uuid(), NEW.merchant_id, '0001-01-01') ON CONFLICT DO NOTHING;
    SELECT day INTO settled FROM settlements_settleduntil WHERE merchant_id = NEW.merchant_id FOR UPDATE;
    IF NEW.period_start <= settled THEN
        RAISE EXCEPTION 'a statement begins after the one before' USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (SELECT FROM settlements_sale WHERE merchant_id = NEW.merchant_id
               AND counts_on > settled AND counts_on < NEW.period_start) THEN
        RAISE EXCEPTION 'a statement leaves no sale behind' USING ERRCODE = 'restrict_violation';
    END IF;
    UPDATE settlements_settleduntil SET day = NEW.period_end WHERE merchant_id = NEW.merchant_id;
    RETURN NULL;
END $$;
CREATE TRIGGER settlements_statement_covers AFTER INSERT ON settlements_statement
    FOR EACH ROW EXECUTE FUNCTION settlements_statement_covers();

CREATE FUNCTION settlements_settleduntil_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.id = OLD.id AND NEW.merchant_id = OLD.merchant_id AND NEW.day > OLD.day AND EXISTS (
            SELECT FROM settlements_statement WHERE merchant_id = NEW.merchant_id AND period_end = NEW.day
        ) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% follows statements: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER settlements_settleduntil_follows_rows BEFORE UPDATE OR DELETE ON settlements_settleduntil
    FOR EACH ROW EXECUTE FUNCTION settlements_settleduntil_follows();
CREATE TRIGGER settlements_settleduntil_follows_table BEFORE TRUNCATE ON settlements_settleduntil
    FOR EACH STATEMENT EXECUTE FUNCTION settlements_settleduntil_follows();
"""


class Migration(migrations.Migration):
    dependencies = [("settlements", "0010_reversals")]

    operations = [
        migrations.RunSQL(NO_STATEMENT_YET),
        migrations.RunSQL(THAW),
        migrations.RemoveIndex("sale", "settlements_sale_unsettled"),
        migrations.RemoveField("sale", "statement"),
        migrations.CreateModel(
            name="SettledUntil",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("merchant_id", models.UUIDField(unique=True, verbose_name="commerçant")),
                ("day", models.DateField(default=date.min, verbose_name="réglé jusqu’au")),
            ],
            options={
                "verbose_name": "réglé jusqu’au",
                "verbose_name_plural": "réglés jusqu’au",
                "ordering": ["merchant_id"],
            },
        ),
        migrations.AddField("sale", "counts_on", models.DateField(null=True, verbose_name="compte le")),
        migrations.AddField(
            "sale",
            "seal",
            models.DecimalField(decimal_places=0, editable=False, max_digits=78, null=True, verbose_name="sceau"),
        ),
        migrations.RunSQL(SEAL),
        migrations.RunSQL(FILL),
        migrations.AlterField("sale", "counts_on", models.DateField(verbose_name="compte le")),
        migrations.AlterField(
            "sale",
            "seal",
            models.DecimalField(decimal_places=0, editable=False, max_digits=78, verbose_name="sceau"),
        ),
        migrations.AddIndex(
            "sale",
            models.Index(
                fields=["merchant_id", "counts_on"],
                include=["gross_cents", "held"],
                name="settlements_sale_counts_on",
            ),
        ),
        migrations.AddIndex(
            "sale",
            models.Index(
                fields=["merchant_id", "counts_on"],
                condition=Q(kind="refund"),
                name="settlements_refund_counts_on",
            ),
        ),
        migrations.RunSQL(COUNT),
        refuse_changes("settlements_sale"),
    ]
