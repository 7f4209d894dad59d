"""Which person a step tells. Somebody always is: who left, is away or has no rights is passed over for the next."""

from accounts.models import Role, User
from accounts.supervision import supervisors_of
from followups import clock, on_call
from followups.models import Absence, Reminder, Told

#: Who comes next where a place in the ladder is empty.
NEXT = [Told.COVER, Told.SUPERVISOR, Told.ON_CALL, Told.CLINICAL_LEAD]


def resolve(reminder, *, also_told=()):
    """Who is told by this reminder now: a person of its place in the ladder, preferably one not yet told.

    `also_told` are ids of people told in the same sweep. Nobody at all is left: the owner, so that the failure shows.
    """
    follow_up = reminder.follow_up
    if reminder.told == Told.OWNER and may_act(reminder.recipient):
        return reminder.recipient
    heard = {*also_told, *told_before(reminder)}
    for place in [reminder.told, *[each for each in NEXT if each != reminder.told]]:
        people = [each for each in people_at(place, follow_up) if may_act(each) and each != follow_up.owner]
        if people:
            return next((each for each in people if each.pk not in heard), people[0])
    return follow_up.owner


def told_before(reminder):
    told = Reminder.objects.filter(follow_up=reminder.follow_up_id, told_at__isnull=False)
    return told.values_list("recipient", flat=True)


def people_at(place, follow_up):
    """The people at that place for this follow-up, those who are here before those who are away."""
    therapist, site = follow_up.departure.therapist, follow_up.departure.site
    if place == Told.OWNER:
        return [follow_up.owner]
    if place == Told.COVER:
        return covers_of(follow_up.owner)
    if place == Told.SUPERVISOR:
        return here_first(supervisors_of(therapist))
    if place == Told.ON_CALL:
        return [person] if (person := on_call.now(site)) else []
    return clinical_leads(site)


def covers_of(person):
    running = Absence.objects.running(clock.now()).filter(person=person)
    return [absence.cover for absence in running.select_related("cover")]


def clinical_leads(site):
    """Who leads the site: its clinical leads, else its supervisors, else leads who work elsewhere.

    Those who come first and of whom somebody is here.
    """
    clinicians = User.objects.filter(is_active=True, roles__overlap=[Role.THERAPIST, Role.SUPERVISOR])
    leads = clinicians.filter(is_clinical_lead=True)
    supervisors = clinicians.filter(team__site=site, roles__contains=[Role.SUPERVISOR])
    found = [people for each in (leads.filter(team__site=site), supervisors, leads) if (people := here_first(each))]
    return next((people for people in found if set(people) - away(people)), found[0] if found else [])


def here_first(people):
    people = list(people.order_by("name", "pk"))
    gone = away(people)
    return sorted(people, key=lambda person: person in gone)


def away(people):
    """Those of these people who are away now."""
    absences = Absence.objects.running(clock.now()).filter(person__in=people) if people else Absence.objects.none()
    gone = set(absences.values_list("person", flat=True))
    return {person for person in people if person.pk in gone}


def may_act(person):
    """Whether this person has an account and may open follow-ups at all."""
    return person.is_active and person.has_role(Role.THERAPIST, Role.SUPERVISOR)


def anybody_for(delivery):
    """Who could be told that this message did not reach its recipient, nearest first, each once."""
    if reminder := delivery.reminder:
        places = [people_at(place, reminder.follow_up) for place in [*NEXT, Told.OWNER]]
    else:
        person = delivery.help_call.by if delivery.help_call else delivery.recipient
        duty = on_call.now(person.site)
        places = [here_first(supervisors_of(person)), [duty] if duty else [], clinical_leads(person.site)]
    people = {each.pk: each for place in places for each in place if may_act(each)}
    return list(people.values())
