from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("followups", "0008_channels")]

    operations = [
        migrations.AddField(model_name="heartbeat", name="seconds_off", field=models.FloatField(default=0)),
    ]
