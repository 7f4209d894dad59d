"""Entries say about whom and from where; entries and histories become a chain (accounts.audit_chain).

Safe on a full table: new columns are null or have a constant default, so that no row is written anew, and the new
indexes cover rows that have something in those columns, which none has yet.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

NEVER_EMPTIED = "RAISE EXCEPTION 'Cannot empty %', TG_TABLE_NAME;"
APPEND_ONLY = "RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;"

#: What both functions share: one link at the end of the chain. Called by them alone, under their settings.
LINK = """
CREATE FUNCTION accounts_add_link(before accounts_auditlink, stamp timestamptz, what text, form bigint, source text,
                                  key bigint, content text) RETURNS accounts_auditlink
LANGUAGE plpgsql AS $$
DECLARE
    made accounts_auditlink;
BEGIN
    made.position := coalesce(before.position, 0) + 1;
    made.at := stamp;
    made.kind := what;
    made.form_id := form;
    made.source := source;
    made.row_id := key;
    made.content_hash := encode(sha256(convert_to(content, 'UTF8')), 'hex');
    made.hash := encode(sha256(convert_to(concat_ws('|',
        coalesce(before.hash, repeat('0', 64)), made.position, to_char(stamp, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        what, form, source, key, made.content_hash), 'UTF8')), 'hex');
    INSERT INTO accounts_auditlink SELECT (made).*;
    RETURN made;
END $$;
REVOKE ALL ON FUNCTION accounts_add_link FROM PUBLIC;
"""

#: The tables of the chain as they are now: the trail and every history, each with its key and its columns by name.
SOURCES = """
CREATE FUNCTION accounts_trail_sources() RETURNS TABLE (source text, key text, form bigint, columns text[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    FOR source, key, columns IN
        SELECT c.relname, CASE WHEN bool_or(a.attname = 'pgh_id') THEN 'pgh_id' ELSE 'id' END,
               array_agg(a.attname::text ORDER BY a.attname)
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
        GROUP BY c.relname HAVING c.relname = 'accounts_auditentry' OR bool_or(a.attname = 'pgh_id')
        ORDER BY c.relname
    LOOP
        SELECT f.id INTO form FROM accounts_auditform f WHERE f.source = accounts_trail_sources.source
            AND f.columns = accounts_trail_sources.columns::varchar[];
        IF NOT FOUND THEN
            INSERT INTO accounts_auditform (source, columns) VALUES (accounts_trail_sources.source,
                accounts_trail_sources.columns) RETURNING id INTO form;
        END IF;
        RETURN NEXT;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION accounts_trail_sources FROM PUBLIC;
"""

#: A row as JSON, with its columns in the order of jsonb, in settings that no session can change.
CONTENT = """
SELECT t.%1$I::bigint AS key, (
    SELECT jsonb_object_agg(e.key, e.value)::text FROM jsonb_each(to_jsonb(t)) e WHERE e.key = ANY ($1)
) AS content FROM %2$I t
"""
#: Links that are added meanwhile must not be read again for each row, so what is there already is asked by index.
FIXED = "SET enable_seqscan = off SET timezone = 'UTC' SET bytea_output = 'hex' SET intervalstyle = 'postgres' SET extra_float_digits = 1"

#: What is committed and has no link, since a day before the last: no transaction is open for as long.
SEAL = f"""
CREATE FUNCTION accounts_seal_trail() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp {FIXED} AS $$
DECLARE
    link accounts_auditlink;
    each record;
    item record;
    lowest bigint;
    stamp timestamptz;
    sealed integer := 0;
BEGIN
    LOCK TABLE accounts_auditlink IN SHARE ROW EXCLUSIVE MODE;  -- one sealer at a time; readers do not wait
    stamp := clock_timestamp();
    SELECT * INTO link FROM accounts_auditlink ORDER BY position DESC LIMIT 1;
    FOR each IN SELECT * FROM accounts_trail_sources() LOOP
        lowest := (SELECT l.row_id FROM accounts_auditlink l
                   WHERE l.source = each.source AND l.at < stamp - interval '1 day' ORDER BY l.row_id DESC LIMIT 1);
        FOR item IN EXECUTE format($content${CONTENT}$content$
            || ' WHERE t.%1$I > $2 AND NOT EXISTS'
            || ' (SELECT FROM accounts_auditlink l WHERE l.source = %2$L AND l.row_id = t.%1$I) ORDER BY t.%1$I',
            each.key, each.source) USING each.columns, coalesce(lowest, 0)
        LOOP
            link := accounts_add_link(link, stamp, 'sealed', each.form, each.source, item.key, item.content);
            sealed := sealed + 1;
        END LOOP;
    END LOOP;
    RETURN sealed;
END $$;
"""  # nosec B608

RESEAL = f"""
CREATE FUNCTION accounts_reseal_trail(table_name text, keys bigint[], what text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp {FIXED} AS $$
DECLARE
    link accounts_auditlink;
    each record;
    item record;
    stamp timestamptz;
    added integer := 0;
BEGIN
    LOCK TABLE accounts_auditlink IN SHARE ROW EXCLUSIVE MODE;
    stamp := clock_timestamp();
    SELECT * INTO link FROM accounts_auditlink ORDER BY position DESC LIMIT 1;
    SELECT * INTO STRICT each FROM accounts_trail_sources() s WHERE s.source = table_name;
    FOR item IN EXECUTE format('SELECT l.row_id AS key, coalesce(r.content, %3$L) AS content'
        || ' FROM (SELECT DISTINCT row_id FROM accounts_auditlink WHERE source = %2$L AND row_id = ANY ($2)) l'
        || ' LEFT JOIN (' || $content${CONTENT}$content$ || ' WHERE t.%1$I = ANY ($2)) r ON r.key = l.row_id'
        || ' WHERE (r.key IS NULL) = ($3 = %4$L) ORDER BY l.row_id',
        each.key, each.source, '', 'disposed') USING each.columns, keys, what
    LOOP
        link := accounts_add_link(link, stamp, what, each.form, each.source, item.key, item.content);
        added := added + 1;
    END LOOP;
    RETURN added;
END $$;
REVOKE ALL ON FUNCTION accounts_reseal_trail FROM PUBLIC;
"""  # nosec B608
GONE = """
DROP FUNCTION accounts_reseal_trail, accounts_seal_trail, accounts_trail_sources, accounts_add_link;
"""


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0005_entry"),
    ]

    operations = [
        migrations.AddField(
            model_name="auditentry",
            name="about",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=50), null=True, size=None),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="address",
            field=models.GenericIPAddressField(null=True),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="device",
            field=models.CharField(blank=True, max_length=16),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="why",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=django.contrib.postgres.indexes.GinIndex(
                condition=models.Q(("about__isnull", False)), fields=["about"], name="audit_by_whom"
            ),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(condition=models.Q(("address__isnull", False)), fields=["address", "id"], name="audit_by_address"),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["at"], name="audit_by_moment"),
        ),
        migrations.CreateModel(
            name="AuditForm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=63)),
                ("columns", django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=63), size=None)),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("source", "columns"), name="audit_form_once")]},
        ),
        migrations.CreateModel(
            name="AuditLink",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("kind", models.CharField(choices=[("sealed", "Sealed"), ("resealed", "Resealed"), ("disposed", "Disposed")], max_length=8)),
                ("form", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="links", to="accounts.auditform")),
                ("source", models.CharField(max_length=63)),
                ("row_id", models.BigIntegerField()),
                ("content_hash", models.CharField(max_length=64)),
                ("hash", models.CharField(max_length=64)),
            ],
            options={
                "indexes": [models.Index(fields=["source", "row_id"], name="audit_link_by_row")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "sealed")), fields=("source", "row_id"), name="audit_row_sealed_once"
                    )
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="auditentry",
            trigger=pgtrigger.compiler.Trigger(name="audit_is_never_emptied", sql=pgtrigger.compiler.UpsertTriggerSql(func=NEVER_EMPTIED, hash="3e6b99dd121eba6b9bd3d315fc7b7084235b622d", level="STATEMENT", operation="TRUNCATE", pgid="pgtrigger_audit_is_never_emptied_9824e", table="accounts_auditentry", when="BEFORE")),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="auditentry",
            trigger=pgtrigger.compiler.Trigger(name="audit_by_the_databases_clock", sql=pgtrigger.compiler.UpsertTriggerSql(func="NEW.at = clock_timestamp(); RETURN NEW;", hash="87fe617d4f792733bb147cc7114f7b1e1be5d856", operation="INSERT", pgid="pgtrigger_audit_by_the_databases_clock_fc184", table="accounts_auditentry", when="BEFORE")),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="auditform",
            trigger=pgtrigger.compiler.Trigger(name="audit_form_is_append_only", sql=pgtrigger.compiler.UpsertTriggerSql(func=APPEND_ONLY, hash="c9a3f397c4ba80645eced42c2100785d19a4378c", operation="UPDATE OR DELETE", pgid="pgtrigger_audit_form_is_append_only_75050", table="accounts_auditform", when="BEFORE")),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="auditform",
            trigger=pgtrigger.compiler.Trigger(name="audit_form_is_never_emptied", sql=pgtrigger.compiler.UpsertTriggerSql(func=NEVER_EMPTIED, hash="ab0d81f1aa7d492fa72a507ee97212e8c24f7b29", level="STATEMENT", operation="TRUNCATE", pgid="pgtrigger_audit_form_is_never_emptied_fdd46", table="accounts_auditform", when="BEFORE")),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="auditlink",
            trigger=pgtrigger.compiler.Trigger(name="audit_link_is_append_only", sql=pgtrigger.compiler.UpsertTriggerSql(func=APPEND_ONLY, hash="74f7be925ff33fc5cc97385aace4c99635dc04fb", operation="UPDATE OR DELETE", pgid="pgtrigger_audit_link_is_append_only_77112", table="accounts_auditlink", when="BEFORE")),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="auditlink",
            trigger=pgtrigger.compiler.Trigger(name="audit_link_is_never_emptied", sql=pgtrigger.compiler.UpsertTriggerSql(func=NEVER_EMPTIED, hash="0b74537dd8f86c3cb7c6c4aa3797ba38e761dae6", level="STATEMENT", operation="TRUNCATE", pgid="pgtrigger_audit_link_is_never_emptied_780ca", table="accounts_auditlink", when="BEFORE")),
        ),
        migrations.RunSQL(LINK + SOURCES + SEAL + RESEAL, GONE),
    ]
