"""Bringing in sessions and clients from a calendar or a list: send, look, take over."""

from django.contrib import messages
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit
from accounts.access import allow, posted
from accounts.models import Role
from accounts.uploads import takes_files
from sessions_app import intake, intakes
from sessions_app.forms.intakes import IntakeForm, TitlesForm
from sessions_app.models import Intake, IntakeRow

PAGE, MOST_TITLES = 100, 100  # the headings that come most often; the others are known, or left out


@takes_files(most_bytes=4 * intake.MOST_BYTES)
@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST)
def bring_in(request):
    """Send a file; what is in it is shown next."""
    form = IntakeForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = intakes.begin(form.cleaned_data["file"].read(), by=request.user)
        except intake.Unreadable as unreadable:
            form.add_error("file", str(unreadable))
        else:
            return redirect("intake", made.pk)
    audit.record_view(request.user, by=request.user, page="bring-in")
    context = {"form": form, "before": own_intakes(request)[:5]}
    return render(request, "sessions_app/bring_in.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@allow(Role.THERAPIST)
def one_intake(request, intake_id):
    """What was read, row by row; saying what the headings stand for, and taking it over."""
    made = get_object_or_404(own_intakes(request), pk=intake_id)
    titles = made.titles.select_related("client")[:MOST_TITLES]
    form = TitlesForm(posted(request), titles=titles, clients=intakes.own_clients(request.user))
    if request.method == "POST" and form.is_valid():
        try:
            return decided(request, made, form)
        except intakes.AlreadyTaken:
            messages.info(request, _("This was taken over already. Here is what became of each row."))
            return redirect("intake", made.pk)
    return intake_page(request, made, form)


def decided(request, made, form):
    meanings = form.meanings()
    if "all_new" in request.POST:
        new = (intakes.Meaning.NEW_CLIENT, None)
        meanings = {pk: new if said[0] == intakes.Meaning.LEAVE_OUT else said for pk, said in meanings.items()}
    intakes.decide(made, meanings=meanings, by=request.user)
    if "take_over" in request.POST:
        intakes.take_over(made, by=request.user)
        messages.success(request, _("Taken over. Here is what became of each row."))
    return redirect("intake", made.pk)


def intake_page(request, made, form):
    audit.record_view(made, by=request.user, page="intake")
    after = request.GET.get("after", "")
    rows = made.rows.select_related("title__client", "session").filter(line__gt=int(after) if after.isdecimal() else 0)
    shown = list(rows[: PAGE + 1])
    counts = made.rows.order_by().values("outcome").annotate(number=Count("pk"))
    context = {
        "intake": made,
        "form": form,
        "rows": shown[:PAGE],
        "further": shown[PAGE - 1].line if len(shown) > PAGE else None,
        "counts": [(IntakeRow.Outcome(each["outcome"]).label, each["number"]) for each in counts],
    }
    return render(request, "sessions_app/intake.html", context, status=422 if form.is_bound else 200)


@require_POST
@allow(Role.THERAPIST)
def drop_intake(request, intake_id):
    try:
        intakes.drop(get_object_or_404(own_intakes(request), pk=intake_id), by=request.user)
    except intakes.AlreadyTaken:
        messages.info(request, _("This was taken over already. Here is what became of each row."))
        return redirect("intake", intake_id)
    messages.success(request, _("Thrown away. Nothing was changed."))
    return redirect("clients")


def own_intakes(request):
    return Intake.objects.visible_to(request.user)
