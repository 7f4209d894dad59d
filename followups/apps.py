from django.apps import AppConfig


class FollowupsConfig(AppConfig):
    name = "followups"
    verbose_name = "What comes next"

    def ready(self):
        from followups import database_log, receivers, row_rules  # noqa: F401
