"""Bringing an edition of the eleven steps in: read first, with every doubt by its place, then made a draft."""

from functools import cache

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.uploads import takes_files
from followups.fhir import protocol_files
from protocols import comparing, content, drafts, editions, files
from protocols.file_pages import FilePage
from protocols.forms import FileForm
from protocols.readable import MOST_BYTES
from protocols.views_of_change import for_writers


@takes_files(most_bytes=4 * MOST_BYTES)
@require_http_methods(["GET", "POST"])
@for_writers
def import_protocol(request):
    base = cache(lambda: content.of(editions.in_force()))
    return FilePage(
        template="followups/import_protocol.html",
        read=lambda found: read(found, base=base()),
        write=files.write,
        differences=lambda words: comparing.differences(base(), words),
        keep=bring_in,
        form=FileForm,
        facts=facts_of,
    ).answer(request)


def read(found, *, base):
    """The edition in a parsed file, readable or a PlanDefinition; raises Unreadable."""
    if isinstance(found, dict) and found.get("resourceType") == "PlanDefinition":
        found = protocol_files.read(found)
    return files.read(found, base=base)


def facts_of(words):
    missing = {language: missing_in(words, language) for language in editions.TRANSLATED_INTO}
    return {"title": words["title"], "missing": missing}


def missing_in(words, language):
    return sum(content.untranslated(step, language) for step in words["steps"])


def bring_in(request, words):
    try:
        made = drafts.begin_from(words, by=request.user)
    except drafts.HasAnother:
        messages.warning(request, _("You are writing a version already. Send it or put it aside first."))
        return redirect("protocol-versions")
    messages.success(request, _("Brought in as a draft."))
    return redirect("protocol-version", made.number)
