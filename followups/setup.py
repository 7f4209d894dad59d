"""What is missing before Doorway can be used in earnest, at any time: one line for each thing, and where to mend it."""

from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts import mail_tests
from accounts.models import Organisation, Role, User
from accounts.supervision import has_supervisor
from protocols import adoptions
from resources.models import Resource
from resources.places import EUROPE, EUROPEAN_UNION


@dataclass(frozen=True)
class Deed:
    """A button: what it says, where it is sent to, and with which facts."""

    says: str
    address: str
    facts: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """`says` is how it stands; `to_do` names the link to `address`, where it is mended; `deeds` mend it at once."""

    about: str
    is_done: bool
    says: str
    to_do: str = ""
    address: str = ""
    deeds: tuple = ()


def lines(places):
    """All of them, in the order in which they are best done, of an organisation with these sites. Ten queries."""
    return [organisation(), sites(places), *people(), mail(), directory(places), adopted()]


def organisation():
    found = Organisation.objects.first()
    says = _("The organisation is %(name)s.") % {"name": found.name} if found else _("The organisation has no name.")
    return Line("organisation", bool(found), says, _("Say the name"), reverse("organisation"))


def sites(places):
    """A number to call when nobody answers is no column that must be filled: therapists need it all the same."""
    lacking = [each for each in places if not each.on_call_phone]
    if not places:
        says = _("There is no site.")
    elif lacking:
        says = _("No on-call number is known at %(sites)s.") % {"sites": ", ".join(each.name for each in lacking)}
    else:
        says = _("Every site has its country, time zone and numbers.")
    if lacking:
        return Line("sites", False, says, _("Say the number"), reverse("edit-site", args=[lacking[0].pk]))
    return Line("sites", bool(places), says, _("Add a site"), reverse("add-site"))


def people():
    active = User.objects.filter(is_active=True)
    held = list(active.values_list("roles", flat=True))
    admins = sum(Role.ADMIN in each for each in held)
    lead = active.filter(is_clinical_lead=True).order_by("name").first()
    return [
        Line("admin", admins > 0, admins_say(admins), _("People"), reverse("people")),
        Line(
            "clinical_lead",
            bool(lead),
            _("%(name)s is clinical lead.") % {"name": lead.name} if lead else _("There is no clinical lead."),
            _("Name a clinical lead"),
            reverse("name-lead"),
        ),
        therapists(active),
        second_person(any(Role.PRIVACY in each for each in held)),
    ]


def admins_say(number):
    if number > 1:
        return _("There are %(number)s admins.") % {"number": number}
    return _("There is one admin. A second one can let the first back in.") if number else _("There is no admin.")


def therapists(active):
    """Somebody reads what each of them writes: by supervision, or because their team is covered."""
    found = active.filter(roles__contains=[Role.THERAPIST]).annotate(is_read=has_supervisor())
    read = list(found.order_by("name").values_list("name", "is_read"))
    alone = [name for name, is_read in read if not is_read]
    if not read:
        says = _("There is no therapist.")
    elif alone:
        says = _("Nobody supervises %(names)s.") % {"names": ", ".join(alone[:5]) + (" …" if len(alone) > 5 else "")}  # noqa: PLR2004
    else:
        says = _("Every therapist has a supervisor.")
    return Line("therapists", bool(read) and not alone, says, _("People"), reverse("people"))


def second_person(is_there):
    """Whoever opens a record in an emergency is answered for by somebody else, and so is who looked at it."""
    says = _("There is a privacy officer, who looks at emergency access.")
    missing = _("There is no privacy officer: nobody looks at emergency access, or can say who looked at a record.")
    return Line("second_person", is_there, says if is_there else missing, _("People"), reverse("people"))


def mail():
    """What a mail server took may still be lost: only a mail that somebody has opened proves that mail arrives."""
    button = (Deed(_("Send a mail to me"), reverse("send-mail-test")),)
    if proof := mail_tests.proof():
        day = date_format(localtime(proof.arrived_at), "j F Y, H:i")
        return Line("mail", True, _("Mail arrives: proven on %(day)s.") % {"day": day}, deeds=button)
    if mail_tests.waiting():
        return Line("mail", False, _("A mail is on its way. Open the link in it."), deeds=button)
    return Line("mail", False, _("Nobody has shown that mail arrives."), deeds=button)


def directory(places):
    """Each country with a site has entries, checked or not."""
    countries = sorted({each.country for each in places})
    listed = set(Resource.objects.listed().order_by().values_list("country", flat=True).distinct())
    bare = [each for each in countries if each not in listed and not (each in EUROPEAN_UNION and EUROPE in listed)]
    deeds = [
        Deed(
            _("Load the starter entries for %(country)s") % {"country": each},
            reverse("load-starter"),
            {"country": each},
        )
        for each in bare
    ]
    if bare or not countries:
        says = _("The directory has no entries for %(countries)s.") % {"countries": ", ".join(bare) or "–"}
    else:
        says = _("The directory has entries for every country with a site. Check each before you give it.")
    return Line(
        "directory", not bare and bool(countries), says, _("Check entries"), reverse("check-queue"), tuple(deeds)
    )


def adopted():
    found = adoptions.made()
    if found is None:
        says = _("Nobody has signed yet: everything is practice.")
    elif found.is_from_before:
        says = _("In live use since before this was asked for.")
    else:
        says = _("%(name)s has signed. Doorway is in live use.") % {"name": found.by.name}
    return Line("adoption", bool(found), says, _("Read and sign"), reverse("adoption"))
