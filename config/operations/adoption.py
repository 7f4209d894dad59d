"""What an organisation must have said and filled in before real people are recorded. A handful of statements."""

from django.utils.translation import gettext as _

from accounts.models import Role, Site, User
from config.operations.answers import broken, look, ok
from followups import policies
from protocols import adoptions, editions
from resources import crisis
from resources.models import Resource


def answers():
    """Each thing that must be there, and whether it is."""
    return [sites(), directory(), crisis_lines(), protocol(), policy(), *people(), live_use()]


def live_use():
    if adoptions.is_made():
        return ok("live_use", _("A clinical lead has signed: Doorway is in live use."))
    return look(
        "live_use",
        _("Not in live use yet: all that is written down is practice."),
        _("Open Set-up. A clinical lead reads and signs there."),
    )


def sites():
    if Site.objects.exists():
        return ok("sites", _("There is a site with people."))
    return broken("sites", _("There is no site."), _("Add the first person: manage.py create_person."))


def directory():
    if Resource.objects.exists():
        return ok("directory", _("The directory of help has entries."))
    return broken("directory", _("The directory of help is empty."), _("Run manage.py load_starter_resources."))


def crisis_lines():
    """Each country with a site needs one that may be shown: it stands on every page and in the dialogs of a crisis."""
    countries = sorted(set(Site.objects.values_list("country", flat=True)))
    numbers = crisis.numbers_to_call(*countries) if countries else {}
    if missing := [country for country in countries if not numbers[country]]:
        return broken(
            "crisis_lines",
            _("No crisis line can be shown in %(countries)s.") % {"countries": ", ".join(missing)},
            _("Add crisis lines to the directory, and check those that were not checked for too long."),
        )
    return ok("crisis_lines", _("Each country with a site has a crisis line."))


def protocol():
    try:
        version = editions.in_force()
    except editions.NoProtocol:
        return broken("protocol", _("No protocol is published."), _("Run manage.py migrate."))
    return ok("protocol", _("Protocol %(number)s is in force.") % {"number": version.number})


def policy():
    if found := policies.in_force():
        return ok("policy", _("Follow-up policy %(number)s is in force.") % {"number": found.number})
    return broken(
        "policy",
        _("No follow-up policy is in force: nobody's plan has times."),
        _("A clinical lead reads and adopts it on the page Follow-up policy."),
    )


def people():
    """Whom Doorway cannot do without, active today."""
    active = User.objects.filter(is_active=True)
    return [
        either(
            active.filter(is_clinical_lead=True).exists(),
            ok("clinical_lead", _("There is an active clinical lead.")),
            look("clinical_lead", _("There is no active clinical lead."), _("Run manage.py clinical_lead EMAIL.")),
        ),
        either(
            active.filter(roles__contains=[Role.PRIVACY]).exists(),
            ok("privacy_officer", _("There is an active privacy officer.")),
            look(
                "privacy_officer",
                _("There is no active privacy officer: nobody can answer who looked at a record."),
                _("An admin gives somebody that role on the page People."),
            ),
        ),
        either(
            active.filter(roles__contains=[Role.ADMIN]).exists(),
            ok("admin", _("There is an active admin.")),
            broken("admin", _("There is no active admin."), _("Run manage.py create_person --role admin.")),
        ),
    ]


def either(is_so, well, otherwise):
    return well if is_so else otherwise
