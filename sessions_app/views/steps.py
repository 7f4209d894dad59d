"""Answering a step: a fragment for a tap, the whole page without JavaScript."""

import uuid

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseLocation, reswap, retarget, trigger_client_event

from accounts import audit
from accounts.access import allow, posted
from accounts.devices import DUPLICATE, hear
from accounts.models import Role
from protocols import editions
from protocols.models import ProtocolStep
from sessions_app import checklist, levels, no_contact
from sessions_app.forms.steps import DetailsForm, LevelForm, StepResponseForm, TapForm, UndoForm
from sessions_app.views.departures import own_departure
from sessions_app.views.pages import live_page, what_a_step_needs


@require_POST
@allow(Role.THERAPIST)
@hear
def record_step(request, departure_id, slug):
    departure = own_departure(request, departure_id, is_tap=True)
    form = StepResponseForm(request.POST, step=step_of(departure, slug))
    if not form.is_valid():
        return refused(request, departure, form)
    tap = {"by": request.user, "clock_off_by": request.clock_off_by, **form.cleaned_data}
    try:
        answer = checklist.record_held(departure, slug=slug, **tap)
    except checklist.OperationBelongsElsewhere:
        return conflict()
    return once_more(answered(request, departure, slug), answer)


@require_POST
@allow(Role.THERAPIST)
@hear
def record_phase(request, departure_id, phase):
    """One gesture for the steps that flow into each other; those that have an answer keep it."""
    if phase not in checklist.IN_ONE_GESTURE:
        raise Http404
    departure = own_departure(request, departure_id)
    tap = TapForm.read(request.POST)
    checklist.record_phase(departure, phase=phase, by=request.user, clock_off_by=request.clock_off_by, **tap)
    if not request.htmx:
        return redirect(f"{reverse('departure', args=[departure.pk])}#phase-{phase}")
    states = checklist.states(departure)
    context = {
        **what_a_step_needs(request, departure),
        "phase": phase,
        "states": [state for state in states if state.step.phase == phase],
        "recorded": sum(each.is_recorded for each in states),
    }
    response = open_next(render(request, "sessions_app/live.html#gesture", context), states)
    return trigger_client_event(response, "announce", {"value": _("Steps ticked")})


@require_POST
@allow(Role.THERAPIST)
@hear
def undo_step(request, departure_id, slug):
    """Take the standing answer back; for the safety step the level and its plan go with it."""
    departure = own_departure(request, departure_id, is_tap=True)
    step, was_immediate = step_of(departure, slug), departure.is_immediate
    tap = {"by": request.user, "clock_off_by": request.clock_off_by, **UndoForm.read(request.POST)}
    why = tap.pop("why")
    try:
        if slug == levels.SAFETY and departure.response_level:
            answer = levels.take_back_level(departure, reason=why, **tap)
        else:
            answer = checklist.take_back(departure, slug=step.slug, **tap)
    except checklist.OperationBelongsElsewhere:
        return conflict()
    return once_more(answered(request, departure, slug, was_immediate=was_immediate), answer)


@require_POST
@allow(Role.THERAPIST)
@hear
def set_level(request, departure_id):
    """One tap. A lower level without its reason is kept, the level stays, and the step asks for the reason."""
    departure = own_departure(request, departure_id, is_tap=True)
    form = LevelForm(request.POST)
    was_immediate = departure.is_immediate
    if not form.is_valid():
        return refused(request, departure, form)
    data = form.cleaned_data
    reason = data.pop("why")
    try:
        is_repeat = levels.has_heard(data["op_id"], departure=departure, level=data["level"], by=request.user)
        levels.set_level(departure, by=request.user, clock_off_by=request.clock_off_by, reason=reason, **data)
    except checklist.OperationBelongsElsewhere:
        return conflict()
    return once_more(answered(request, departure, levels.SAFETY, was_immediate=was_immediate), is_repeat=is_repeat)


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST)
def note_details(request, departure_id, slug):
    """What else was noticed at a step: opens inside the step, or as a page of its own, from the report as well."""
    departure = own_departure(request, departure_id)
    step = step_of(departure, slug)
    noted = checklist.facts_noted(departure, step)
    from_report = "report" in (request.GET.get("from"), request.POST.get("from"))
    form = DetailsForm(posted(request), step=step, departure=departure, facts=noted)
    if request.method == "POST" and form.is_valid():
        taps = {name: form.cleaned_data[name] for name in ("op_id", "at")}
        checklist.note(departure, slug=slug, facts=form.facts(), by=request.user, **taps)
        if from_report and not request.htmx:
            return redirect(f"{reverse('check-report', args=[departure_id])}#missing")
        return answered(request, departure, slug, words=_("Saved"))
    audit.record_view(departure, by=request.user, page="note-details")
    context = {"departure": departure, "step": step, "form": form, "op_id": uuid.uuid4(), "from_report": from_report}
    template = "sessions_app/note_details.html#details" if request.htmx else "sessions_app/note_details.html"
    response = render(request, template, context, status=422 if form.is_bound else 200)
    return reswap(retarget(response, f"#{slug}-noted"), "innerHTML") if request.htmx else response


