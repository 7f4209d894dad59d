"""Which doors open in an emergency. All others stay closed: a view that says nothing of it shows nothing of it."""

from functools import wraps
from types import MappingProxyType

from django.db import transaction

from accounts import audit
from sessions_app import emergency_access

MAY_BE_RUNNING = "emergency"  # in the session: nobody else's pages ask the database about it


def opens_in_emergency(model, *, key, client):
    """Mark a view that shows a row of `model` to somebody whose emergency access covers its client.

    `key` names the row in the address, `client` is the path to its client. Who may see the row anyway sees it as
    always, and nothing is marked. Of the row's client everything is open that the view reads through `visible_to`, of
    nobody else; each such page is in the trail of the access. What the view takes by POST is open as well: such a one
    is in the access matrix by name.
    """

    def mark(view):
        @wraps(view)
        def door(request, *args, **kwargs):
            if MAY_BE_RUNNING in request.session:
                let_in(request, model, kwargs[key], client=client)
            return view(request, *args, **kwargs)

        return door

    return mark


def let_in(request, model, pk, *, client):
    row = model.objects.filter(pk=pk)
    if row.visible_to(request.user).exists():
        return
    running = emergency_access.running_of(request.user)
    if access := running.filter(client__in=row.values(client)).first():
        go_under(request, access, row=pk)


@transaction.atomic
def go_under(request, access, *, row):
    """For the rest of this request the access is in force, its banner on the page, and its marks on each entry."""
    request.emergency, user = access, request.user
    user.emergency_access_id = access.pk
    user.audit_marks = MappingProxyType({"emergency": access.pk, "emergency_reason": access.reason})
    audit.record("read_in_emergency", access, by=user, page=request.resolver_match.url_name, row=str(row))


def remember(request):
    """This browser has an access that runs: from now on its doors look for one."""
    request.session[MAY_BE_RUNNING] = True


def of(request):
    """The emergency access this request goes by, or None."""
    return getattr(request, "emergency", None)
