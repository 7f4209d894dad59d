"""Being away, who covers, and what was left to them."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.access import allow, posted
from accounts.models import Role
from followups import absences
from followups.forms_of_cover import AbsenceForm
from followups.models import Absence

MOST = 50


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST, Role.SUPERVISOR)
def absences_page(request):
    """One's own absences and those of the people one answers for; a supervisor enters one for them."""
    form = AbsenceForm(posted(request), user=request.user, initial={"person": request.user.pk})
    if request.method == "POST" and form.is_valid():
        absences.enter(by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("absences")
    coming = Absence.objects.visible_to(request.user).filter(ends_at__gt=timezone.now())
    audit.record_view(request.user, by=request.user, page="absences")
    context = {"form": form, "absences": coming.select_related("person", "cover")[:MOST]}
    return render(request, "followups/absences.html", context, status=422 if form.errors else 200)


@require_POST
@allow(Role.THERAPIST, Role.SUPERVISOR)
def come_back(request, absence_id):
    """Here again, or never gone: said by the one who is away, or by their supervisor."""
    absence = get_object_or_404(Absence.objects.visible_to(request.user), pk=absence_id)
    absences.come_back(absence, by=request.user)
    messages.success(request, _("Saved."))
    return redirect("absences")


@require_safe
@allow(Role.THERAPIST, Role.SUPERVISOR)
def hand_offs(request):
    """What those who are away left to this person; a panel of the pages where they work."""
    if not request.htmx:
        return redirect("absences")
    audit.record_view(request.user, by=request.user, page="hand-offs")
    return render(request, "followups/absences.html#left", {"left": absences.left_to(request.user)[:MOST]})
