from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_trail")]

    operations = [
        migrations.CreateModel(
            name="Conversion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("begun_at", models.DateTimeField(auto_now_add=True)),
            ],
        )
    ]
