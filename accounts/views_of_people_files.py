"""An admin asks many people in: a list is looked through, shown, and sent once more to be carried out."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import audit, people_files, recheck
from accounts.access import allow
from accounts.models import Role
from accounts.uploads import takes_files


class PeopleFileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("List (CSV)"),
        help_text=gettext_lazy(
            "Its first line names the columns: name, email, roles, site, team, supervisor. At most 100 kB."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,text/csv"}),
        error_messages={"required": gettext_lazy("Choose a file."), "empty": gettext_lazy("The file is empty.")},
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > people_files.MOST_BYTES:
            raise forms.ValidationError(_("The file is too large: at most 100 kB."))
        return file


class LookedThroughForm(forms.Form):
    """What was looked through and found good, sent once more."""

    words = forms.CharField(widget=forms.HiddenInput, max_length=people_files.MOST_BYTES, strip=False)


@require_http_methods(["GET", "POST"])
@takes_files(most_bytes=4 * people_files.MOST_BYTES)
@allow(Role.ADMIN)
def people_file(request):
    """A list says what it would do; sent once more it is done. Nothing is kept of a refused one."""
    if request.method == "GET":
        audit.record_view(request.user, by=request.user, page="people-file")
        return page(request, PeopleFileForm())
    sent = LookedThroughForm(request.POST)
    if sent.is_valid():
        return recheck.put_off(request) if recheck.is_due(request) else ask_in(request, sent.cleaned_data["words"])
    form = PeopleFileForm(request.POST, request.FILES)
    return look_through(request, form) if form.is_valid() else page(request, form)


def look_through(request, form):
    try:
        text = people_files.text_of(form.cleaned_data["file"].read())
        rows = people_files.look_through(text)
    except people_files.FileIsWrong as wrong:
        return refused(request, form, wrong.problems)
    context = {"rows": rows, "new": sum(row.state == "new" for row in rows), "hours": settings.INVITATION_HOURS}
    return page(request, PeopleFileForm(), words=LookedThroughForm(initial={"words": text}), **context)


def ask_in(request, text):
    try:
        asked = people_files.ask_in(text, language=get_language(), by=request.user)
    except people_files.FileIsWrong as wrong:
        return refused(request, PeopleFileForm({}), wrong.problems)
    words = ngettext("%(number)s person is asked in.", "%(number)s people are asked in.", len(asked))
    messages.success(request, words % {"number": len(asked)})
    return redirect("people")


def refused(request, form, problems):
    form.full_clean()
    form.errors.pop("file", None)
    form.add_error("file", _("Nobody was asked in. Mend the list, then send it again."))
    return page(request, form, problems=problems)


def page(request, form, **context):
    return render(request, "accounts/people_file.html", {"form": form, **context}, status=422 if form.errors else 200)
