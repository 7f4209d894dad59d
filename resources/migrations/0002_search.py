"""What a search looks at is kept by triggers, once for each statement, whoever wrote and however many rows."""

from django.db import migrations

WORDS = """
CREATE EXTENSION IF NOT EXISTS fuzzystrmatch;
CREATE TEXT SEARCH CONFIGURATION doorway (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION doorway ALTER MAPPING FOR hword, hword_part, word WITH unaccent, simple;
"""

# Without scans of whole tables: the plan may have been made while they were small, and a bulk load would pay for it.
# Hours of a contact stand in for those of its entry; md5 of the JSON text names them.
# Words that are there already are left out before the insert, so that two writers rarely wait for each other.
REFRESH = """
CREATE FUNCTION resources_refresh_search(ids uuid[]) RETURNS void AS $$
BEGIN
  INSERT INTO resources_knownhours (key, hours)
  SELECT DISTINCT md5(hours::text), hours FROM (
    SELECT hours FROM resources_resource WHERE id = ANY(ids)
    UNION ALL
    SELECT hours FROM resources_contactpoint WHERE resource_id = ANY(ids) AND removed_at IS NULL
  ) AS every WHERE hours <> '{}'::jsonb
  ORDER BY 1
  ON CONFLICT DO NOTHING;

  INSERT INTO resources_searchentry (resource_id, words, other_names, digits, hours_keys, ways)
  SELECT
    resource.id,
    setweight(to_tsvector('doorway', concat_ws(' ', resource.name, names.words)), 'A')
      || setweight(to_tsvector('doorway', concat_ws(' ', organisation.name, ways.keywords,
           array_to_string(resource.categories, ' '), array_to_string(resource.audience, ' '))), 'B')
      || setweight(to_tsvector('doorway', concat_ws(' ', resource.region, places.words, areas.words)), 'C')
      || setweight(to_tsvector('doorway', concat_ws(' ', resource.description, ways.notes)), 'D'),
    coalesce(names.lines, ''),
    concat_ws(' ', '', ways.digits, names.digits, ''),
    coalesce(ways.hours_keys, CASE WHEN resource.hours <> '{}'::jsonb THEN ARRAY[md5(resource.hours::text)]
                              ELSE ARRAY[]::text[] END),
    coalesce(ways.kinds, ARRAY[]::text[]) || coalesce(places.kinds, ARRAY[]::text[])
  FROM resources_resource AS resource
  JOIN resources_organisation AS organisation ON organisation.id = resource.organisation_id
  LEFT JOIN LATERAL (
    SELECT string_agg(alias.words, ' ') AS words,
      string_agg(alias.words, E'\\n' ORDER BY alias.words) AS lines, string_agg(nullif(alias.digits, ''), ' ') AS digits
    FROM resources_alias AS alias WHERE alias.resource_id = resource.id
  ) AS names ON true
  LEFT JOIN LATERAL (
    SELECT
      string_agg(nullif(contact.keyword, ''), ' ') AS keywords,
      string_agg(nullif(contact.note, ''), ' ') AS notes,
      string_agg(concat_ws(' ', nullif(contact.dial, ''), nullif(ltrim(contact.e164, '+'), '')), ' ') AS digits,
      array_agg(DISTINCT md5((CASE WHEN contact.hours <> '{}'::jsonb THEN contact.hours ELSE resource.hours END)::text))
        FILTER (WHERE contact.hours <> '{}'::jsonb OR resource.hours <> '{}'::jsonb) AS hours_keys,
      array_agg(DISTINCT contact.kind::text) AS kinds
    FROM resources_contactpoint AS contact
    WHERE contact.resource_id = resource.id AND contact.removed_at IS NULL AND NOT contact.is_confidential
  ) AS ways ON true
  LEFT JOIN LATERAL (
    SELECT string_agg(concat_ws(' ', place.city, place.region), ' ') AS words,
      array_agg(DISTINCT 'in_person'::text) AS kinds
    FROM resources_location AS place WHERE place.resource_id = resource.id AND NOT place.is_confidential
  ) AS places ON true
  LEFT JOIN LATERAL (
    SELECT string_agg(area.subdivision, ' ') AS words
    FROM resources_coverage AS area WHERE area.resource_id = resource.id
  ) AS areas ON true
  WHERE resource.id = ANY(ids)
  ON CONFLICT (resource_id) DO UPDATE
  SET words = EXCLUDED.words, other_names = EXCLUDED.other_names, digits = EXCLUDED.digits, hours_keys = EXCLUDED.hours_keys,
      ways = EXCLUDED.ways;

  INSERT INTO resources_searchword (word)
  SELECT DISTINCT said.word FROM resources_searchentry AS entry, unnest(tsvector_to_array(entry.words)) AS said (word)
  WHERE entry.resource_id = ANY(ids) AND said.word ~ '[[:alpha:]]' AND length(said.word) BETWEEN 2 AND 60
    AND NOT EXISTS (SELECT FROM resources_searchword AS known WHERE known.word = said.word)
  ORDER BY said.word
  ON CONFLICT DO NOTHING;
END
$$ LANGUAGE plpgsql SET enable_seqscan = off;
"""


