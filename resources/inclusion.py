"""What the directory takes in: the policy in the organisation's words, and what it asks of each entry."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from resources.models import InclusionPolicy

REVIEWED_EACH = timedelta(days=3 * 365)  # as 211 services do, after AIRS
#: What is asked of each entry, and the policy's words on it.
QUESTIONS = {
    "is_free": (_("Free"), _("We list what costs the caller nothing first. If there is a price, the entry says so.")),
    "is_answered_by_people": (_("Answered by people"), _("A person answers, not only a machine.")),
    "is_anonymous": (_("No name needed"), _("One can get help without giving a name.")),
    "is_crisis_line": (_("Crisis line"), _("It is there for people in crisis. Two people check each of its numbers.")),
    "is_open_to_everybody": (
        _("Turns nobody away for who they are"),
        _("We do not list what turns people away for their faith, origin, body, or whom they love."),
    ),
    "may_act_without_consent": (
        _("May call the police or an ambulance without asking"),
        _("Clients have a right to know this before they call. “Not known” is not “no”."),
    ),
}
DEFAULT = _(
    "We list services that help people through a hard time, and that a client can reach today.\n\n"
    "A service can come in when:\n"
    "- it has been there for six months or more;\n"
    "- it is run by an organisation, not by one person alone;\n"
    "- people answer, and it says when;\n"
    "- it turns nobody away for who they are;\n"
    "- its price is known. Free comes first.\n\n"
    "A crisis line must also be free, keep secrets, and ask for no name.\n\n"
    "Each number is tried by a person before it is given to a client. Crisis lines are tried each 90 days by two"
    " people, other numbers twice a year, all else once a year.\n\n"
    "We take out a service that has ended, that nobody could reach, or that says again and again that it is open"
    " when it is not. We do not list a service that harms or cheats people, and it is not added again.\n\n"
    "Anybody here may propose a service. Whoever proposes one hears what came of it, and why."
)


def newest():
    """The edition that counts, or None as long as the words are those that came with the program."""
    return InclusionPolicy.objects.select_related("by").order_by("at", "pk").last()


def words(edition):
    return edition.body if edition else str(DEFAULT)


def is_due(edition):
    """Whether three years have passed since somebody looked at it, or nobody ever did."""
    return edition is None or edition.at + REVIEWED_EACH <= timezone.now()


@transaction.atomic
def look_again(*, body, by):
    """The policy in these words, looked at today. Former editions stay."""
    made = InclusionPolicy.objects.create(body=body, by=by)
    audit.record("inclusion_policy_looked_at", made, by=by)
    return made
