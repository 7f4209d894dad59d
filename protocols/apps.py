from django.apps import AppConfig


class ProtocolsConfig(AppConfig):
    name = "protocols"
    verbose_name = "What should be done"

    def ready(self):
        from protocols import row_rules  # noqa: F401
