"""Bringing an edition of the eleven steps in: read first, with every doubt by its place, then made a draft."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import posted
from accounts.uploads import takes_files
from followups.fhir import protocol_files
from protocols import comparing, content, drafts, editions, files
from protocols.forms import FileForm, ReadForm
from protocols.views_of_change import for_writers


@takes_files(most_bytes=4 * files.MOST_BYTES)
@require_http_methods(["GET", "POST"])
@for_writers
def import_protocol(request):
    """A file says what it would change; sent once more it becomes a draft. Nothing is kept of one that is refused."""
    sent = ReadForm(posted(request))
    if request.method == "POST" and sent.is_valid():
        return bring_in(request, sent.cleaned_data["words"].encode())
    form = FileForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        return look_at(request, form, form.cleaned_data["file"])
    return page(request, form)


def page(request, form, **context):
    status = 422 if form.errors else 200
    return render(request, "followups/import_protocol.html", {"form": form, **context}, status=status)


def look_at(request, form, raw):
    """What the file would change, or what is wrong with it."""
    base = content.of(editions.in_force())
    try:
        words = read(raw, base=base)
    except files.Unreadable as unreadable:
        form.add_error("file", _("It cannot be brought in. Nothing was changed."))
        return page(request, form, problems=unreadable.problems)
    missing = {language: missing_in(words, language) for language in editions.TRANSLATED_INTO}
    made = {"words": ReadForm(initial={"words": files.write(words)}), "title": words["title"]}
    return page(request, form, differences=comparing.differences(base, words), missing=missing, **made)


def missing_in(words, language):
    return sum(content.untranslated(step, language) for step in words["steps"])


def read(raw, *, base):
    """The edition in a readable file or in a PlanDefinition; raises Unreadable."""
    found = files.parse(raw)
    if isinstance(found, dict) and found.get("resourceType") == "PlanDefinition":
        found = protocol_files.read(found)
    return files.read(found, base=base)


def bring_in(request, raw):
    form = FileForm()
    try:
        words = read(raw, base=content.of(editions.in_force()))
        made = drafts.begin_from(words, by=request.user)
    except files.Unreadable as unreadable:  # a page from before another edition was in force
        form = FileForm({})
        form.add_error("file", _("It cannot be brought in. Nothing was changed."))
        return page(request, form, problems=unreadable.problems)
    except drafts.HasAnother:
        messages.warning(request, _("You are writing a version already. Send it or put it aside first."))
        return redirect("protocol-versions")
    messages.success(request, _("Brought in as a draft."))
    return redirect("protocol-version", made.number)
