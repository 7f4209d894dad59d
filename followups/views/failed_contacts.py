"""Who was not reached in a week: to read, to print, as a table, and that a supervisor has gone through it."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit
from accounts.access import allow, posted
from accounts.budgets import within_budget
from accounts.models import Role
from followups import failed_contacts, failed_contacts_csv
from followups.failed_contacts import Week
from followups.forms_of_relations import PackReadForm
from followups.models import PackReading

EARLIEST = 2000


@require_safe
@allow(Role.SUPERVISOR)
def last_week(request):
    """The last week that is over; for the review page, a card as long as it waits to be gone through."""
    if not request.htmx:
        return redirect("failed-contacts", Week.last(request.user.zone).code)
    audit.record_view(request.user, by=request.user, page="failed-contacts-card")
    waiting = failed_contacts.waiting_for(request.user)
    return render(request, "followups/failed_contacts.html#card", {"waiting": waiting})


@require_http_methods(["GET", "POST"])
@allow(Role.SUPERVISOR)
def failed_contacts_page(request, week):
    """One week, and a form to say that one has gone through it. A week that is not over is only read."""
    week = week_of(request, week)
    entries = failed_contacts.pack(week, user=request.user)
    form, is_over = PackReadForm(posted(request)), week.code <= Week.last(request.user.zone).code
    if request.method == "POST" and is_over and form.is_valid():
        failed_contacts.confirm(week, listed=len(entries), by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("failed-contacts", week.code)
    audit.record_view(request.user, by=request.user, page="failed-contacts")
    readings = list(PackReading.objects.visible_to(request.user).filter(week=week.code).select_related("by"))
    context = {
        "form": form,
        "week": week,
        "entries": entries,
        "is_over": is_over,
        "readings": readings,
        "has_read": any(each.by_id == request.user.pk for each in readings),
        "before": week.moved(-1),
        "after": week.moved(1) if is_over else None,
        "weeks_back": failed_contacts.WEEKS_BACK,
        "has_more": len(entries) >= failed_contacts.MOST,
    }
    is_refused = request.method == "POST"
    return render(request, "followups/failed_contacts.html", context, status=422 if is_refused else 200)


@require_safe
@allow(Role.SUPERVISOR)
@within_budget("export")
def failed_contacts_table(request, week):
    """The same as CSV. Its name holds the week and nothing else."""
    week = week_of(request, week)
    audit.record_view(request.user, by=request.user, page="failed-contacts-csv")
    text = failed_contacts_csv.table(failed_contacts.pack(week, user=request.user))
    headers = {"Content-Disposition": f'attachment; filename="not-reached-{week.code}.csv"'}
    return HttpResponse("\ufeff" + text, content_type="text/csv; charset=utf-8", headers=headers)


def week_of(request, code):
    """The week of that code on the wall of whoever asks; 404 for no week and for one that has not begun."""
    try:
        week = Week.read(code, request.user.zone)
    except ValueError:
        raise Http404 from None
    if week.monday.year < EARLIEST or week.code > Week.last(request.user.zone).moved(1).code:
        raise Http404
    return week
