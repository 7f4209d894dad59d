from django.db import migrations

MARK = """
    SET LOCAL lock_timeout = '5s';
    UPDATE accounts_supervision SET origin = 'stand_in'
        WHERE origin = '' AND id IN (SELECT supervision_id FROM followups_absence_supervisions);
    UPDATE accounts_teamcover SET origin = 'stand_in'
        WHERE origin = '' AND id IN (SELECT teamcover_id FROM followups_absence_team_covers);
"""


class Migration(migrations.Migration):
    """What absences that are not over have made says so from now on."""

    dependencies = [("followups", "0011_editions"), ("accounts", "0009_people")]

    operations = [migrations.RunSQL(MARK, migrations.RunSQL.noop)]
