import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

from accounts.row_security import refuse_too_strong_a_login  # noqa: E402 — the settings have to be there first

refuse_too_strong_a_login()
