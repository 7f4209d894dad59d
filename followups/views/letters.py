"""A letter to print, its words to change, and that it was sent."""

import uuid

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import audit
from accounts.access import allow, posted
from accounts.models import Role
from followups import contact_attempts, contact_permissions, letter_drafts, letter_words, letters, unreached
from followups.forms_of_relations import LetterForm, SentForm
from followups.models import LetterSent
from sessions_app.models import Channel, DepartureEvent


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST, Role.SUPERVISOR)
def letter(request, departure_id):
    """The letter this client may be sent, as it stands, or why there is none; and a form to say that it was sent."""
    departure, gate, written = asked_for(request, departure_id)
    follow_up = letters.promise_for(departure)
    initial = {"sent_on": timezone.localdate(timezone=departure.site.zone), "way": LetterSent.Way.POST}
    form = SentForm(posted(request), departure=departure, initial=initial)
    if request.method == "POST" and written and follow_up and form.is_valid():
        return sent(request, written, follow_up, form.cleaned_data)
    audit.record_view(departure, by=request.user, page="letter")
    context = {
        "departure": departure,
        "letter": written,
        "passage": gate.of(Channel.LETTER),
        "may_be_recorded": follow_up is not None,
        "op_id": uuid.uuid4(),
        "form": form,
        "sent_letters": letter_drafts.sent_letters(departure),
        "now": timezone.now(),
        **words_of(written),
    }
    return render(request, "followups/letter.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST, Role.SUPERVISOR)
def change_letter(request, departure_id):
    """The words of the letter, to be changed and kept; nothing is sent by keeping them."""
    departure, _gate, written = asked_for(request, departure_id)
    if written is None:
        return redirect("letter", departure_id)  # which says why there is none
    words = words_of(written)
    form = LetterForm(posted(request), letter=written, initial={"body": words["body"]})
    if request.method == "POST" and form.is_valid():
        letter_drafts.save(written, body=form.cleaned_data["body"], by=request.user)
        messages.success(request, _("Saved. Nothing was sent."))
        return redirect("letter", departure_id)
    audit.record_view(departure, by=request.user, page="change-letter")
    context = {"form": form, "departure": departure, "letter": written, **words}
    return render(request, "followups/change_letter.html", context, status=422 if form.errors else 200)


def asked_for(request, departure_id):
    departure = get_object_or_404(DepartureEvent.objects.visible_to(request.user).for_page(), pk=departure_id)
    gate = contact_permissions.gate_of(departure)
    return departure, gate, letters.letter_of(departure, by=request.user, gate=gate)


def words_of(written):
    """The words as they stand, with the version they are; `outdated` is one that was written when more was allowed."""
    if written is None:
        return {}
    last = letter_drafts.newest(written)
    is_usable = last is not None and last.scope == written.permission.scope
    body = last.body if is_usable else letter_words.body_of(written)
    return {
        "body": body,
        "version": last if is_usable else None,
        "outdated": None if is_usable else last,
        "telling": letter_words.telling_words(body) if not written.may_name_others else [],
    }


def sent(request, written, follow_up, facts):
    """Write down that it was sent. The same page sent twice is one letter."""
    try:
        letter_drafts.note_sent(written, follow_up=follow_up, op_id=op_id_of(request), by=request.user, **facts)
    except (contact_attempts.ContactRefused, contact_attempts.OperationBelongsElsewhere):
        messages.warning(request, _("It was not written down: something changed in the meantime. Look again."))
        return redirect("letter", follow_up.departure_id)
    messages.success(request, _("Saved."))
    has_to_be_decided = unreached.decision_task(follow_up.departure)
    return redirect("decide-status" if has_to_be_decided else "plan", follow_up.departure_id)


def op_id_of(request):
    """The operation's id as the page made it; a fresh one where it is missing or no id."""
    try:
        return uuid.UUID(request.POST.get("op_id", ""))
    except ValueError:
        return uuid.uuid4()
