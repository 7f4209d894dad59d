"""Adding people, and the sites and teams they belong to."""

import phonenumbers
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.dated import Origin
from accounts.models import Role, Site, Supervision, Team, Traineeship, User

PLACE = ["country", "time_zone", "emergency_number"]  # what a new site must say
EXPECTED = {
    "country": "two letters of ISO 3166, such as GB",
    "time_zone": "a full name, such as Europe/London",
    "emergency_number": "2 to 10 digits, such as 999",
    "email": "one such as sam@clinic.example",
    "phone": "it as dialled there, or with + and the country's code",
}


class NotAdded(ValueError):
    """Something about the new person cannot be so. The message is one sentence for whoever is adding them."""


@transaction.atomic
def add(*, email, name, roles, site, team, by, place=None, phone="", supervised_by="", **flags):
    """Add a member of staff who still has to choose a password; returns the User.

    `site` and `team` are names; what is missing is made, a new site from `place` (the facts in PLACE). The
    person is supervised by the one with the address `supervised_by`, from today on that supervisor's wall, and
    with `is_site_contact` is told when a colleague at the site asks for help. `is_clinical_lead` lets them put a
    follow-up policy in force.
    Raises NotAdded, and then nothing is written, when the address is taken, a role or the supervisor is
    unknown, somebody would supervise themselves, or a fact about the place or the person cannot be.
    """
    email = User.objects.normalize_email(email).lower()
    if User.objects.filter(email=email).exists():
        raise NotAdded(f"Somebody with the address {email} is already here.")
    where = team_at(site_named(site, place or {}, by=by), team, by=by)
    facts = {"team": where, "phone": dialled(phone, where.site), **flags}
    person = User(email=email, name=name, roles=known(roles), **facts)
    person.set_unusable_password()
    checked(person).save()
    audit.record("person_added", person, by=by, roles=person.roles, team=where.pk)
    if supervised_by:
        supervise(person, email=supervised_by, by=by)
    return person


@transaction.atomic
def appoint_clinical_lead(email, *, by):
    """From now on this person may put follow-up policies in force. Returns the User; saying it again changes nothing.

    Raises NotAdded where nobody active has the address.
    """
    return mark_clinical_lead(email, leads=True, action="clinical_lead_appointed", by=by)


@transaction.atomic
def relieve_clinical_lead(email, *, by):
    """They are clinical lead no more; what they adopted stands. Returns the User. Raises NotAdded."""
    return mark_clinical_lead(email, leads=False, action="clinical_lead_relieved", by=by)


def mark_clinical_lead(email, *, leads, action, by):
    person = active_person(email)
    if person.is_clinical_lead != leads:
        person.is_clinical_lead = leads
        person.save(update_fields=["is_clinical_lead"])
        audit.record(action, person, by=by)
    return person


@transaction.atomic
def begin_training(email, *, by, on=None):
    """From that day on (today on their wall) they are a trainee: what they sign is co-signed. Returns the User.

    Saying it again changes nothing. Raises NotAdded where nobody active has the address.
    """
    person = active_person(email)
    starts_on = on or timezone.localdate(timezone=person.zone)
    if not Traineeship.objects.filter(person=person, ends_on=None).exists():
        made = Traineeship.objects.create(person=person, starts_on=starts_on)
        audit.record("training_begun", made, by=by, person=person.pk)
    return person


@transaction.atomic
def end_training(email, *, by, on=None):
    """That day (today on their wall) is the last on which they are a trainee. Returns the User. Raises NotAdded.

    What they signed until then is co-signed as before.
    """
    person = active_person(email)
    last = on or timezone.localdate(timezone=person.zone)
    for each in Traineeship.objects.filter(person=person, ends_on=None):
        each.ends_on = max(last, each.starts_on)
        each.save(update_fields=["ends_on"])
        audit.record("training_ended", each, by=by, person=person.pk)
    return person


def active_person(email):
    """The active person with that address, held until the transaction ends. Raises NotAdded."""
    person = User.objects.select_for_update(of=["self"]).filter(email=email.lower(), is_active=True).first()
    if person is None:
        raise NotAdded(f"There is nobody active with the address {email}.")
    return person


def site_named(name, place, *, by):
    """The site of that name, made if missing. Facts about one that is there must be the ones it has."""
    found = Site.objects.filter(name=name).first()
    for fact, value in place.items():
        if found and getattr(found, fact) != value:
            raise NotAdded(f"{name} is already here, and its {label(found, fact)} is {getattr(found, fact)}.")
    if found:
        return found
    if missing := [label(Site, fact) for fact in PLACE if not place.get(fact)]:
        raise NotAdded(f"{name} is a new site, so its {' and its '.join(missing)} must be given.")
    made = Site(name=name, terminology=terminology_in(place["country"]), **place)
    if made.country not in phonenumbers.SUPPORTED_REGIONS:  # UK is none, though everybody says so
        raise NotAdded(unexpected(made, "country"))
    checked(made).save()
    audit.record("site_added", made, by=by)
    return made


def terminology_in(country):
    return Site.Terminology.RESPONSE if country == "GB" else Site.Terminology.CONCERN


def team_at(site, name, *, by):
    found = Team.objects.filter(site=site, name=name).first()
    if found and found.closed_at:
        raise NotAdded(f"The team {name} at {site.name} is closed.")
    if found:
        return found
    made = checked(Team(site=site, name=name))
    made.save()
    audit.record("team_added", made, by=by)
    return made


def known(roles):
    """`roles`, each once. Raises NotAdded for one that does not exist, and when there is none."""
    unknown = [role for role in roles if role not in Role.values]
    if unknown or not roles:
        what = f"There is no role “{unknown[0]}”" if unknown else "A person needs a role"
        raise NotAdded(f"{what}: the roles are {', '.join(Role.values)}.")
    return list(dict.fromkeys(roles))


def dialled(phone, site):
    """`phone` as it was given. Raises NotAdded for one that cannot be called from the site."""
    if not phone:
        return ""
    try:
        if phonenumbers.is_possible_number(phonenumbers.parse(phone, site.country)):
            return phone
    except phonenumbers.NumberParseException:
        pass
    raise NotAdded(unexpected(User(phone=phone), "phone"))


def supervise(person, *, email, by):
    email = email.lower()
    if email == person.email:
        raise NotAdded("Nobody supervises themselves.")
    supervisor = User.objects.filter(email=email, is_active=True).first()
    if supervisor is None or not supervisor.is_supervisor:
        raise NotAdded(f"There is no active supervisor with the address {email}.")
    today = timezone.localdate(timezone=person.zone)
    facts = {"starts_on": today, "origin": Origin.ENTERED}
    made = Supervision.objects.create(supervisor=supervisor, supervisee=person, **facts)
    audit.record("supervision_added", made, by=by, supervisor=supervisor.pk, supervisee=person.pk)


def checked(row):
    """`row`, which the database may keep as it is. Raises NotAdded with the first thing that is wrong."""
    try:
        row.full_clean()
    except ValidationError as problem:
        field, messages = next(iter(problem.message_dict.items()))
        if field in EXPECTED:
            raise NotAdded(unexpected(row, field)) from problem
        raise NotAdded(f"The {label(row, field)} of the {row._meta.verbose_name}: {messages[0]}") from problem
    return row


def unexpected(row, field):
    return f"“{getattr(row, field)}” cannot be the {label(row, field)}: give {EXPECTED[field]}."


def label(model, field):
    return str(model._meta.get_field(field).verbose_name)
