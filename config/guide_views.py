"""The guides: how Doorway is used, for each role. Nothing here is about a client."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import allow
from config import guide as guides


@require_safe
@allow()
def guide(request):
    """The guides of one's own roles, open; those of others, to be opened."""
    own, others = guides.for_person(request.user)
    return render(request, "guide.html", {"own": own, "others": others})
