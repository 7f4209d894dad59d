"""The author's private notes on a departure. To everybody else there are none."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import audit
from accounts.access import allow, posted
from accounts.models import Role
from sessions_app import hand_overs, private_notes
from sessions_app.forms.private_notes import PrivateNoteForm


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST, Role.SUPERVISOR)
def notes(request, departure_id):
    """The note as it stands, to be worded anew, with its older wordings below."""
    departure = own(request, departure_id)
    wordings = list(private_notes.wordings(departure, by=request.user)[:50])
    form = PrivateNoteForm(posted(request), initial={"text": wordings[0].text if wordings else ""})
    if request.method == "POST" and form.is_valid():
        private_notes.write(departure, by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved. Only you can read it."))
        return redirect("private-notes", departure_id)
    audit.record_view(departure, by=request.user, page="private-notes")
    context = {"departure": departure, "form": form, "current": wordings[:1], "older": wordings[1:]}
    return render(request, "sessions_app/private_notes.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST, Role.SUPERVISOR)
def erase(request, departure_id):
    """GET asks; POST erases the note with every wording of it."""
    departure = own(request, departure_id)
    if request.method == "POST":
        if private_notes.erase(departure, by=request.user):
            messages.success(request, _("Your private note is erased."))
        return redirect("private-notes", departure_id)
    audit.record_view(departure, by=request.user, page="erase-private-notes")
    return render(request, "sessions_app/erase_private_notes.html", {"departure": departure})


def own(request, departure_id):
    """A departure of the person's own, taken back or not; 404 for everybody else, their supervisor as well."""
    own = hand_overs.to_keep_notes_on(request.user)
    return get_object_or_404(own.select_related("client"), pk=departure_id)
