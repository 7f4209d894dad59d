from django.apps import AppConfig


class SessionsAppConfig(AppConfig):
    name = "sessions_app"
    verbose_name = "What was done"

    def ready(self):
        from sessions_app import row_functions, row_rules, trail  # noqa: F401

        trail.watch()
