"""Pages for bringing lists of other people into the directory."""

from django.contrib import messages
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import allow, posted
from accounts.models import Role
from accounts.uploads import takes_files
from resources import batches, shown_rows
from resources.forms_of_imports import ChoiceOfRowsForm, DecisionForm, MappingForm, UploadForm, numbers
from resources.models import ImportBatch, ImportRow, MappingProfile

MOST_BATCHES = 50
LAST_POSITION = 2**31 - 1  # the column holds no more
State, What = ImportBatch.State, ImportRow.What


@takes_files(most_bytes=4 * batches.MOST_BYTES)
@require_http_methods(["GET", "POST"])
@allow(Role.ADMIN)
def imports(request):
    """Lists that were uploaded, and the form for another."""
    site = request.user.site
    initial = {"country": site.country, "zone": site.time_zone}
    form = UploadForm(posted(request), request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        file = facts.pop("file")
        batch = batches.add(file.read(), name=file.name, by=request.user, **facts)
        return redirect("import", batch.pk)
    context = {"form": form, "batches": ImportBatch.objects.select_related("by")[:MOST_BATCHES]}
    return render(request, "resources/imports.html", context, status=422 if form.errors else 200)


@require_safe
@allow(Role.ADMIN)
def import_batch(request, batch_id):
    """What a list would change, row by row, and what it did."""
    batch = get_object_or_404(ImportBatch.objects.select_related("by"), pk=batch_id)
    if batch.state == State.MAPPING:
        return redirect("map-import", batch.pk)
    return page(request, batch)


def page(request, batch, *, status=200, confirmation_refused=False):
    if batch.is_working:
        return render(request, "resources/import.html", {"batch": batch}, status=status)
    what = request.GET.get("what", "")
    what = what if what in What.values else first_shown(batch)
    after = next(iter(numbers(request.GET.getlist("after"))), 0)
    rows, further = shown_rows.page(batch, what, after=min(after, LAST_POSITION))
    open_rows = batch.rows.filter(what=What.DECISION, decision="", applied_at=None)
    context = {
        "batch": batch,
        "counts": shown_rows.counted(batch),
        "what": what,
        "rows": rows,
        "further": further,
        "can_apply": batch.state in (State.READY, State.APPLIED),
        "waiting": batches.waiting(batch).count() if batch.state in (State.READY, State.APPLIED) else 0,
        "open": open_rows.count(),
        "retirements": batches.retirements(batch) if batches.retires_many(batch) else 0,
        "not_undone": batch.rows.exclude(not_undone="").count(),
        "confirmation_refused": confirmation_refused,
    }
    return render(request, "resources/import.html", context, status=status)


def first_shown(batch):
    """The kind of row that is shown without a choice: what needs somebody first."""
    usual = [What.DECISION, What.UPDATE, What.CREATE, What.RETIRE, What.REJECTED]
    return next((what for what in usual if batch.counts.get(what)), "")


@require_safe
@allow(Role.ADMIN)
def import_progress(request, batch_id):
    """How far a worker is. When it is done the whole page comes anew."""
    batch = get_object_or_404(ImportBatch, pk=batch_id)
    response = render(request, "resources/import.html#progress", {"batch": batch})
    if not batch.is_working:
        response["HX-Refresh"] = "true"
    return response


@require_http_methods(["GET", "POST"])
@allow(Role.ADMIN)
def map_import(request, batch_id):
    """What the columns of a list mean, each with some of its values."""
    batch = get_object_or_404(ImportBatch, pk=batch_id)
    if batch.state != State.MAPPING:
        return redirect("import", batch.pk)
    profiles = MappingProfile.objects.filter(signature=batches.signature(batch.columns))
    asked = request.GET.get("profile", "")
    profile = profiles.filter(name=asked).first() if asked else profiles.first()
    form = MappingForm(posted(request), columns=batch.columns, mapping=profile.mapping if profile else None)
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["profile"].strip()
        return done(batch, lambda: batches.set_mapping(batch, form.chosen(), by=request.user, profile=name))
    context = {"form": form, "batch": batch, "profiles": profiles, "profile": profile}
    return render(request, "resources/import_mapping.html", context, status=422 if form.errors else 200)


def done(batch, deed, *, request=None, where=""):
    """Do it and show the batch. Where somebody else was faster, it is shown as it stands now."""
    try:
        deed()
    except batches.NotNow:
        if request:
            messages.warning(request, _("It changed while this page was open. Look at it as it stands now."))
    return redirect(f"{reverse('import', args=[batch.pk])}{where}")


@require_POST
@allow(Role.ADMIN)
def decide_import_row(request, import_row_id):
    row = get_object_or_404(ImportRow.objects.select_related("batch"), pk=import_row_id)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose which one is right."))
        return redirect("import", row.batch_id)
    facts = {"resource_id": form.cleaned_data["resource"], "by": request.user}
    deed = lambda: batches.decide(row, form.cleaned_data["decision"], **facts)  # noqa: E731
    return done(row.batch, deed, request=request, where=f"?what=decision&after={row.position - 1}#row-{row.pk}")


@require_POST
@allow(Role.ADMIN)
def keep_ours(request, batch_id):
    batch = get_object_or_404(ImportBatch, pk=batch_id)
    return done(batch, lambda: batches.keep_ours(batch, by=request.user), request=request)


@require_POST
@allow(Role.ADMIN)
def choose_import_rows(request, batch_id):
    batch = get_object_or_404(ImportBatch, pk=batch_id)
    form = ChoiceOfRowsForm(request.POST)
    what = request.POST.get("what", "")
    where = f"?what={what}" if what in What.values else ""
    messages.success(request, _("Saved."))
    facts = {"shown": form.shown, "taken": form.taken, "by": request.user}
    return done(batch, lambda: batches.leave_out(batch, **facts), request=request, where=where)


@require_POST
@allow(Role.ADMIN)
def apply_import(request, batch_id):
    batch = get_object_or_404(ImportBatch.objects.select_related("by"), pk=batch_id)
    try:
        batches.apply(batch, by=request.user, confirmation=request.POST.get("confirmation", ""))
    except batches.NeedsConfirmation:
        return page(request, batch, status=422, confirmation_refused=True)
    except batches.NotNow:
        messages.warning(request, _("It changed while this page was open. Look at it as it stands now."))
    return redirect("import", batch.pk)


@require_http_methods(["GET", "POST"])
@allow(Role.ADMIN)
def undo_import(request, batch_id):
    """Ask once more, and undo."""
    batch = get_object_or_404(ImportBatch, pk=batch_id)
    if request.method == "POST":
        return done(batch, lambda: batches.undo(batch, by=request.user), request=request)
    return render(request, "resources/import_undo.html", {"batch": batch})


@require_safe
@allow(Role.ADMIN)
def import_table(request, batch_id):
    """The rows as they were, with what is wrong with each, as CSV."""
    batch = get_object_or_404(ImportBatch, pk=batch_id)
    table = shown_rows.as_table(batch, shown_rows.Echo())
    response = StreamingHttpResponse(table, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{batch.pk}.csv"'
    return response
