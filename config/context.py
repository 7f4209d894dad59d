import uuid

from django.conf import settings
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from accounts import factors, session_end
from accounts.devices import mark_of
from accounts.models import Role
from followups import audits, badge, policies
from followups.views.policies import may_read
from followups.views.setup import may_set_up
from protocols import adoptions
from resources import crisis
from sessions_app import help_tokens

#: What the main navigation offers, and to whom; nobody named means everyone who is signed in.
PLACES = [
    ("now", _("Now"), {Role.THERAPIST}),
    ("follow-ups", _("Follow-ups"), {Role.THERAPIST, Role.SUPERVISOR}),
    ("resources", _("Resources"), set()),
    ("review-queue", _("Review"), {Role.SUPERVISOR}),
    ("policies", _("Policy"), {Role.ADMIN}),
    ("trail", _("Who looked"), {Role.PRIVACY}),
    ("emergency-reviews", _("Emergency access"), {Role.PRIVACY}),
    ("keeping", _("Keeping"), {Role.PRIVACY}),
]


def page(request):
    """What every template may ask for that is no room's business."""
    user = getattr(request, "user", None)
    return {
        "is_demo": settings.DEMO,
        "navigation": SimpleLazyObject(lambda: navigation(request)),
        "device_mark": SimpleLazyObject(lambda: mark_of(user) if user else ""),
        "sign_on_name": settings.OIDC_NAME,
        "has_passwords": settings.PASSWORD_SIGN_IN,
    }


def navigation(request):
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or factors.is_missing(request):
        return []
    return [
        {
            "url": reverse(name),
            "label": label,
            "is_current": is_current(request, name),
            "has_count": name == "follow-ups",
        }
        for name, label, roles in PLACES
        if not roles or user.has_role(*roles)
    ]


def is_current(request, name):
    address = reverse(name)
    return request.path == address or (address != "/" and request.path.startswith(address))


def is_counted_later(request):
    """On the live page nothing is asked for that can wait: the number comes when the bar first asks for it again."""
    return request.resolver_match and request.resolver_match.url_name == "departure"


def session(request):
    """What stands on every page of somebody signed in: the session's end, and calls for help."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {
        "session_seconds": session_end.seconds_left(request.session),
        "cover_seconds": settings.SCREEN_COVER_SECONDS,
        "crisis_numbers": SimpleLazyObject(lambda: crisis.numbers_to_call(user.site.country)[user.site.country]),
        "is_audit_late": SimpleLazyObject(audits.is_late),
        "may_be_asked": (user.is_supervisor or user.is_site_contact) and not factors.is_missing(request),
        "help_token": SimpleLazyObject(lambda: help_tokens.token_for(user)),
        "new_call_id": uuid.uuid4(),
        "is_not_adopted": SimpleLazyObject(lambda: not adoptions.is_made()),
        "has_no_policy": SimpleLazyObject(lambda: adoptions.is_made() and not policies.is_one_in_force()),
        "may_set_up": may_set_up(user),
        "may_read_policies": may_read(user),
        "follow_ups_count": "" if is_counted_later(request) else SimpleLazyObject(lambda: badge.count_for(user)),
    }
