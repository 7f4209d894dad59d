from django.apps import AppConfig


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
