from django.db import migrations

from protocols import editions


def publish(apps, schema_editor):
    editions.publish(
        2,
        version_model=apps.get_model("protocols", "ProtocolVersion"),
        step_model=apps.get_model("protocols", "ProtocolStep"),
    )
    for number in (1, 2):
        editions.translate(
            number,
            "es",
            translation_model=apps.get_model("protocols", "EditionTranslation"),
            words_model=apps.get_model("protocols", "StepTranslation"),
        )


class Migration(migrations.Migration):
    dependencies = [("protocols", "0004_settings_and_translations")]
    operations = [migrations.RunPython(publish, migrations.RunPython.noop, elidable=False)]
