"""An installation that is in use counts as adopted: nobody's work becomes practice because of an upgrade."""

from django.db import migrations

CARRY_OVER = """
    INSERT INTO protocols_adoption (id, is_from_before, protocol_digest, policy_digest, word_list_digest)
    SELECT 1, true, '', '', ''
    WHERE EXISTS (SELECT FROM sessions_app_departureevent WHERE NOT is_practice)
       OR EXISTS (SELECT FROM sessions_app_client WHERE NOT is_practice)
       OR EXISTS (SELECT FROM followups_followuppolicy WHERE adopted_at IS NOT NULL)
       OR EXISTS (SELECT FROM protocols_draft WHERE approved_at IS NOT NULL)
       OR EXISTS (SELECT FROM sessions_app_wordlist WHERE published_at IS NOT NULL)
    ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [
        ("followups", "0012_people"),
        ("protocols", "0004_setup"),
        ("sessions_app", "0017_setup"),
    ]

    operations = [migrations.RunSQL(CARRY_OVER, migrations.RunSQL.noop)]
