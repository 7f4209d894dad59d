from django.apps import AppConfig


class ResourcesConfig(AppConfig):
    name = "resources"
    verbose_name = "Where to turn"

    def ready(self):
        from resources import row_rules  # noqa: F401
