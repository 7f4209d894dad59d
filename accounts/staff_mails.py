"""Mails to staff about their own accounts. They wait in a table, so that no sign-in waits for a mail server.

Nothing in them could be used: no client, and no link but the address of Doorway itself, for a link in a warning is
what a thief would send. Only an invitation and a forgotten password need one; it is made when the mail leaves, and
stands nowhere but in it. `accounts.staff_post` sends them.
"""

from django.db import transaction

from accounts import bell
from accounts.models import StaffMail


@transaction.atomic
def write(kind, *, person=None, invitation=None, once=None, **facts):
    """Put a mail out to be sent. `once` is a key: what was written under it already is not written again.

    With neither a person nor an invitation nobody gets it. It is written all the same, so that an address that is
    not known here costs the same work, and the same time, as one that is.
    """
    mail = StaffMail(kind=kind, person=person, invitation=invitation, once=once, facts=facts)
    StaffMail.objects.bulk_create([mail], ignore_conflicts=once is not None)
    bell.ring()
