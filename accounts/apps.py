from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Who may, and who did"

    def ready(self):
        from accounts import (
            factors,  # noqa: F401 — its receivers look after second factors at sign-in
            session_end,  # noqa: F401 — its receiver starts the clocks of a session at sign-in
            sign_in_events,  # noqa: F401 — its receivers write down who signs in and out, and warn people
            signed_in_devices,  # noqa: F401 — its receiver notes that somebody proved again who they are
        )

        post_migrate.connect(write_rights, dispatch_uid="accounts.database_walls")


def write_rights(sender, using, **_):
    """Once all rooms have migrated, and whatever a migration has made anew."""
    from accounts import database_walls

    if sender is [each for each in apps.get_app_configs() if each.models_module][-1]:
        database_walls.apply(using)
