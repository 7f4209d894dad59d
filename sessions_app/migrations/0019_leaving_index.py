from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False  # nobody waits while the index of a full table is made

    dependencies = [
        ("sessions_app", "0018_leaving"),
    ]

    operations = [
        AddIndexConcurrently(
            "departureevent",
            models.Index(
                fields=["logged_by"], name="departure_that_went_on", condition=models.Q(logged_by__isnull=False)
            ),
        ),
    ]
