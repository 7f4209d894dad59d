"""Judging emergency access afterwards: for privacy officers, and the supervisor of the record's therapist."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit
from accounts.access import allow, posted
from accounts.models import Role
from sessions_app import emergency_access
from sessions_app.forms.emergency_access import VerdictForm
from sessions_app.models import EmergencyAccess

MOST = 50


@require_safe
@allow(Role.SUPERVISOR, Role.PRIVACY)
def reviews(request):
    """What waits, the longest first, and what was judged lately; a panel of the review queue, and a page of its own."""
    audit.record_view(request.user, by=request.user, page="emergency-reviews")
    visible = EmergencyAccess.objects.visible_to(request.user).for_page()
    waiting = visible.unreviewed().order_by("began_at", "pk")[:MOST]
    if request.htmx:
        return render(request, "sessions_app/emergency_reviews.html#waiting", {"waiting": waiting})
    judged = visible.exclude(reviewed_at=None).order_by("-reviewed_at", "-pk")[:MOST]
    return render(request, "sessions_app/emergency_reviews.html", {"waiting": waiting, "judged": judged})


@require_http_methods(["GET", "POST"])
@allow(Role.SUPERVISOR, Role.PRIVACY)
def review(request, access_id):
    """One access: who, when, why, which pages; and the verdict. Nothing of the client stands here."""
    access = get_object_or_404(EmergencyAccess.objects.visible_to(request.user).for_page(), pk=access_id)
    form = VerdictForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            emergency_access.judge(access, by=request.user, **form.cleaned_data)
        except emergency_access.NotTheirs:
            form.add_error(None, _("Somebody has answered in the meantime. Nothing was changed."))
        else:
            messages.success(request, _("Saved."))
            return redirect("emergency-reviews")
    audit.record_view(access, by=request.user, page="emergency-review")
    therapist, team = emergency_access.whose(access)
    context = {"form": form, "access": access, "pages": emergency_access.pages_opened(access)}
    context |= {"therapist": therapist, "team": team}
    return render(request, "sessions_app/emergency_review.html", context, status=422 if form.errors else 200)
