"""Editions of the organisation's own: to read, write, compare, publish and hand out. No clinical row is shown here."""

from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.access import allow, posted
from accounts.models import Role, User
from protocols import comparing, content, drafts, editions, files, publishing, states
from protocols.file_pages import download
from protocols.forms import PublishForm, SettingForm, StepForm, TitleForm
from protocols.models import EditionDeed, Phase, ProtocolStep, ProtocolVersion, Setting
from protocols.states import State

LANGUAGES = [("en", "English"), ("es", "Español")]
MOST_DIGITS = 8


def may_read(user):
    return user.is_clinical_lead or user.has_role(Role.ADMIN, Role.SUPERVISOR)


def is_lead(user):
    return user.is_clinical_lead


def door_for(is_allowed):
    def mark(view):
        @allow()
        @wraps(view)
        def door(request, *args, **kwargs):
            if not is_allowed(request.user):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return door

    return mark


for_readers = door_for(may_read)
for_writers = door_for(drafts.may_write)
for_leads = door_for(is_lead)


def when_asked(request):
    """(the form that asks from when on something holds, what `PublishForm.moment` made of the answer or None)."""
    zone = str(request.user.zone)
    form = PublishForm(posted(request), initial={"when": "now", "zone": zone})
    moment = form.moment(zone=zone) if form.is_valid() else None
    return form, None if form.errors else moment


def of_number(number):
    """The edition with its state, or 404."""
    found = next((each for each in states.every() if each.number == number), None)
    if found is None:
        raise Http404
    return found


def as_number(text):
    """The number of an edition as it was asked for; none for anything else."""
    return int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else None


def language_of(request):
    """The language that was asked for, else that of the page."""
    chosen = request.GET.get("language", get_language().partition("-")[0])
    return chosen if chosen in content.LANGUAGES else editions.WRITTEN_IN


@require_safe
@for_readers
def versions(request):
    found = states.every()
    context = {
        "versions": [each for each in found if each.state != State.DROPPED],
        "dropped": [each for each in found if each.state == State.DROPPED],
        "may_write": drafts.may_write(request.user),
        "own": drafts.open_of(request.user),
    }
    return render(request, "protocols/versions.html", context)


@require_safe
@for_readers
def version(request, protocol_number):
    """One edition: every word of it, who did what to it, and what can be done with it."""
    found = of_number(protocol_number)
    language = language_of(request)
    steps = editions.steps_as_written(found.pk, language)
    context = {
        "version": found,
        "phases": [(phase, [step for step in steps if step.phase == phase]) for phase in Phase],
        "missing": sum(content.untranslated(data, language) for data in content.of(found)["steps"]),
        "spoken": language,
        "languages": LANGUAGES,
        "deeds": EditionDeed.objects.filter(version=found).select_related("by"),
        **what_may_be_done(found, request.user),
    }
    return render(request, "protocols/version.html", context)


def what_may_be_done(found, user):
    may_write, leads = drafts.may_write(user), user.is_clinical_lead
    is_waiting = found.state == State.WAITING
    draft = getattr(found, "draft", None)
    return {
        "may_copy": may_write and found.state in (State.IN_FORCE, State.REPLACED, State.RETIRED),
        "may_edit": may_write and found.state == State.DRAFT and draft is not None,
        "may_take_back": may_write and is_waiting,
        "may_publish": leads and is_waiting and draft.submitted_by_id != user.pk,
        "is_own": is_waiting and draft.submitted_by_id == user.pk,
        "may_withdraw": may_write and found.state == State.SCHEDULED,
        "may_retire": leads and found.state in (State.IN_FORCE, State.REPLACED),
        "leads": User.objects.filter(is_clinical_lead=True, is_active=True).order_by("name") if is_waiting else [],
    }


