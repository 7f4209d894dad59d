"""Teams: added, renamed, closed; and who works in which."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import admin_deeds, audit, staff_mails
from accounts.dated import NotEntered
from accounts.models import Invitation, StaffMail, Team, TeamCover, User


@transaction.atomic
def add(*, site, name, by):
    """A new team at `site`. Returns the Team. Raises NotEntered where one of that name is there, or was."""
    admin_deeds.hold(by)
    refuse_name_taken(name, site=site)
    made = Team.objects.create(site=site, name=name)
    audit.record("team_added", made, by=by)
    return made


@transaction.atomic
def rename(team, *, name, by):
    """Returns the Team. Saying it again changes nothing. Raises NotEntered as `add` does, and for a closed one."""
    found = held_open(team, by=by)
    if found.name == name:
        return found
    refuse_name_taken(name, site=found.site, apart_from=found)
    found.name = name
    found.save(update_fields=["name"])
    audit.record("team_renamed", found, by=by)
    return found


def refuse_name_taken(name, *, site, apart_from=None):
    others = Team.objects.filter(site=site, name=name).exclude(pk=apart_from and apart_from.pk)
    if other := others.first():
        words = _("A closed team at this site has this name.") if other.closed_at else _("This site has it already.")
        raise NotEntered(words, "name")


@transaction.atomic
def close(team, *, by):
    """Nobody is offered the team any more; what was stays. Returns the Team; a closed one stays as it is.

    Raises NotEntered, which names them, while somebody who works here is in it, somebody covers it or will, or
    somebody was asked into it and has not answered.
    """
    found = held(team, by=by)
    if found.closed_at:
        return found
    if names := who_is_in(found):
        raise NotEntered(_("It is not empty yet: %(names)s.") % {"names": ", ".join(names)})
    found.closed_at = timezone.now()
    found.save(update_fields=["closed_at"])
    audit.record("team_closed", found, by=by)
    return found


def who_is_in(team):
    """Names of all who keep it from being closed, each with the reason where it is another than working in it."""
    names = list(team.members.filter(is_active=True).order_by("name").values_list("name", flat=True))
    covers = TeamCover.objects.not_over().filter(team=team).select_related("supervisor").order_by("starts_on", "pk")
    names += [_("%(name)s (covers it %(days)s)") % {"name": each.supervisor.name, "days": each.said} for each in covers]
    asked = Invitation.objects.unanswered().filter(team=team).order_by("name").values_list("name", flat=True)
    return names + [_("%(name)s (asked in)") % {"name": name} for name in asked]


@transaction.atomic
def move(person, *, team, by):
    """`person` works in `team` from now on, and whoever covers it answers for them. They are told. Returns the User.

    Who supervises them stays, and so does the team of their clients. Saying it again changes nothing. Raises
    NotEntered for a closed team, and where `by` covers it, today or later: that would give `by` access to records.
    """
    found = held_open(team, by=by)
    person = User.objects.select_for_update(of=["self"], no_key=True).get(pk=person.pk)
    if person.team_id == found.pk:
        return person
    if not isinstance(by, str) and TeamCover.objects.not_over().filter(team=found, supervisor=by).exists():
        raise NotEntered(
            _("You cover this team. Nobody gives themselves access to records: ask another admin."), "team"
        )
    before, person.team = person.team_id, found
    person.save(update_fields=["team"])
    audit.record("person_moved", person, by=by, team=found.pk, before=before)
    staff_mails.write(StaffMail.Kind.TEAM_CHANGED, person=person, team=found.pk)
    return person


def held(team, *, by):
    admin_deeds.hold(by)
    return Team.objects.select_for_update(of=["self"], no_key=True).select_related("site").get(pk=team.pk)


def held_open(team, *, by):
    found = held(team, by=by)
    if found.closed_at:
        raise NotEntered(_("This team is closed."), "team")
    return found
