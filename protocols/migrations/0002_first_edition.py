from django.db import migrations

from protocols import editions


def publish(apps, schema_editor):
    editions.publish(
        1,
        version_model=apps.get_model("protocols", "ProtocolVersion"),
        step_model=apps.get_model("protocols", "ProtocolStep"),
    )


class Migration(migrations.Migration):
    dependencies = [("protocols", "0001_initial")]
    operations = [migrations.RunPython(publish, migrations.RunPython.noop, elidable=False)]