@require_POST
@for_writers
def draft(request):
    """Begin a draft as a copy of a published edition, or go on with the one this person is writing."""
    number = as_number(request.POST.get("number", ""))
    source = ProtocolVersion.objects.published().filter(number=number).first() or editions.in_force()
    return redirect("protocol-version", drafts.begin(source, by=request.user).number)


@require_http_methods(["GET", "POST"])
@for_writers
def rename(request, protocol_number):
    found = get_object_or_404(ProtocolVersion, number=protocol_number)
    form = TitleForm(posted(request), initial={"title": found.title})
    if request.method == "POST" and form.is_valid():
        return carry_out(request, found, lambda: drafts.rename(found, form.cleaned_data["title"], by=request.user))
    context = {"form": form, "version": found}
    return render(request, "protocols/rename.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@for_writers
def edit_step(request, protocol_number, slug):
    """The words of a step, in each language side by side, and the organisation's own tasks at it."""
    return edit(request, protocol_number, slug, StepForm)


@require_http_methods(["GET", "POST"])
@for_writers
def edit_setting(request, protocol_number, slug, setting):
    """What a step says differently in one setting."""
    if setting not in Setting.values:
        raise Http404
    return edit(request, protocol_number, slug, SettingForm, setting=setting)


def edit(request, number, slug, form_class, **of_form):
    found = of_number(number)
    try:
        step = content.of_step(found, slug)
    except ProtocolStep.DoesNotExist as error:
        raise Http404 from error
    if found.state != State.DRAFT or getattr(found, "draft", None) is None:
        return does_not_change(request, number)
    form = form_class(posted(request), step=step, was=content.fingerprint(step), **of_form)
    page = {"version": found, "step": step, "settings": Setting, "form": form, **of_form}
    if request.method == "POST" and form.is_valid():
        return save(request, found, form, page)
    return render(request, "protocols/edit_step.html", page, status=422 if form.errors else 200)


def save(request, found, form, page):
    """Write it down. Where somebody else was quicker, theirs stays, and is shown beside what was typed."""
    try:
        drafts.change_step(found, form.written(), was=form.cleaned_data["was"], by=request.user)
    except drafts.NotADraft:
        return does_not_change(request, found.number)
    except drafts.ChangedMeanwhile as quicker:
        form.data = form.data.copy()
        form.data["was"] = content.fingerprint(quicker.theirs)
        form.add_error(None, _("Somebody else changed this step since you opened it. Nothing of yours is saved yet."))
        rows = comparing.rows_of(quicker.theirs, form.written())
        page["rows"] = [row for row in rows if row.change != comparing.Change.SAME]
        return render(request, "protocols/edit_step.html", page, status=422)
    messages.success(request, _("Saved."))
    return redirect(request.path)


def does_not_change(request, number):
    messages.warning(request, _("This version does not change any more. Begin a new one as a copy."))
    return redirect("protocol-version", number)


@require_safe
@for_readers
def compare(request, protocol_number):
    """Two editions side by side. Without a second one: what it is a copy of, else what is in force."""
    found = of_number(protocol_number)
    if asked := as_number(request.GET.get("with", "")):
        other = of_number(asked)
    else:
        source = getattr(found, "draft", None) and found.draft.copy_of
        other = of_number((source or editions.in_force()).number)
    context = {
        "version": found,
        "other": other,
        "versions": [each for each in states.every() if each.state != State.DROPPED],
        "differences": comparing.differences(content.of(other), content.of(found)),
    }
    return render(request, "protocols/compare.html", context)


@require_safe
@allow()
def card(request, protocol_number):
    """The eleven steps on one side of A4, in a language and for a setting. All staff may print what is in force."""
    found, language = of_number(protocol_number), language_of(request)
    if found.state != State.IN_FORCE and not may_read(request.user):
        raise PermissionDenied
    setting = request.GET.get("setting", "")
    chosen = [setting] if setting in Setting.values else []
    steps = editions.steps_as_written(found.pk, language)
    rows = [(step, step.prompt_for(chosen), next(iter(step.lines_for(chosen)), "")) for step in steps]
    context = {
        "version": found,
        "phases": [(phase, [row for row in rows if row[0].phase == phase]) for phase in Phase],
        "spoken": language,
        "languages": LANGUAGES,
        "settings": Setting,
        "setting": setting if chosen else "",
    }
    return render(request, "protocols/card.html", context)


@require_safe
@for_readers
def file(request, protocol_number):
    """The readable file of an edition, whichever state it is in."""
    found = of_number(protocol_number)
    with transaction.atomic():
        audit.record("exported", found, by=request.user, form="readable")
        made = files.write(content.of(found), number=found.number)
    return download(made, name=f"eleven-steps-{found.number}")


@require_http_methods(["GET", "POST"])
@for_leads
def publish(request, protocol_number):
    """The clinical lead has read it, and says when it takes effect."""
    found = of_number(protocol_number)
    form, moment = when_asked(request)
    return publish_page(request, found, form) if moment is None else published(request, found, form, moment)


def publish_page(request, found, form):
    """What differs from what is in force, and below it when to publish."""
    other = editions.in_force()
    differences = comparing.differences(content.of(other), content.of(found))
    context = {"form": form, "version": found, "other": other, "differences": differences}
    return render(request, "protocols/publish.html", context, status=422 if form.errors else 200)


def published(request, found, form, moment):
    try:
        publishing.publish(found, by=request.user, **moment)
    except publishing.InThePast:
        form.add_error("time", _("That time is over. Choose one that lies ahead, or now."))
        return publish_page(request, found, form)
    except publishing.SamePerson:
        messages.warning(request, _("Not published: you sent it, so somebody else has to read it."))
    except publishing.NotWithTheLead:
        messages.warning(request, _("Not published: it is not with the clinical lead any more."))
    else:
        words = _("It takes effect at the time you set.") if moment else _("In force. New departures begin with it.")
        messages.success(request, words)
    return redirect("protocol-version", found.number)


DEEDS = {
    "send": (drafts.may_write, publishing.send, gettext_lazy("Sent to the clinical lead.")),
    "take-back": (drafts.may_write, publishing.take_back, gettext_lazy("It is a draft again.")),
    "withdraw": (drafts.may_write, publishing.withdraw, gettext_lazy("Withdrawn. It is with the clinical lead again.")),
    "drop": (drafts.may_write, drafts.drop, gettext_lazy("Put aside.")),
    "retire": (
        is_lead,
        publishing.retire,
        gettext_lazy("Retired. Running departures keep it."),
    ),
}


@require_POST
@allow()
def deed(request, protocol_number, deed):
    """What is done with one press of a button: sent, taken back, withdrawn, put aside, retired."""
    if deed not in DEEDS:
        raise Http404
    is_allowed, verb, words = DEEDS[deed]
    if not is_allowed(request.user):
        raise PermissionDenied
    found = get_object_or_404(ProtocolVersion, number=protocol_number)
    return carry_out(request, found, lambda: verb(found, by=request.user), words=words)


def carry_out(request, found, verb, *, words=None):
    """Do it, and go back to the page of the edition, which says what came of it."""
    try:
        verb()
    except publishing.CannotStand as problem:
        for slug, path, said in problem.problems[:5]:
            messages.warning(request, f"{slug}, {' '.join(map(str, path))}: {said}")
    except (drafts.NotADraft, publishing.NotWithTheLead):
        messages.warning(request, _("Not done: somebody was quicker, and it is not in that state any more."))
    except drafts.HasAnother:
        messages.warning(request, _("Not done: whoever began it is writing another version. That one comes first."))
    except publishing.HasTakenEffect:
        messages.warning(request, _("Not withdrawn: it has taken effect. A clinical lead can retire it."))
    except publishing.LastOne:
        messages.warning(request, _("Not retired: then no departure could begin. Publish another version first."))
    else:
        messages.success(request, words or _("Saved."))
    return redirect("protocol-version", found.number)
