from django.apps import AppConfig
from django.db.models.signals import post_migrate


class FollowupsConfig(AppConfig):
    name = "followups"
    verbose_name = "What comes next"

    def ready(self):
        from followups import database_log, receivers, row_rules  # noqa: F401
        from followups.keeping import doors

        post_migrate.connect(doors.reassert, dispatch_uid="doors")
