from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import allow
from protocols import editions
from protocols.models import Phase


@require_safe
@allow()
def eleven_steps(request):
    """The edition in force, to read before it is needed."""
    version = editions.in_force()
    steps = list(version.steps.all())
    phases = [(phase, [step for step in steps if step.phase == phase]) for phase in Phase]
    return render(request, "protocols/eleven_steps.html", {"version": version, "phases": phases})
