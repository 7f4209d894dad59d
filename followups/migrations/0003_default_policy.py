from django.db import migrations

from followups import policies


def load(apps, schema_editor):
    policies.load_default(
        policy_model=apps.get_model("followups", "FollowUpPolicy"),
        task_model=apps.get_model("followups", "PolicyTask"),
        overlay_model=None,
    )


class Migration(migrations.Migration):
    dependencies = [("followups", "0002_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
