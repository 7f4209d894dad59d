from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import allow
from protocols import editions


@require_safe
@allow()
def eleven_steps(request):
    """The edition in force, to read before it is needed."""
    version = editions.in_force()
    context = {"version": version, "phases": editions.phases_of(version.pk)}
    return render(request, "protocols/eleven_steps.html", context)
