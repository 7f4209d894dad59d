"""What the pages about one follow-up share."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from followups import follow_ups
from followups.models import FollowUp


def visible(request, pk):
    """A follow-up this person may see, or 404."""
    return get_object_or_404(FollowUp.objects.visible_to(request.user).for_list(), pk=pk)


def done(request, deed, *, about=None):
    """Carry out the deed about a follow-up; one that came too late says so and changes nothing."""
    try:
        deed()
    except follow_ups.FollowUpIsClosed:
        messages.warning(request, _("It was closed in the meantime. Nothing was changed."))
    else:
        messages.success(request, _("Saved."))
    return back_from(about)


def back_from(follow_up):
    """To one's follow-ups; those of an exercise stand in its plan, and on no list."""
    if follow_up and follow_up.departure.is_practice:
        return redirect("plan", follow_up.departure_id)
    return redirect("follow-ups")


def page(request, template, form, follow_up, **more):
    audit.record_view(follow_up, by=request.user, page=template)
    context = {"form": form, "follow_up": follow_up, "now": timezone.now(), **more}
    return render(request, template, context, status=422 if form.errors else 200)
