from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    atomic = False  # nobody waits while the index of a full table is made

    dependencies = [
        ("sessions_app", "0010_sealed_reviews"),
    ]

    operations = [
        AddIndexConcurrently(
            "departurereport",
            models.Index(
                fields=["author", "state", "saved_at"],
                name="report_on_now",
                condition=Q(state__in=["returned", "draft"])
                | Q(state__in=["reviewed", "closed"], feedback_seen_at__isnull=True),
            ),
        ),
    ]
