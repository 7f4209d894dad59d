"""A call for help must work in a session that has ended: the page carries a token that says who asks, and no more.

It opens no page and shows nothing; with it somebody can only have colleagues told that this person needs help.
"""

from django.conf import settings
from django.core import signing

from accounts.models import User

SALT = "help"


def token_for(person):
    return signing.dumps(person.pk, salt=SALT)


def person_of(token):
    """The active person whose page made the token, or None. It holds as long as a session can last at most."""
    try:
        pk = signing.loads(token, salt=SALT, max_age=settings.SESSION_COOKIE_AGE)
    except signing.BadSignature:
        return None
    return User.objects.filter(pk=pk, is_active=True).first()
