from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sessions_app", "0004_participants_and_help")]

    operations = [
        migrations.AddField(
            model_name="stepresponse",
            name="clock_off_by",
            field=models.DurationField(blank=True, null=True, verbose_name="device's clock ahead by"),
        ),
    ]
