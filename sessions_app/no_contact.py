"""A client asks not to be contacted. It is said of the client, or of a record whose client is not chosen yet."""

from django.db import transaction
from django.db.models import TextChoices
from django.utils import timezone

from accounts import audit
from protocols import editions
from sessions_app import captures
from sessions_app.departures import locked
from sessions_app.models import CapturedFact, Client

STEP = "respect-decision"
SAID, PERMISSION = "asked-for-no-contact", "permission-to-contact"


class Wish(TextChoices):
    ASKED = "asked"
    OFFERED = "offered"  # “no” was noted at the door; whether it means no contact at all is for a person to say
    NONE = ""


def is_asked(departure):
    """Whether nobody may contact the client of this departure, as of now and not of page load."""
    return is_asked_by(departure.client_id) or captures.values(departure).get(SAID) == "yes"


def is_asked_by(client_id):
    return Client.objects.filter(pk=client_id, asked_for_no_contact=True).exists()


def wish_of(departure):
    """What the record says of contact. What was said before the client was chosen is offered again for the client."""
    facts = captures.values(departure)
    has_said = facts.get(SAID) == "yes"
    client = departure.client
    if (client and client.asked_for_no_contact) or (has_said and client is None):
        return Wish.ASKED
    return Wish.OFFERED if has_said or facts.get(PERMISSION) == "no" else Wish.NONE


@transaction.atomic
def say(departure, *, is_asked, by):
    """The client of this record asked for no contact, or no longer does. Saying it again adds nothing."""
    departure = locked(departure)
    value = "yes" if is_asked else "no"
    if captures.values(departure).get(SAID, "no") != value:
        step = editions.step_of(departure.protocol_version_id, STEP)
        CapturedFact.objects.create(
            departure=departure, step=step, name=SAID, value=value, by=by, occurred_at=timezone.now()
        )
        audit.record("details_noted", departure, by=by, names=[SAID])
