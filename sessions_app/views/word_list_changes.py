"""The words to weigh on their way: compared, as a file, published for a time, withdrawn. Nothing clinical is here."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.uploads import takes_files
from protocols import content
from protocols.file_pages import FilePage, download
from protocols.readable import MOST_BYTES
from protocols.views_of_change import as_number, for_leads, for_readers, for_writers, when_asked
from sessions_app import word_files, word_lists
from sessions_app.models import WordList

OWN = 0  # Doorway's own list, as it is


def asked_for(request, name, *, otherwise):
    """The version of a number in the address; Doorway's own list is 0 and stands as None."""
    number = as_number(request.GET.get(name, ""))
    if number is None:
        return otherwise
    return None if number == OWN else get_object_or_404(WordList, number=number)


@require_safe
@for_readers
def compare(request):
    """Two versions side by side: what is in force and the draft, unless others are asked for."""
    holds = word_lists.in_force()
    left = asked_for(request, "left", otherwise=holds)
    right = asked_for(request, "right", otherwise=word_lists.draft() or holds)
    context = {"left": left, "right": right, "lists": word_lists.every(), "differences": beside(left, right)}
    return render(request, "sessions_app/compare_word_lists.html", context)


def beside(left, right):
    return word_files.differences(word_lists.content_of(left), word_lists.content_of(right))


@require_safe
@for_readers
def file(request):
    """The readable file of the draft, else of what is in force; another one by its number."""
    found = asked_for(request, "number", otherwise=word_lists.draft() or word_lists.in_force())
    number = found.number if found else OWN
    with transaction.atomic():
        audit.record("exported", found or request.user, by=request.user, form="word_list")
        made = word_files.write(word_lists.content_of(found), number=number)
    return download(made, name=f"words-to-weigh-{number}")


@takes_files(most_bytes=4 * MOST_BYTES)
@require_http_methods(["GET", "POST"])
@for_writers
def import_word_list(request):
    return FilePage(
        template="sessions_app/import_word_list.html",
        read=word_files.read,
        write=word_files.write,
        differences=lambda found: word_files.differences(word_lists.content_of(word_lists.in_force()), found),
        keep=keep,
    ).answer(request)


def keep(request, found):
    """Where a draft is being written already, that one comes first: its words do not go unseen."""
    if word_lists.draft():
        messages.warning(request, _("Not brought in: there is a draft already. Publish it first."))
        return redirect("word-list")
    try:
        word_lists.change(found, was=content.fingerprint(word_lists.standing()), by=request.user)
    except word_lists.ChangedMeanwhile:
        messages.warning(request, _("Not done: somebody was quicker, and it is not in that state any more."))
    else:
        messages.success(request, _("Brought in as a draft."))
    return redirect("word-list")


@require_http_methods(["GET", "POST"])
@for_leads
def plan(request):
    """The clinical lead has read the draft, and says from when on it holds."""
    draft = word_lists.draft()
    if draft is None:
        raise Http404
    was = content.fingerprint(word_lists.standing())
    form, moment = when_asked(request)
    if moment is None:
        return plan_page(request, draft, form, was)
    return published(request, draft, form, {**moment, "was": request.POST.get("was", "")})


def plan_page(request, draft, form, was):
    holds = word_lists.in_force()
    context = {"form": form, "draft": draft, "left": holds, "right": draft, "was": was}
    context["differences"] = beside(holds, draft)
    return render(request, "sessions_app/plan_word_list.html", context, status=422 if form.errors else 200)


def published(request, draft, form, facts):
    try:
        word_lists.publish(by=request.user, **facts)
    except word_lists.SamePerson as error:
        raise PermissionDenied from error
    except word_lists.InThePast:
        form.add_error("time", _("That time is over. Choose one that lies ahead, or now."))
        return plan_page(request, draft, form, facts["was"])
    except (word_lists.NothingToPublish, word_lists.ChangedMeanwhile):
        messages.warning(request, _("Not published: it was changed meanwhile. Read it once more."))
    else:
        later = _("It takes effect at the time you set.")
        messages.success(request, later if facts.get("at") else _("Published. It holds from now on."))
    return redirect("word-list")


@require_POST
@for_writers
def withdraw(request):
    found = WordList.objects.filter(number=as_number(request.POST.get("number", "")) or OWN).first()
    try:
        word_lists.withdraw(found, by=request.user)
    except (word_lists.HasTakenEffect, word_lists.NothingToPublish):
        messages.warning(request, _("Not withdrawn: it has taken effect, or somebody was quicker."))
    except word_lists.AnotherIsWritten:
        messages.warning(request, _("Not withdrawn: another draft is being written. That one comes first."))
    else:
        messages.success(request, _("Withdrawn. It is a draft again."))
    return redirect("word-list")
