"""“I need help here”: asking, answering, and saying that it is over. Only staff; no client on any of these pages."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts import audit, row_security
from accounts.access import allow, allow_everyone
from accounts.audit_openings import shows_nobody
from sessions_app import help_calls, help_tokens, practice
from sessions_app.forms.help_calls import AgainForm, AskForm
from sessions_app.models import DepartureEvent, HelpCall


@require_POST
@allow_everyone
@shows_nobody
def ask(request):
    """Tell colleagues at once. Works in a session that has ended, by the token of the page; 403 without either."""
    person = request.user if request.user.is_authenticated else help_tokens.person_of(request.POST.get("who", ""))
    if person is None:
        return HttpResponse(status=403)
    with row_security.acting_as(person):
        return asked_by(person, request)


def asked_by(person, request):
    form = AskForm(request.POST, departures=DepartureEvent.objects.visible_to(person).of(person))
    form.is_valid()  # what cannot be read is left out: a call for help is never refused for it
    facts = form.facts()
    if facts["departure"] and facts["departure"].is_practice:
        if facts["departure"].session.is_of_an_exercise:
            return rehearsed(request, facts["departure"], person, at=facts["at"])
        facts["departure"] = None  # practice because nothing is adopted yet: the call itself is made in earnest
    call = help_calls.ask(by=person, **facts)
    return state(request, call, person)


def rehearsed(request, departure, person, *, at):
    """In an exercise nobody is told: the page says who would be, and how to ask in earnest."""
    practice.ask_for_help(departure, by=person, at=at)
    if not request.htmx:
        messages.warning(request, _("Practice: nobody was told."))
        return redirect("departure", departure.pk)
    context = {
        "told": help_calls.who_is_told(person),
        "caller": person,
        "help_token": help_tokens.token_for(person),
        "new_call_id": uuid.uuid4(),
    }
    return render(request, "sessions_app/help_call.html#rehearsed", context)


def state(request, call, person):
    """What the one who asked sees: who was told, who is coming, and whom to call when nobody is."""
    if not request.htmx:
        departure = call and call.departure_id
        return redirect("departure", departure) if departure else redirect("help-calls")
    context = {
        "call": call,
        "known": help_calls.mark_of([call]) if call else "",
        "told": help_calls.who_is_told(person) if call else [],
        "is_signed_in": request.user.is_authenticated,
        "caller": person,
        "help_token": help_tokens.token_for(person),
        "new_call_id": uuid.uuid4(),
    }
    response = render(request, "sessions_app/help_call.html#mine", context)
    return trigger_client_event(response, "announce", {"value": said(call)}) if call else response


def said(call):
    """What is read aloud, once for each change: the fragment itself is no place for a live region."""
    if call.answered_by:
        return _("%(name)s is coming.") % {"name": call.answered_by.name}
    return _("You asked for help")


@require_safe
@allow()
@shows_nobody
def mine(request):
    """One's own open call, asked for again and again while it is open; the button once there is none."""
    call = help_calls.open_of(request.user)
    if call and request.htmx and request.GET.get("known") == help_calls.mark_of([call]):
        return HttpResponse(status=204)
    return state(request, call, request.user)


@require_POST
@allow()
@shows_nobody
def call_again(request, call_id):
    call, form = own_or_told(request, call_id), AgainForm(request.POST)
    if call.by_id == request.user.pk and form.is_valid():
        call = help_calls.call_again(call, by=request.user, **form.cleaned_data)
    return state(request, call, request.user)


@require_safe
@allow()
@shows_nobody
def calls(request):
    """Open calls of colleagues, and one's own."""
    audit.record_view(request.user, by=request.user, page="help-calls")
    return render(request, "sessions_app/help_calls.html", {"calls": open_calls(request)})


@require_safe
@allow()
@shows_nobody
def asked(request):
    """The strip on each page of who may be asked: swapped, and so read aloud, only when something has changed."""
    waiting = [call for call in open_calls(request) if call.by_id != request.user.pk]
    known = help_calls.mark_of(waiting)
    if not request.htmx:
        return redirect("help-calls")
    if request.GET.get("known") == known:
        return HttpResponse(status=204)
    return render(request, "sessions_app/help_calls.html#asked", {"calls": waiting, "known": known})


@require_POST
@allow()
@shows_nobody
def coming(request, call_id):
    help_calls.answer(own_or_told(request, call_id), by=request.user)
    return redirect("help-calls")


@require_POST
@allow()
@shows_nobody
def over(request, call_id):
    call = help_calls.end(own_or_told(request, call_id), by=request.user)
    return state(request, None, request.user) if call.by_id == request.user.pk else redirect("help-calls")


def open_calls(request):
    return list(HelpCall.objects.visible_to(request.user).open().for_page())


def own_or_told(request, call_id):
    """A call this person made or was told of, or 404."""
    return get_object_or_404(HelpCall.objects.visible_to(request.user).for_page(), pk=call_id)
