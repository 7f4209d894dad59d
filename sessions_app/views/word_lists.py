"""The words to weigh, as the organisation has them: to read, to change, and to publish. Nothing clinical is here."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import posted
from protocols import content, drafts
from protocols.views_of_change import for_leads, for_readers, for_writers
from sessions_app import word_lists, wording
from sessions_app.forms.word_lists import LANGUAGES, WordListForm


@require_safe
@for_readers
def word_list(request):
    """What holds now, and what a draft would change."""
    draft, holds = word_lists.draft(), word_lists.in_force()
    found = [(name, wording.in_force(language)) for language, name in LANGUAGES]
    context = {
        "holds": holds,
        "draft": draft,
        "planned": word_lists.planned(),
        "was": content.fingerprint(word_lists.standing()),
        "lists": [(name, by_kind(rules)) for name, rules in found],
        "may_write": drafts.may_write(request.user),
        "may_publish": draft and request.user.is_clinical_lead and draft.changed_by_id != request.user.pk,
    }
    return render(request, "sessions_app/word_list.html", context)


def by_kind(rules):
    """The wordings of each kind, in the order of the alphabet."""
    words = {kind: sorted(rule["said"] for rule in rules if rule["kind"] == kind) for kind in wording.KINDS}
    return [(wording.KINDS[kind], found) for kind, found in words.items() if found]


@require_http_methods(["GET", "POST"])
@for_writers
def edit(request):
    standing = word_lists.standing()
    form = WordListForm(posted(request), standing=standing, was=content.fingerprint(standing))
    if request.method == "POST" and form.is_valid():
        try:
            word_lists.change(form.written(), was=form.cleaned_data["was"], by=request.user)
        except word_lists.ChangedMeanwhile:
            form.data = form.data.copy()
            form.data["was"] = content.fingerprint(word_lists.standing())
            words = _("Somebody else changed the list since you opened it. Look at theirs, then save once more.")
            form.add_error(None, words)
        else:
            messages.success(request, _("Saved as a draft."))
            return redirect("word-list")
    context = {"form": form, "draft": word_lists.draft()}
    return render(request, "sessions_app/edit_word_list.html", context, status=422 if form.errors else 200)


@require_POST
@for_leads
def publish(request):
    try:
        word_lists.publish(was=request.POST.get("was", ""), by=request.user)
    except word_lists.SamePerson as error:
        raise PermissionDenied from error
    except (word_lists.NothingToPublish, word_lists.ChangedMeanwhile):
        messages.warning(request, _("Not published: it was changed meanwhile. Read it once more."))
    else:
        messages.success(request, _("Published. It holds from now on."))
    return redirect("word-list")
