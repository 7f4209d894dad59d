"""Giving the client somewhere to turn: at step 9, and again from a follow-up."""

import uuid
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts import audit
from accounts.access import allow, posted
from accounts.models import Role
from sessions_app import checklist, offers
from sessions_app.forms.giving import GiveResourcesForm
from sessions_app.views.departures import own_departure
from sessions_app.views.steps import step_address


@dataclass(frozen=True)
class Place:
    """From where one gives: where the way back leads, in words, and whether it is about a follow-up."""

    address: str
    words: str
    is_follow_up: bool = False


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST)
def give_resources(request, departure_id):
    """Choose one to three entries of the directory, or a set, and say how they were given."""
    departure = own_departure(request, departure_id)
    words = gettext_lazy("Back to the steps")
    return give_page(request, departure, Place(step_address(departure, "provide-resources"), words))


def give_page(request, departure, place):
    """The page and its three buttons: search, see cards to print, save. Whoever calls has seen to who may."""
    form = GiveResourcesForm(posted(request), departure=departure)
    if "look" in request.POST:
        return offered(request, departure, place, form, status=200)
    if request.method == "POST" and form.is_valid():
        if "cards" not in request.POST:
            return given(request, departure, place, form)
        if not form.refuse_cards():
            cards = cards_of(form.cleaned_data["chosen"], departure)
            return offered(request, departure, place, form, status=200, cards=cards)
    return offered(request, departure, place, form, status=422 if form.is_bound else 200)


def offered(request, departure, place, form, *, status, cards=""):
    """What fits, the sets, and what was found; what was typed and chosen stays. `cards` is the sheet's address."""
    audit.record_view(departure, by=request.user, page="give-resources")
    is_look, chosen = "look" in request.POST, request.POST.getlist("resources")
    form.is_valid()
    words = form.cleaned_data.get("q", "") if form.is_bound else ""
    context = {
        "departure": departure,
        "place": place,
        "form": GiveResourcesForm(initial=kept(request), departure=departure) if is_look else form,
        "offer": offers.of(departure, words=words, chosen=chosen, is_later=place.is_follow_up),
        "words": words,
        "cards": cards,
        "chosen": chosen,
        "chosen_sets": request.POST.getlist("bundles"),
        "op_id": uuid.uuid4(),
    }
    template = "sessions_app/give_resources.html"
    return render(request, f"{template}#found" if is_look and request.htmx else template, context, status=status)


def kept(request):
    """What was filled in when somebody searched: nothing of it was sent to be saved, so nothing is refused."""
    return {name: request.POST[name] for name in ("q", "safe_at_home", "way", "taken") if name in request.POST}


def given(request, departure, place, form):
    """Write it down once, and say so where something that stays behind is not safe at home."""
    data = form.cleaned_data
    facts = {name: data[name] for name in ("way", "taken", "safe_at_home", "op_id")}
    checklist.give(departure, resources=data["chosen"], by=request.user, **facts)
    if offers.is_unsafe_on_paper(data["chosen"], way=data["way"], safe_at_home=data["safe_at_home"]):
        messages.warning(request, _("Saved. It is not safe at home: better said aloud only. Ask if it may stay here."))
    elif place.is_follow_up:
        messages.success(request, _("Saved."))
    return redirect(place.address)


def cards_of(resources, departure):
    """The address of a sheet with these entries, in the numbers of where the client is."""
    query = [("r", each.pk) for each in resources] + [("country", departure.country)]
    query += [("practice", "yes")] if departure.is_practice else []
    return f"{reverse('resource-cards')}?{urlencode(query)}"
