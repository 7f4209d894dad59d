from django.db import migrations

from protocols import editions


def publish(apps, schema_editor):
    version_model = apps.get_model("protocols", "ProtocolVersion")
    step_model = apps.get_model("protocols", "ProtocolStep")
    for number in (1, 2):
        editions.publish(number, version_model=version_model, step_model=step_model)
        editions.translate(
            number,
            "es",
            translation_model=apps.get_model("protocols", "EditionTranslation"),
            words_model=apps.get_model("protocols", "StepTranslation"),
        )


class Migration(migrations.Migration):
    replaces = [("protocols", "0002_first_edition"), ("protocols", "0005_second_edition_and_spanish")]
    dependencies = [("protocols", "0001_first_release")]
    operations = [migrations.RunPython(publish, migrations.RunPython.noop, elidable=False)]
