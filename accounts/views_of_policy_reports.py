"""Where browsers send what the content policy stopped."""

from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts import policy_reports
from accounts.access import allow_everyone


@csrf_exempt  # browsers send these by themselves, with no token; it changes nothing but a number
@require_POST
@allow_everyone
def receive(request):
    """204 when it was a report, whatever it said; 400 when it was none, 413 when it was too long to be one."""
    try:
        policy_reports.count(policy_reports.directives_in(request.body))
    except policy_reports.Unreadable:
        return HttpResponse(status=400)
    return HttpResponse(status=204)


receive.most_bytes = policy_reports.MOST_BYTES
