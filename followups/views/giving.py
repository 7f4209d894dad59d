"""Giving the client somewhere to turn at a follow-up: the same page as at step 9, and the same record."""

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.access import allow
from accounts.models import Role
from followups.views.pages import visible
from sessions_app.views.giving import Place, give_page


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST, Role.SUPERVISOR)
def give_at_follow_up(request, pk):
    """What is given stands with the departure of the follow-up. One that was taken back as a mistake gets nothing."""
    follow_up = visible(request, pk)
    if follow_up.departure.is_voided:
        raise Http404
    back = Place(reverse("record-contact", args=[pk]), _("Back to the contact"), is_follow_up=True)
    return give_page(request, follow_up.departure, back)
