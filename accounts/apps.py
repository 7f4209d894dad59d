from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Who may, and who did"

    def ready(self):
        from accounts import factors, session_end  # noqa: F401 — their receivers begin a session at sign-in
