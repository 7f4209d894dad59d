"""The directory as files, for admins."""

from django.conf import settings
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import allow
from accounts.budgets import within_budget
from accounts.models import Role
from resources.export import files


@require_safe
@allow(Role.ADMIN)
def export_resources(request):
    context = {"forms": files.FORMS.values(), "is_api_on": settings.DIRECTORY_API}
    return render(request, "resources/export.html", context)


@require_safe
@allow(Role.ADMIN)
@within_budget("export")
def export_file(request, form_name):
    """The file itself, sent while it is written; each download is in the audit trail."""
    form = files.FORMS.get(form_name)
    if form is None:
        raise Http404
    response = StreamingHttpResponse(files.hand_out(form_name, by=request.user), content_type=form.content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{form.file_name}"'
    return response
