"""Around a review: being on it, opening it again, and the page for the local system."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit
from accounts.access import allow, posted
from accounts.models import Role
from sessions_app import hand_off, review_tasks, reviews
from sessions_app.forms.reviews import ReferenceForm, ReopenForm
from sessions_app.views.reviews import own_task, review_page


@require_POST
@allow(Role.SUPERVISOR)
def claim(request, departure_id):
    """“I am reviewing this”: shown to the others for a while, and stops nobody."""
    task = own_task(request, departure_id)
    try:
        review_tasks.claim(task.report, by=request.user, takes_over="takes_over" in request.POST)
    except review_tasks.HeldByAnother as held:
        messages.warning(request, _("%(name)s has just said that they are on it.") % {"name": held.holder.name})
    return redirect("review", departure_id)


@require_POST
@allow(Role.SUPERVISOR)
def release(request, departure_id):
    """Not any more."""
    review_tasks.release(own_task(request, departure_id).report, by=request.user)
    return redirect("review", departure_id)


@require_POST
@allow(Role.SUPERVISOR)
def reopen(request, departure_id):
    """Back into the queue, for a reason."""
    task = own_task(request, departure_id)
    form = ReopenForm(request.POST)
    if form.is_valid():
        try:
            reviews.reopen(task.report, by=request.user, **form.cleaned_data)
        except reviews.NotClosed:
            form.add_error(None, _("It is with a supervisor already. Your words are still here."))
        else:
            messages.success(request, _("It is in the queue again."))
            return redirect("review", departure_id)
    return review_page(request, task, reopen_form=form)


@require_http_methods(["GET", "POST"])
@allow(Role.SUPERVISOR)
def local_system(request, departure_id):
    """A page to print for the local system, and the number the event has there, once a person has sent it."""
    task = own_task(request, departure_id)
    form = ReferenceForm(posted(request))
    if request.method == "POST" and form.is_valid():
        reviews.note_reference(task.report, by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("hand-off", departure_id)
    audit.record_view(task.report, by=request.user, page="hand-off")
    context = {"form": form, "departure": task.report.departure, **hand_off.of(task.report)}
    return render(request, "sessions_app/review_hand_off.html", context, status=422 if form.errors else 200)
