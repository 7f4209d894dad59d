"""Wrong passwords: what is written down of them, and who is told.

Whether the address is known here makes no difference to what is done, so that neither the answer nor the time it
takes gives away who works here.
"""

from allauth.core.internal import ratelimit
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts import audit, staff_mails
from accounts.models import StaffMail, User

NOBODY = 0  # stands in the trail for an address that nobody here has; the address itself is not written down
ACTOR = "sign-in"


def key_of(request, email):
    """What wrong passwords are counted by: the account together with where from. Never the account alone.

    Counted by the account alone, anybody could keep anybody out by guessing badly. Within a network of IPv6 all
    addresses are one.
    """
    return f"{(email or '').lower()}|{ratelimit.get_ip(request)}"


@transaction.atomic
def failed(email):
    """Somebody gave a wrong password for this address."""
    person = person_of(email)
    audit.record("sign_in_failed", person or User(pk=NOBODY), by=ACTOR)


@transaction.atomic
def too_many(email):
    """So many that no more are looked at for a while. The person is told once a day at most."""
    day = f"{timezone.now():%Y-%m-%d}"
    once = salted_hmac("accounts.tries", f"{(email or '').lower()}|{day}", algorithm="sha256").hexdigest()
    person = person_of(email)
    audit.record("sign_in_held_back", person or User(pk=NOBODY), by=ACTOR)
    staff_mails.write(StaffMail.Kind.REPEATED_FAILURES, person=person, once=once)


def person_of(email):
    return User.objects.filter(email=(email or "").lower()).first()
