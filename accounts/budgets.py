"""How often one person may search and take out in a while: a program is slowed down, a person never notices.

Counted per person, wherever they are, in the cache that lives in PostgreSQL; the numbers are in the settings. Source:
OWASP ASVS 5.0, 2.4.1. Nothing that helps a client in the moment has a budget.
"""

from functools import wraps

from allauth.core.internal import ratelimit
from django.db import transaction
from django.shortcuts import render

from accounts import audit


def within_budget(name):
    """Mark a view that may be asked only so often by one person; beyond it answers 429, calmly, and it is audited."""

    def mark(view):
        @wraps(view)
        def door(request, *args, **kwargs):
            asked = {"app": "allauth.account", "action": name, "user": request.user}
            if ratelimit.consume(request, **asked, limit_get=True) is not None:
                return view(request, *args, **kwargs)
            return spent(request, name)

        return door

    return mark


@transaction.atomic
def spent(request, name):
    audit.record("budget_spent", request.user, by=request.user, budget=name)
    return render(request, "429.html", status=429)
