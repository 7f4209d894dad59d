from django.db import migrations

from accounts.encrypted_columns import EncryptColumns

COLUMNS = {
    "followupchange": {"reason": {"owner": "follow_up"}},
    "contactattempt": {"note": {"owner": "departure", "row": ("op_id",)}},
    "absence": {"note": {"owner": "person"}},
    "absenceevent": {"note": {"owner": "person"}},
    "paperfile": {"content": {}},
    "relationshipstatus": {"why": {"owner": "departure"}, "receiving": {"owner": "departure"}},
    "letterversion": {"body": {"owner": "departure"}},
    "packreading": {"words": {"owner": "by"}},
    "contactoverride": {"words": {"owner": "departure"}},
    "contactoverrideevent": {"words": {"owner": "departure"}},
    "statusdecision": {"words": {"owner": "departure"}},
    "statusdecisionevent": {"words": {"owner": "departure"}},
}


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_cipher"), ("followups", "0009_keeping"), ("sessions_app", "0014_cipher")]

    operations = [EncryptColumns(COLUMNS, since="followup")]
