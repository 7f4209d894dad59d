"""Writing down that somebody tried to reach the client."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import allow, posted
from accounts.models import Role
from followups import contact_attempts, contact_permissions
from followups.forms import ContactForm
from followups.views.pages import page, visible


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST, Role.SUPERVISOR)
def record_contact(request, pk):
    """Write down that somebody tried to reach the client."""
    follow_up = visible(request, pk)
    permissions = permissions_of(follow_up)
    forbidden, shared = contact_permissions.forbidden(follow_up, permissions)
    initial = {"op_id": uuid.uuid4(), "channel": follow_up.channel or "phone"}
    form = ContactForm(posted(request), forbidden=forbidden, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data | {"op_id": form.cleaned_data["op_id"] or uuid.uuid4()}
        try:
            attempt = contact_attempts.record(follow_up, by=request.user, **data)
        except contact_attempts.OperationBelongsElsewhere:
            return HttpResponse(_("This form was already used. Open it again."), status=409)
        return after_attempt(request, follow_up, attempt)
    return page(request, "followups/contact.html", form, follow_up, permissions=permissions, warning=shared)


def after_attempt(request, follow_up, attempt):
    """Reached: done. Not reached: propose when to try again."""
    messages.success(request, _("Saved."))
    follow_up.refresh_from_db(fields=["state"])
    return redirect("move-follow-up", follow_up.pk) if follow_up.is_open else redirect("follow-ups")


def permissions_of(follow_up):
    client = follow_up.departure.client
    return list(client.contact_permissions.all()) if client else []
