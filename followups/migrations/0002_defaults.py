from django.db import migrations

from followups import ladders, policies


def load(apps, schema_editor):
    policy_model = apps.get_model("followups", "FollowUpPolicy")
    policies.load_default(
        policy_model=policy_model,
        task_model=apps.get_model("followups", "PolicyTask"),
        overlay_model=apps.get_model("followups", "PolicyOverlay"),
    )
    ladders.load_default(policy_model=policy_model, step_model=apps.get_model("followups", "PolicyEscalation"))


class Migration(migrations.Migration):
    replaces = [("followups", "0003_default_policy")]
    dependencies = [("followups", "0001_first_release")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