def follow(table, key, where="true"):
    """Triggers that refresh the entries which a statement on `table` touched; `key` names the entry in its rows."""
    events = {
        "INSERT": ("new_rows", "REFERENCING NEW TABLE AS new_rows"),
        "UPDATE": ("both", "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows"),
        "DELETE": ("old_rows", "REFERENCING OLD TABLE AS old_rows"),
    }
    statements = []
    for event, (rows, referencing) in events.items():
        name = f"resources_search_{table}_{event.lower()}"
        source = f"SELECT {key} AS id FROM {rows}"  # nosec B608
        if rows == "both":
            source = f"SELECT {key} AS id FROM old_rows UNION SELECT {key} FROM new_rows"  # nosec B608
        statements.append(f"""
CREATE FUNCTION {name}() RETURNS trigger AS $$
BEGIN
  PERFORM resources_refresh_search(ARRAY(SELECT DISTINCT id FROM ({source}) AS touched WHERE id IS NOT NULL));
  RETURN NULL;
END
$$ LANGUAGE plpgsql;
CREATE TRIGGER {name} AFTER {event} ON resources_{table} {referencing} FOR EACH STATEMENT EXECUTE FUNCTION {name}();
""")  # nosec B608
    return "".join(statements)


ORGANISATION = """
CREATE FUNCTION resources_search_organisation_update() RETURNS trigger AS $$
BEGIN
  PERFORM resources_refresh_search(ARRAY(
    SELECT resource.id FROM resources_resource AS resource JOIN new_rows ON new_rows.id = resource.organisation_id
  ));
  RETURN NULL;
END
$$ LANGUAGE plpgsql;
CREATE TRIGGER resources_search_organisation_update AFTER UPDATE ON resources_organisation
REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION resources_search_organisation_update();
"""

FOLLOWED = {
    "resource": "id",
    "contactpoint": "resource_id",
    "alias": "resource_id",
    "location": "resource_id",
    "coverage": "resource_id",
}


class Migration(migrations.Migration):
    replaces = [("resources", "0005_search")]
    dependencies = [("resources", "0001_first_release")]

    operations = [
        migrations.RunSQL(WORDS, "DROP TEXT SEARCH CONFIGURATION doorway"),
        migrations.RunSQL(REFRESH, "DROP FUNCTION resources_refresh_search"),
        *(
            migrations.RunSQL(
                follow(table, key),
                "".join(
                    f"DROP FUNCTION resources_search_{table}_{event} CASCADE;" for event in ("insert", "update", "delete")
                ),
            )
            for table, key in FOLLOWED.items()
        ),
        migrations.RunSQL(ORGANISATION, "DROP FUNCTION resources_search_organisation_update CASCADE"),
        migrations.RunSQL(
            "SELECT resources_refresh_search(ARRAY(SELECT id FROM resources_resource))", migrations.RunSQL.noop
        ),
    ]
