"""Files for other record systems: a departure, the eleven steps, and what Doorway's own codes mean."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts import audit
from accounts.access import allow, allow_everyone
from accounts.budgets import within_budget
from accounts.models import Role
from accounts.recheck import recently_checked
from followups.fhir import bundles, code_systems
from followups.fhir.record import Version, for_exchange
from followups.forms_of_exchange import ExchangeForm, ProtocolExchangeForm
from protocols import editions
from sessions_app.models import DepartureEvent

AT_FIRST = {"version": Version.R4}


@require_safe
@allow(Role.THERAPIST, Role.SUPERVISOR)
def departure_exchange(request, departure_id):
    """What is to be in the file of a departure."""
    found = to_hand_on(request, departure_id)
    return departure_page(request, found, ExchangeForm(departure=found, initial=AT_FIRST))


@require_safe
@allow(Role.THERAPIST, Role.SUPERVISOR)
@recently_checked
@within_budget("export")
def departure_bundle(request, departure_id):
    """The file itself; each download is in the audit trail."""
    found = to_hand_on(request, departure_id)
    form = ExchangeForm(request.GET, departure=found)
    if not form.is_valid():
        return departure_page(request, found, form)
    made = bundles.hand_out(found, asked=form.asked, by=request.user)
    return as_file(made, f"departure-{str(found.pk)[:8]}-{form.asked.version}.json")


def to_hand_on(request, departure_id):
    """A departure that this person may see, or 404. An exercise is handed on to nobody."""
    return get_object_or_404(for_exchange(DepartureEvent.objects.visible_to(request.user)), pk=departure_id)


def departure_page(request, found, form):
    audit.record_view(found, by=request.user, page="departure-exchange")
    report = getattr(found, "report", None)
    is_author = found.therapist_id == request.user.pk
    is_signed = report is not None and report.is_signed
    context = {"form": form, "departure": found, "is_signed": is_signed, "is_author": is_author}
    return render(request, "followups/departure_exchange.html", context, status=422 if form.is_bound else 200)


@require_safe
@allow(Role.ADMIN)
def protocol_exchange(request):
    """The eleven steps as a file: not clinical, so it is for admins."""
    initial = AT_FIRST | {"edition": editions.in_force().number}
    return render(request, "followups/protocol_exchange.html", {"form": ProtocolExchangeForm(initial=initial)})


@require_safe
@allow(Role.ADMIN)
def plan_definition(request):
    form = ProtocolExchangeForm(request.GET)
    if not form.is_valid():
        return render(request, "followups/protocol_exchange.html", {"form": form}, status=422)
    edition = form.cleaned_data["edition"]
    made = bundles.hand_out_protocol(edition, asked=form.asked, by=request.user)
    return as_file(made, f"eleven-steps-{edition.number}-{form.asked.version}.json")


@require_safe
@allow_everyone
def code_system(request, system_name):
    """What Doorway's own codes mean, at the address that files name: nothing in it is about anybody."""
    try:
        found = code_systems.code_system(system_name)
    except KeyError as error:
        raise Http404 from error
    return HttpResponse(bundles.as_bytes(found), content_type=bundles.CONTENT_TYPE)


def as_file(made, name):
    """To be kept by whoever asked, and by nothing in between. Its name says nothing about a client."""
    response = HttpResponse(made, content_type=bundles.CONTENT_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