def step_of(departure, slug):
    """The step of the edition this departure is pinned to, or 404."""
    try:
        return editions.step_of(departure.protocol_version_id, slug)
    except ProtocolStep.DoesNotExist as error:
        raise Http404 from error


def step_address(departure, slug):
    return f"{reverse('departure', args=[departure.pk])}#{slug}"


def once_more(response, answer=None, *, is_repeat=False):
    """The same response as the first time; only a header tells the device that the tap had arrived before."""
    if is_repeat or (answer and answer.is_repeat):
        response.headers["X-Op"] = DUPLICATE
    return response


def conflict():
    return HttpResponse(_("This tap was used for something else. Load the page again and tap once more."), status=409)


def answered(request, departure, slug, *, was_immediate=None, words=""):
    """The step as it now stands, and with it the progress line; the script opens the next one, which is there already.

    422 while a lower level lacks its reason; but what a device had kept has arrived, and is not refused.
    """
    lacks = slug == levels.SAFETY and departure.level_wished and "X-Outbox" not in request.headers
    if not request.htmx:
        return live_page(request, departure, status=422) if lacks else redirect(step_address(departure, slug))
    if was_immediate not in (None, departure.is_immediate):
        return whole_page_anew(departure)
    states = checklist.states(departure)
    state = next(state for state in states if state.step.slug == slug)
    context = {
        **what_a_step_needs(request, departure),
        "state": state,
        "recorded": sum(each.is_recorded for each in states),
        "given": list(departure.given_resources.all()) if state.is_resources else [],
        "refused_contact": words
        and slug == no_contact.STEP
        and no_contact.wish_of(departure) == no_contact.Wish.OFFERED,
        "refresh_panel": (words or state.is_safety) and (departure.is_immediate or not departure.is_open),
    }
    response = render(request, "sessions_app/live.html#answered", context, status=422 if lacks else 200)
    if state.is_safety or words:  # a note may say no to contact, which the plan takes up
        trigger_client_event(response, "plan-changed", {})
    if not state.is_next:  # else it came open
        open_next(response, states)
    return trigger_client_event(response, "announce", {"value": words or said(state)})


def open_next(response, states):
    """The step without an answer that comes next opens by itself, as long as the departure goes on."""
    following = next((each for each in states if each.is_next and each.departure.is_open), None)
    return trigger_client_event(response, "next-step", {"value": following.step.slug}) if following else response


def whole_page_anew(departure):
    """Emergency actions come first now, or no longer: the page is fetched again, and shown where it matters."""
    where = "help-first" if departure.is_immediate else levels.SAFETY
    address = reverse("departure", args=[departure.pk])
    return HttpResponseLocation(address, target="body", swap=f"innerHTML show:#{where}:top")


def said(state):
    """One polite announcement per tick, six words at most."""
    if state.is_wished:
        return _("Step %(number)s, needs a reason") % {"number": state.step.position}
    outcome = state.response.get_outcome_display() if state.is_recorded else _("taken back")
    return _("Step %(number)s, %(outcome)s") % {"number": state.step.position, "outcome": outcome}


def refused(request, departure, form):
    """The page again with what was typed and the reason beside it; a tap's fragment is replaced by the page."""
    response = live_page(request, departure, rejected=form, status=422)
    return reswap(retarget(response, "body"), "innerHTML") if request.htmx else response
